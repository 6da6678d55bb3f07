namespace Foliosync.Core.Connections;

/// <summary>
/// Where the master keys come from: a key file with mode 0600, or a setting. Re-reads the file when it has changed, so that a
/// rotation by another process is noticed without a restart.
/// </summary>
public sealed class MasterKeySource
{
    private readonly Lock _gate = new();
    private readonly string? _file;
    private (MasterKeys Keys, DateTime Written) _loaded;

    private MasterKeySource(string? file, MasterKeys? keys)
    {
        _file = file;
        _loaded = (keys!, default);
    }

    /// <summary>Path of the key file; null when the key comes from a setting.</summary>
    public string? KeyFile => _file;

    /// <summary>A key given as a setting.</summary>
    /// <exception cref="VaultException">It is not base64 of 32 bytes.</exception>
    public static MasterKeySource FromText(string base64) => new(file: null, MasterKeys.Parse(base64, "FOLIOSYNC_MASTER_KEY"));

    /// <summary>A key that lives as long as the process.</summary>
    public static MasterKeySource InMemory() => new(file: null, MasterKeys.Generate());

    /// <summary>A key file. It is read at the first use; see <see cref="CreateFile"/> for the first start.</summary>
    public static MasterKeySource FromFile(string file) => new(file, keys: null);

    /// <summary>The keys as they are now.</summary>
    /// <exception cref="VaultException">The file is missing, unreadable, open to others or damaged.</exception>
    public MasterKeys Keys
    {
        get
        {
            if (_file is null)
            {
                return _loaded.Keys;
            }

            var written = File.GetLastWriteTimeUtc(_file);
            lock (_gate)
            {
                if (_loaded.Keys is null || _loaded.Written != written)
                {
                    _loaded = (Read(_file), written);
                }

                return _loaded.Keys;
            }
        }
    }

    /// <summary>Makes the key file of a new instance, readable by its owner only. Never overwrites one.</summary>
    /// <returns>False when the file was there already.</returns>
    /// <exception cref="VaultException">The file cannot be written.</exception>
    public static bool CreateFile(string file)
    {
        if (File.Exists(file))
        {
            return false;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        var next = $"{file}.{Guid.NewGuid():N}";
        try
        {
            // It appears whole: a second process that starts at the same time must not read half a key.
            Write(next, MasterKeys.Generate(), FileMode.CreateNew);
            File.Move(next, file, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(file))
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VaultException($"The key file {file} cannot be written: {e.Message}", e);
        }
        finally
        {
            File.Delete(next);
        }
    }

    /// <summary>Replaces the keys of the file in one step: whoever reads meanwhile sees the old file or the new one.</summary>
    /// <exception cref="VaultException">The keys come from a setting, or the file cannot be written.</exception>
    public void Replace(MasterKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (_file is null)
        {
            throw new VaultException(
                "The master key comes from FOLIOSYNC_MASTER_KEY and cannot be rotated there. Put it into a file with mode 0600, set FOLIOSYNC_MASTER_KEY_FILE to its path and try again.");
        }

        var next = _file + ".new";
        try
        {
            Write(next, keys, FileMode.Create);
            File.Move(next, _file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VaultException($"The key file {_file} cannot be replaced: {e.Message}", e);
        }
    }

    private static void Write(string file, MasterKeys keys, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(file, options);
        using (var writer = new StreamWriter(stream, leaveOpen: true))
        {
            writer.Write(keys.Export());
        }

        // A key that is lost with the power is data that is lost.
        stream.Flush(flushToDisk: true);
    }

    private static MasterKeys Read(string file)
    {
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != 0)
            {
                throw new VaultException($"The key file {file} can be read by others. Run 'chmod 600 {file}' and start again.");
            }

            return MasterKeys.Parse(File.ReadAllText(file), file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new VaultException(
                $"The key file {file} is missing, but this instance has stored secrets. Put the file back from your backup; nothing was changed.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VaultException($"The key file {file} cannot be read: {e.Message}", e);
        }
    }
}
