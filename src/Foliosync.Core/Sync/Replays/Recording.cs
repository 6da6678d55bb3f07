using Foliosync.Core.Connections;
using Foliosync.Core.Connections.Http;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Sync.Replays;

/// <summary>What a broker sent in one run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="ConnectionId">Its connection.</param>
/// <param name="TakenAt">UTC instant.</param>
/// <param name="Compressed">The recording as it was stored, opened.</param>
internal sealed record Recording(Guid RunId, Guid ConnectionId, DateTimeOffset TakenAt, byte[] Compressed)
{
    public IReadOnlyList<RecordedExchange> Exchanges => SnapshotReader.Unpack(Compressed);

    /// <summary>Opens the recording of a run within reach.</summary>
    /// <exception cref="NotFoundException">There is no such run within reach.</exception>
    /// <exception cref="RefusedException">Nothing was recorded in that run, or it is gone.</exception>
    /// <exception cref="VaultException">The key is not the one that sealed it.</exception>
    public static async Task<Recording> OpenAsync(FoliosyncDb db, Vault vault, Guid runId, CancellationToken cancellationToken)
    {
        var connectionId = await db.SyncRuns.Where(r => r.Id == runId).Select(r => (Guid?)r.ConnectionId).SingleOrDefaultAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new NotFoundException("sync run");
        var snapshot = await db.Snapshots.AsNoTracking().FirstOrDefaultAsync(s => s.RunId == runId, cancellationToken).ConfigureAwait(false);
        if (snapshot is null)
        {
            var last = await db.Snapshots.Where(s => s.ConnectionId == connectionId && s.RunId < runId)
                .OrderByDescending(s => s.RunId).Select(s => (Guid?)s.RunId).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
            throw new RefusedException(last is null
                ? "The broker sent nothing new in this run, and no earlier recording is kept. Recordings are kept for some weeks only."
                : $"The broker sent nothing new in this run. The last run before it that has a recording is {last}; take that one.");
        }

        return new Recording(runId, connectionId, snapshot.TakenAt, vault.OpenBytes(snapshot.Sealed, snapshot.Id, Snapshot.SealedField));
    }

    /// <summary>The same recording for another run, sealed anew.</summary>
    public Snapshot ToSnapshot(Guid runId, Vault vault)
    {
        var id = Guid.CreateVersion7(TakenAt);
        return new Snapshot
        {
            Id = id,
            RunId = runId,
            ConnectionId = ConnectionId,
            TakenAt = TakenAt,
            Sealed = vault.Seal(Compressed, id, Snapshot.SealedField),
        };
    }
}
