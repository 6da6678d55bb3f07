using System.Data.Common;
using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Valuations;

/// <summary>How far an update of values has come.</summary>
/// <param name="Total">Accounts whose values were found stale so far.</param>
/// <param name="Done">Of these, computed.</param>
public sealed record ValuationProgress(int Total, int Done);

/// <summary>Says that something was touched, so that its values are computed soon. That it was not said changes nothing but the time.</summary>
public delegate Task ValuationNudge(CancellationToken cancellationToken);

/// <summary>
/// Computes daily values anew where what they are made of has changed: of the account that was touched, from the first day on that was.
/// Readers see the values from before until the new ones take their place, all at once.
/// </summary>
public sealed partial class ValuationUpdates(Database database, BrokerCatalog catalog, TimeProvider clock, ILogger<ValuationUpdates> log)
{
    private const int BatchSize = 200;

    // While one account waits for the database, the other is computed; more would take memory and the processor from everybody else.
    private const int AtOnce = 2;

    // Somebody else may store the same account at the same moment; what both see then is settled after a few tries.
    private const int MostTries = 5;

    /// <summary>Computes everything that is stale.</summary>
    /// <param name="progress">Told after each account; may be null.</param>
    /// <param name="cancellationToken">Stops between two accounts; what was computed is stored.</param>
    /// <returns>Accounts that were computed.</returns>
    public async Task<int> RunAsync(IProgress<ValuationProgress>? progress, CancellationToken cancellationToken)
    {
        var done = 0;
        var seen = new HashSet<Guid>();
        while (await StaleAsync(seen, cancellationToken).ConfigureAwait(false) is { Count: > 0 } accounts)
        {
            seen.UnionWith(accounts);
            await Parallel.ForEachAsync(accounts, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (account, stop) =>
            {
                try
                {
                    await UpdateAsync(account, stop).ConfigureAwait(false);
                }
                catch (Exception e) when (e is not (DbException or OperationCanceledException))
                {
                    // One account's fault is no other's. It stays stale, and the next turn tries it again.
                    LogFailed(log, account, e);
                }

                var doneNow = Interlocked.Increment(ref done);
                progress?.Report(new ValuationProgress(seen.Count, doneNow));
            }).ConfigureAwait(false);
        }

        return done;
    }

