using Foliosync.Core.Alerts;
using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Connections;

/// <summary>
/// Knows when sessions end: a connection whose session is over waits for its login from that moment on, and its owner is told, without
/// a call that could only fail. Sessions that the broker renews by itself are left alone, and so is a pause.
/// </summary>
public sealed class SessionClock(Database database, BrokerCatalog catalog, TimeProvider clock) : IRecurringJob
{
    /// <inheritdoc/>
    public string Name => "session-clock";

    /// <inheritdoc/>
    public TimeSpan Every => TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await FindAsync(now, cancellationToken).ConfigureAwait(false) is not { Count: > 0 } found)
        {
            return;
        }

        await using var write = await database.BeginWriteAsync(cancellationToken).ConfigureAwait(false);
        var moved = new List<Guid>();
        var move = SqlScript.For(database);

        // Whoever logs in or ends a sync holds the same rows: once they are ours, what the next statement sees stays so.
        move.Query("select connection_id from sync_states where connection_id {ids} order by connection_id for update", [.. found.Keys], _ => { });
        move.Query(
            """
            update sync_states set state = 'needsLogin', next_sync_at = null
            where connection_id {ids} and state in ('active', 'failing')
                and exists (select 1 from connections c where c.id = sync_states.connection_id and c.session_expires_at <= @now)
            returning connection_id
            """,
            [.. found.Keys],
            row => moved.Add(row.Id(0)),
            ("now", now));
        await move.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);

        var tell = SqlScript.For(database);
        tell.Rows(AlertStatements.Raise, [.. moved.Select(id => ToAlert(id, found[id], now))]);
        await tell.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    // A look that waits for no writer: almost always there is nothing to do.
    private async Task<Dictionary<Guid, Waiting>> FindAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, Waiting>();
        var look = SqlScript.For(database);
        foreach (var manifest in catalog.All.Where(SessionRules.EndsWithItsSession).Select(b => b.Manifest))
        {
            look.Query(
                """
                select c.id, c.owner_id, c.label from connections c join sync_states s on s.connection_id = c.id
                where c.session_expires_at <= @now and s.state in ('active', 'failing') and c.broker_id = @broker
                """,
                ids: null,
                row => found.Add(row.Id(0), new Waiting(row.Id(1), $"{row.GetString(2)}: {SessionRules.Ended(manifest)}")),
                ("now", now),
                ("broker", manifest.Id));
        }

        await look.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return found;
    }

    private static Alert ToAlert(Guid connectionId, Waiting waiting, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        OwnerId = waiting.OwnerId,
        ConnectionId = connectionId,
        SubjectId = connectionId,
        Kind = AlertKinds.NeedsLogin,
        Message = waiting.Message,
        CreatedAt = now,
        TellAt = now,
    };

    private sealed record Waiting(Guid OwnerId, string Message);
}
