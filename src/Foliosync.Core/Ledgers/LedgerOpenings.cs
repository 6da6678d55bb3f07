using Foliosync.Core.Connections;
using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Ledgers;

/// <summary>
/// Concludes what was there when an account was first reported, as far as no row tells. That is a row for each holding of every new account,
/// which a first sync of many should not wait for; so it is done a moment later, some accounts at a time.
/// </summary>
public sealed class LedgerOpenings(Database database, BrokerCatalog catalog, TimeProvider clock, ILoggerFactory logs) : IRecurringJob
{
    private const int AtOnce = 100;

    private readonly InferredLedger _ledger = new(database, clock, logs.CreateLogger<InferredLedger>());

    /// <inheritdoc/>
    public string Name => "open-ledgers";

    /// <inheritdoc/>
    public TimeSpan Every => TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await OpenSomeAsync(cancellationToken).ConfigureAwait(false) == AtOnce)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<int> OpenSomeAsync(CancellationToken cancellationToken)
    {
        if (await FindAsync(cancellationToken).ConfigureAwait(false) is not { Length: > 0 } ids)
        {
            return 0;
        }

        await using var write = await database.BeginWriteAsync(cancellationToken).ConfigureAwait(false);
        var touches = new List<LedgerTouch>();
        var load = SqlScript.For(database);
        load.Query(
            """
            select id, (select broker_id from connections c where c.id = connection_id), first_reported_at, reported_at, report_run_id
            from accounts where id {ids} and ledger_opened_at is null and first_reported_at is not null order by id for update
            """,
            ids,
            row => touches.Add(TouchOf(row.Id(0), row.GetString(1), row.Instant(2), row.InstantOrNull(3), row.IdOrNull(4))));
        await load.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        await _ledger.RefreshAsync(write.Connection, write.Transaction, touches, cancellationToken).ConfigureAwait(false);
        var done = SqlScript.For(database);
        done.Change("update accounts set ledger_opened_at = @now where id {ids} and ledger_opened_at is null", ids, ("now", clock.GetUtcNow()));
        await done.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return ids.Length;
    }

    private async Task<Guid[]> FindAsync(CancellationToken cancellationToken)
    {
        var ids = new List<Guid>();
        var script = SqlScript.For(database);
        script.Query(
            $"select id from accounts where ledger_opened_at is null and first_reported_at is not null order by first_reported_at limit {AtOnce}",
            ids: null,
            row => ids.Add(row.Id(0)));
        await script.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return [.. ids];
    }

    private LedgerTouch TouchOf(Guid accountId, string brokerId, DateTimeOffset firstReportedAt, DateTimeOffset? reportedAt, Guid? runId)
    {
        var broker = catalog.TryFind(brokerId, out var found) ? found.Manifest : null;
        var zone = broker is null ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(broker.TimeZone);
        return new LedgerTouch
        {
            AccountId = accountId,
            Zone = zone,
            AverageIsFifo = broker?.AverageIsFifo ?? false,
            FirstReportedAt = firstReportedAt,
            IsOpen = true,
            Instruments = null,
            FromDay = LedgerRows.DayOf(firstReportedAt, zone),
            Report = reportedAt == firstReportedAt && runId is { } run ? new ReportPair(firstReportedAt, run, null, null) : null,
        };
    }
}