    /// <summary>Computes one account as far as it is stale.</summary>
    /// <returns>False when there is no such account any more.</returns>
    public async Task<bool> UpdateAsync(Guid accountId, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var update = await ComputeAsync(accountId, cancellationToken).ConfigureAwait(false);
            if (update is null)
            {
                return false;
            }

            if (await StoreAsync(update, cancellationToken).ConfigureAwait(false) || tries == MostTries)
            {
                return true;
            }
        }
    }

    /// <summary>Marks everything of an account as stale, for example after its past was repaired by hand.</summary>
    public async Task ForgetAsync(Guid accountId, CancellationToken cancellationToken)
    {
        var script = SqlScript.For(database);
        script.Rows(ValuationStatements.Touch, [new ValuationTouch(accountId, DateOnly.MinValue)]);
        await script.WriteAsync(database, cancellationToken).ConfigureAwait(false);
    }

    private async Task<List<Guid>> StaleAsync(HashSet<Guid> seen, CancellationToken cancellationToken)
    {
        var found = new List<Guid>();
        var script = SqlScript.For(database);
        script.Query(
            "select account_id from valuation_states where stale_from is not null order by account_id",
            ids: null,
            row =>
            {
                if (found.Count < BatchSize && !seen.Contains(row.Id(0)))
                {
                    found.Add(row.Id(0));
                }
            });
        await script.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return found;
    }

    private async Task<ValuationUpdate?> ComputeAsync(Guid accountId, CancellationToken cancellationToken)
    {
        await using var read = await database.BeginReadAsync(cancellationToken).ConfigureAwait(false);
        var account = (await AccountFacts.ReadAsync(database, read, catalog, [accountId], cancellationToken).ConfigureAwait(false)).SingleOrDefault();
        if (account is null)
        {
            return null;
        }

        var last = account.DayOf(clock.GetUtcNow());
        var ledgers = new LedgerReader(database, read);
        if (FirstStale(account) is { } from && from <= last
            && await ReadStaleAsync(ledgers, account, from, last, cancellationToken).ConfigureAwait(false) is { } stale)
        {
            return ValuationUpdate.OfRange(account, stale, await ReadMonthAsync(read, accountId, from, cancellationToken).ConfigureAwait(false));
        }

        return ValuationUpdate.OfAll(account, await ledgers.ReadAllAsync(account, null, last, cancellationToken).ConfigureAwait(false));
    }

    // The first day to compute; null for all there are.
    private static DateOnly? FirstStale(AccountFacts account)
    {
        if (account.State is not { FirstDay: { } first, LastDay: { } last } state)
        {
            return null;
        }

        var from = state.StaleFrom is { } stale && stale <= last ? stale : last.AddDays(1);
        return from > first ? from : null;
    }

    // Where reports tell what is held, the time before the first of them follows from all that comes after it. Where there are none, days
    // follow only from what was before them.
    private static async Task<AccountLedger?> ReadStaleAsync(
        LedgerReader ledgers, AccountFacts account, DateOnly from, DateOnly last, CancellationToken cancellationToken) => account switch
        {
            { State.RangesFrom: not null } => await ledgers.ReadRangeAsync(account, from, last, cancellationToken).ConfigureAwait(false),
            { State.ReportedFrom: null, ReportedAt: null } => await ledgers.ReadAllAsync(account, from, last, cancellationToken).ConfigureAwait(false),
            _ => null,
        };

    // The month that a range begins in: its days before are kept.
    private async Task<List<ValuationMonth>> ReadMonthAsync(ReadSnapshot read, Guid accountId, DateOnly from, CancellationToken cancellationToken)
    {
        var months = new List<ValuationMonth>();
        var month = new DateOnly(from.Year, from.Month, 1);
        var script = SqlScript.For(database);
        script.Query(
            "select class, currency, data from valuation_months where account_id = @account and month = @month",
            ids: null,
            row => months.Add(new ValuationMonth
            {
                AccountId = accountId,
                Month = month,
                Class = row.GetString(0),
                Currency = row.GetString(1),
                Data = row.BytesOrNull(2)!,
            }),
            ("account", accountId),
            ("month", month));
        await script.RunAsync(read.Connection, read.Transaction, cancellationToken).ConfigureAwait(false);
        return months;
    }

    private async Task<bool> StoreAsync(ValuationUpdate update, CancellationToken cancellationToken)
    {
        var isStored = false;
        var (state, account) = (update.State, update.Account);
        await using var write = await database.BeginWriteAsync(cancellationToken).ConfigureAwait(false);
        var claim = SqlScript.For(database);
        if (account.State.Generation == 0)
        {
            // There may be no row yet when nobody has touched the account.
            claim.Change(
                "insert into valuation_states (account_id, touches, generation) values (@account, 0, 0) on conflict (account_id) do nothing",
                ids: null,
                ("account", account.Id));
        }

        claim.Query(
            ValuationStatements.Store,
            ids: null,
            _ => isStored = true,
            ("account", account.Id),
            ("first", (object?)state.FirstDay ?? DBNull.Value),
            ("last", state.LastDay!.Value),
            ("now", clock.GetUtcNow()),
            ("reported", (object?)state.ReportedFrom ?? DBNull.Value),
            ("cash", (object?)state.CashFrom ?? DBNull.Value),
            ("ranges", (object?)state.RangesFrom ?? DBNull.Value),
            ("touches", account.State.Touches),
            ("generation", account.State.Generation));
        await claim.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        if (!isStored)
        {
            return false;
        }

        var script = SqlScript.For(database);
        script.Change("delete from valuation_months where account_id = @account and month >= @month", ids: null, ("account", account.Id), ("month", update.From));
        script.Rows(ValuationStatements.InsertMonths, update.Months);
        await script.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The values of account {AccountId} could not be computed")]
    private static partial void LogFailed(ILogger log, Guid accountId, Exception e);
}
