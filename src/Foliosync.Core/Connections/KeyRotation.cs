using Foliosync.Core.Alerts;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Connections;

/// <summary>
/// Replaces the master key while servers run: puts a new key in front of the key file, wraps every stored secret with it, then drops
/// the keys that nothing uses any more. After a crash at any point the next call goes on where this one stopped.
/// </summary>
public sealed class KeyRotation(Database database, MasterKeySource source, Vault vault, TimeProvider clock)
{
    private const int ConnectionsPerBatch = 200;
    private const int SnapshotsPerBatch = 50;

    // A request that sealed a value with the old key just before the new one appeared has stored it by then.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    /// <summary>Rotates.</summary>
    /// <param name="progress">Told after each batch; null to tell nobody.</param>
    /// <param name="cancellationToken">Stops between two batches; everything opens as before.</param>
    /// <exception cref="VaultException">
    /// The key comes from a setting, another rotation runs, or a stored secret is damaged. Nothing is lost: old and new key are kept.
    /// </exception>
    public async Task<KeyRotationResult> RunAsync(IProgress<KeyRotationProgress>? progress, CancellationToken cancellationToken)
    {
        using var exclusive = LockKeyFile();
        var keys = source.Keys;
        var resumed = (await UsedKeysAsync(cancellationToken)).Any(id => id != keys.CurrentId);
        if (!resumed)
        {
            source.Replace(keys.WithNewKey());
        }

        var rewrapped = await RewrapAllAsync(progress, cancellationToken);
        await WaitForOldSyncsAsync(clock.GetUtcNow(), cancellationToken);
        rewrapped += await RewrapAllAsync(progress: null, cancellationToken);

        var used = await UsedKeysAsync(cancellationToken);
        source.Replace(source.Keys.Keeping(used));
        return new KeyRotationResult(rewrapped, resumed, used.All(id => id == source.Keys.CurrentId));
    }

    private async Task<int> RewrapAllAsync(IProgress<KeyRotationProgress>? progress, CancellationToken cancellationToken)
    {
        List<Guid> connections;
        List<Guid> snapshots;
        List<Guid> channels;
        await using (var db = database.Open(OwnerScope.Everyone))
        {
            connections = await db.Connections.OrderBy(c => c.Id).Select(c => c.Id).ToListAsync(cancellationToken);
            snapshots = await db.Snapshots.OrderBy(s => s.Id).Select(s => s.Id).ToListAsync(cancellationToken);
            channels = await db.AlertChannels.Where(c => c.Sealed != null).OrderBy(c => c.Id).Select(c => c.Id).ToListAsync(cancellationToken);
        }

        var total = connections.Count + snapshots.Count + channels.Count;
        var done = 0;
        var rewrapped = 0;
        foreach (var batch in connections.Chunk(ConnectionsPerBatch))
        {
            rewrapped += await RewrapCredentialsAsync(batch, cancellationToken);
            progress?.Report(new KeyRotationProgress(total, done += batch.Length));
        }

        foreach (var batch in snapshots.Chunk(SnapshotsPerBatch))
        {
            rewrapped += await RewrapSnapshotsAsync(batch, cancellationToken);
            progress?.Report(new KeyRotationProgress(total, done += batch.Length));
        }

        foreach (var batch in channels.Chunk(ConnectionsPerBatch))
        {
            rewrapped += await RewrapChannelsAsync(batch, cancellationToken);
            progress?.Report(new KeyRotationProgress(total, done += batch.Length));
        }

        await using (var db = database.Open(OwnerScope.Everyone))
        {
            rewrapped += await UserSecrets.RewrapAsync(db, vault, cancellationToken);
        }

        return rewrapped;
    }

