using Foliosync.Core.Connections;
using Foliosync.Core.Connections.Http;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync.Reviews;

namespace Foliosync.Core.Sync.Replays;

/// <summary>Why a number changed between two runs: what the broker sent otherwise, and what that makes of the holdings.</summary>
/// <param name="First">The earlier run.</param>
/// <param name="Second">The later run.</param>
/// <param name="Symbol">The only instrument that was asked about; null for all.</param>
/// <param name="Payload">The fields of the broker's answers that differ.</param>
/// <param name="Accounts">What the reconciler makes of the second report after the first, by account.</param>
/// <param name="Notes">What could not be compared, in sentences.</param>
public sealed record ComparedRuns(
    ComparedRun First,
    ComparedRun Second,
    string? Symbol,
    IReadOnlyList<PayloadChange> Payload,
    IReadOnlyList<ComparedAccount> Accounts,
    IReadOnlyList<string> Notes);

/// <summary>One of two runs.</summary>
/// <param name="RunId">The run.</param>
/// <param name="TakenAt">UTC instant of its recording.</param>
public sealed record ComparedRun(Guid RunId, DateTimeOffset TakenAt);

/// <summary>What changes in one account.</summary>
/// <param name="ExternalId">The broker's id of it.</param>
/// <param name="Name">For people.</param>
/// <param name="Diff">From the first report to the second.</param>
public sealed record ComparedAccount(string ExternalId, string Name, ReviewDiff Diff);

/// <summary>Compares two runs of one connection down to the field of the broker's answer.</summary>
public sealed class RunComparison(Database database, Vault vault, RunReplay replay)
{
    /// <summary>Compares two runs; the earlier one is the first, however they are named.</summary>
    /// <param name="runId">A run.</param>
    /// <param name="otherId">Another run of the same connection.</param>
    /// <param name="symbol">Only the instrument that the broker calls so; null for everything.</param>
    /// <param name="scope">The rows within reach.</param>
    /// <param name="cancellationToken">Stops the comparison.</param>
    /// <exception cref="NotFoundException">One of the runs is not within reach.</exception>
    /// <exception cref="RefusedException">One has no recording, or they are of two connections.</exception>
    public async Task<ComparedRuns> CompareAsync(
        Guid runId, Guid otherId, string? symbol, OwnerScope scope, CancellationToken cancellationToken)
    {
        await using var db = database.Open(scope);
        var one = await Recording.OpenAsync(db, vault, runId, cancellationToken).ConfigureAwait(false);
        var other = await Recording.OpenAsync(db, vault, otherId, cancellationToken).ConfigureAwait(false);
        if (one.ConnectionId != other.ConnectionId)
        {
            throw new RefusedException("These runs are of two connections. Compare two runs of one connection.");
        }

        var (first, second) = one.TakenAt <= other.TakenAt ? (one, other) : (other, one);
        var notes = new List<string>();
        var payload = ComparePayload(first, second, symbol, notes);

        var before = await replay.ReadAsync(db, first, cancellationToken).ConfigureAwait(false);
        var after = await replay.ReadAsync(db, second, cancellationToken).ConfigureAwait(false);
        Note(before, notes);
        Note(after, notes);
        var accounts = before.Error is null && after.Error is null
            ? await CompareReportsAsync(before, after, symbol, cancellationToken).ConfigureAwait(false)
            : [];
        return new ComparedRuns(
            new ComparedRun(first.RunId, first.TakenAt), new ComparedRun(second.RunId, second.TakenAt), symbol, payload, accounts, notes);
    }

    private static List<PayloadChange> ComparePayload(Recording first, Recording second, string? symbol, List<string> notes)
    {
        var changes = new List<PayloadChange>();
        var before = first.Exchanges.ToLookup(e => $"{e.Method} {e.Path}");
        var after = second.Exchanges.ToLookup(e => $"{e.Method} {e.Path}");
        foreach (var route in before.Select(g => g.Key).Union(after.Select(g => g.Key), StringComparer.Ordinal))
        {
            // The same route asked for several times is paired in order.
            RecordedExchange[] from = [.. before[route]];
            RecordedExchange[] to = [.. after[route]];
            for (var i = 0; i < Math.Min(from.Length, to.Length); i++)
            {
                if (from[i].Status != to[i].Status && symbol is null)
                {
                    changes.Add(new PayloadChange(route, "(HTTP status)", $"{from[i].Status}", $"{to[i].Status}"));
                }

                changes.AddRange(PayloadDiff.Of(route, from[i].Body.ToArray(), to[i].Body.ToArray(), symbol));
            }

            if (from.Length != to.Length)
            {
                notes.Add($"{route} was asked for {from.Length} times in the first run and {to.Length} times in the second.");
            }
        }

        return changes;
    }

    private static void Note(ConnectionReading reading, List<string> notes)
    {
        if (reading.Error is { } error)
        {
            notes.Add($"Today's adapter cannot read run {reading.Connection.RunId}: {ReplayView.Describe(error).Message}");
        }
    }

    private async Task<List<ComparedAccount>> CompareReportsAsync(
        ConnectionReading before, ConnectionReading after, string? symbol, CancellationToken cancellationToken)
    {
        var earlier = before.Accounts.ToDictionary(a => a.Account.ExternalId, a => a.Report, StringComparer.Ordinal);
        var names = await ReplayView.NamesAsync(
            database, before.Accounts.Concat(after.Accounts).SelectMany(a => a.Report.Lots).Select(l => l.InstrumentId), cancellationToken).ConfigureAwait(false);
        var accounts = new List<ComparedAccount>();
        foreach (var account in after.Accounts)
        {
            var state = earlier.TryGetValue(account.Account.ExternalId, out var report) ? StateAfter(report) : AccountState.Empty;
            var changes = Reconciler.Reconcile(account.Account.Id, state, report?.AsOf, account.Report, Guid.NewGuid);
            var diff = ReviewDiff.Of(state, changes, names);
            accounts.Add(new ComparedAccount(account.Account.ExternalId, account.Account.Name, symbol is null ? diff : diff.Only(symbol)));
        }

        return accounts;
    }

    // What would be held if this report had been the first one.
    private static AccountState StateAfter(AccountReport report)
    {
        var changes = Reconciler.Reconcile(Guid.Empty, AccountState.Empty, null, report, Guid.NewGuid);
        return new AccountState(changes.Opened, changes.CashOpened, new HashSet<string>(report.Transactions.Select(t => t.ExternalId), StringComparer.Ordinal));
    }
}
