using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace Foliosync.Hosting;

/// <summary>
/// One file that holds a SQLite database and a manifest that proves it whole. It never holds the master key: whoever finds a backup
/// must not be able to open the credentials in it.
/// </summary>
internal static class BackupArchive
{
    private const string ManifestName = "manifest.json";
    private const string DatabaseName = "foliosync.db";
    private const int Format = 1;

    /// <summary>Packs a copy of the database. The file appears whole or not at all, readable by its owner only.</summary>
    public static async Task<BackupManifest> WriteAsync(
        string file, string databaseCopy, string? migration, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var manifest = new BackupManifest(
            Format,
            now,
            typeof(BackupArchive).Assembly.GetName().Version?.ToString(3) ?? string.Empty,
            migration,
            new FileInfo(databaseCopy).Length,
            await HashAsync(databaseCopy, cancellationToken));
        var unfinished = file + ".unfinished";
        try
        {
            await using (var stream = PrivateFile.Create(unfinished))
            {
                await using (var zip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true))
                await using (var tar = new TarWriter(zip, TarEntryFormat.Pax))
                {
                    using var text = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(manifest, JsonSerializerOptions.Web));
                    await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, ManifestName) { DataStream = text }, cancellationToken);
                    await using var database = File.OpenRead(databaseCopy);
                    await tar.WriteEntryAsync(
                        new PaxTarEntry(TarEntryType.RegularFile, DatabaseName) { DataStream = database }, cancellationToken);
                }

                stream.Flush(flushToDisk: true);
            }

            File.Move(unfinished, file, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }

        return manifest;
    }

    /// <summary>Unpacks the database and proves that it is the one that was packed.</summary>
    /// <exception cref="InvalidDataException">It is not a backup, or not a whole one. The message says which.</exception>
    public static async Task<BackupManifest> ReadAsync(string file, string databaseCopy, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = File.OpenRead(file);
            await using var zip = new GZipStream(stream, CompressionMode.Decompress);
            await using var tar = new TarReader(zip);
            var manifest = await ReadManifestAsync(await tar.GetNextEntryAsync(cancellationToken: cancellationToken), cancellationToken);
            if (manifest.Format != Format)
            {
                throw new InvalidDataException($"{file} was made by a newer Foliosync (format {manifest.Format}). Install that version to restore it.");
            }

            // Names in the archive are never used as paths, and a size other than the promised one is not unpacked.
            var entry = await tar.GetNextEntryAsync(cancellationToken: cancellationToken);
            if (entry is not { Name: DatabaseName, DataStream: { } data } || entry.Length != manifest.Bytes)
            {
                throw new InvalidDataException();
            }

            await using (var target = PrivateFile.Create(databaseCopy))
            {
                await data.CopyToAsync(target, cancellationToken);
                target.Flush(flushToDisk: true);
            }

            return await HashAsync(databaseCopy, cancellationToken) == manifest.Sha256
                ? manifest
                : throw new InvalidDataException($"{file} is damaged: the database in it is not the one that was packed. Use another backup.");
        }
        catch (Exception e) when (e is InvalidDataException { Message: var text } && !text.StartsWith(file, StringComparison.Ordinal)
            || e is EndOfStreamException or JsonException)
        {
            throw new InvalidDataException($"{file} is not a whole backup made by 'foliosync backup'. Use another one.", e);
        }
    }

    private static async Task<BackupManifest> ReadManifestAsync(TarEntry? entry, CancellationToken cancellationToken) =>
        entry is { Name: ManifestName, DataStream: { } data, Length: < 64 * 1024 }
            && await JsonSerializer.DeserializeAsync<BackupManifest>(data, JsonSerializerOptions.Web, cancellationToken) is { } manifest
            ? manifest
            : throw new InvalidDataException();

    private static async Task<string> HashAsync(string file, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }
}

/// <summary>What a backup says about itself.</summary>
/// <param name="Format">Version of the archive's layout.</param>
/// <param name="CreatedAt">UTC instant.</param>
/// <param name="Program">Version of the program that made it.</param>
/// <param name="Migration">Last migration of the database; null for an empty one.</param>
/// <param name="Bytes">Size of the database.</param>
/// <param name="Sha256">Hash of the database, in lower case hex.</param>
internal sealed record BackupManifest(
    int Format, DateTimeOffset CreatedAt, string Program, string? Migration, long Bytes, string Sha256);