    private async Task<int> RewrapCredentialsAsync(Guid[] connections, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var rows = await db.Credentials.AsNoTracking().Where(c => connections.Contains(c.ConnectionId)).ToListAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var count = 0;
        foreach (var row in rows)
        {
            if (vault.Rewrap(row.Sealed, row.ConnectionId, row.Field) is { } rewrapped)
            {
                // A value that somebody has replaced meanwhile is left alone; it was sealed with the new key.
                count += await db.Credentials
                    .Where(c => c.ConnectionId == row.ConnectionId && c.Field == row.Field && c.Sealed == row.Sealed)
                    .ExecuteUpdateAsync(set => set.SetProperty(c => c.Sealed, rewrapped), cancellationToken);
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return count;
    }

    private async Task<int> RewrapSnapshotsAsync(Guid[] snapshots, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var rows = await db.Snapshots.AsNoTracking().Where(s => snapshots.Contains(s.Id)).ToListAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var count = 0;
        foreach (var row in rows)
        {
            // Snapshots never change, so nobody else can have written this one.
            if (vault.Rewrap(row.Sealed, row.Id, Snapshot.SealedField) is { } rewrapped)
            {
                count += await db.Snapshots.Where(s => s.Id == row.Id)
                    .ExecuteUpdateAsync(set => set.SetProperty(s => s.Sealed, rewrapped), cancellationToken);
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return count;
    }

    private async Task<int> RewrapChannelsAsync(Guid[] channels, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var rows = await db.AlertChannels.AsNoTracking().Where(c => channels.Contains(c.Id) && c.Sealed != null).ToListAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var count = 0;
        foreach (var row in rows)
        {
            if (vault.Rewrap(row.Sealed, row.Id, AlertChannel.SealedField) is { } rewrapped)
            {
                count += await db.AlertChannels.Where(c => c.Id == row.Id && c.Sealed == row.Sealed)
                    .ExecuteUpdateAsync(set => set.SetProperty(c => c.Sealed, rewrapped), cancellationToken);
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return count;
    }

    /// <summary>
    /// Waits for syncs that began before everything was wrapped anew: they may hold secrets that only the old key opens, and store
    /// ones that the last pass must find.
    /// </summary>
    private async Task WaitForOldSyncsAsync(DateTimeOffset rewrappedAt, CancellationToken cancellationToken)
    {
        await Task.Delay(Grace, clock, cancellationToken);
        while (clock.GetUtcNow() - rewrappedAt < LongestWait)
        {
            var now = clock.GetUtcNow();
            await using var db = database.Open(OwnerScope.Everyone);
            var busy = await db.SyncRuns.AnyAsync(
                r => r.State == SyncRunState.Running && r.StartedAt < rewrappedAt
                    && db.SyncStates.Any(s => s.ConnectionId == r.ConnectionId && s.LeaseUntil > now),
                cancellationToken);
            if (!busy)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), clock, cancellationToken);
        }

        throw new VaultException(
            "A sync that began before the rotation is still running, so the old key was kept beside the new one. Everything works; run 'foliosync vault rotate' again later to drop it.");
    }

    /// <summary>Ids of the keys that any stored secret is wrapped with.</summary>
    private async Task<HashSet<uint>> UsedKeysAsync(CancellationToken cancellationToken)
    {
        HashSet<uint> used = [];
        await using var connection = await database.ConnectAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        // The id of the key is in the open part of every sealed value.
        command.CommandText =
            """
            SELECT substr(sealed, 1, 5) FROM broker_credentials UNION SELECT substr(sealed, 1, 5) FROM snapshots
            UNION SELECT substr(sealed, 1, 5) FROM alert_channels WHERE sealed IS NOT NULL
            """;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            used.Add(Vault.KeyIdOfHead(await reader.GetFieldValueAsync<byte[]>(0, cancellationToken)));
        }

        await using var db = database.Open(OwnerScope.Everyone);
        used.UnionWith(await UserSecrets.KeysAsync(db, cancellationToken));
        return used;
    }

    // Two rotations at once would each write a key file without the other's key, and secrets would be lost.
    private FileStream? LockKeyFile()
    {
        if (source.KeyFile is not { } file)
        {
            // Replace says what to do.
            return null;
        }

        try
        {
            // The empty file stays: deleting it while another process opens it would let two through.
            return new FileStream(file + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VaultException("Another rotation of the master key is running. Wait until it has finished.", e);
        }
    }
}

/// <summary>How far a rotation is.</summary>
/// <param name="Total">Connections, snapshots and alert channels to look at.</param>
/// <param name="Done">Of these, looked at.</param>
public sealed record KeyRotationProgress(int Total, int Done);

/// <summary>What a rotation did.</summary>
/// <param name="Rewrapped">Secrets that are wrapped with the new key now.</param>
/// <param name="Resumed">True when it went on with an earlier one that had been stopped; no further key was made.</param>
/// <param name="Complete">True when only the new key is left.</param>
public sealed record KeyRotationResult(int Rewrapped, bool Resumed, bool Complete);
