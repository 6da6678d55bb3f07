using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Ledgers;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Sync;

namespace Foliosync.Core.Statements;

/// <summary>The account that a file is for.</summary>
/// <param name="Account">The account.</param>
/// <param name="Reads">What its connection reads by itself.</param>
/// <param name="Zone">The broker's time zone.</param>
/// <param name="AverageIsFifo">How the broker reckons the average price.</param>
internal sealed record StatementTarget(ClaimedAccount Account, ReadKinds Reads, TimeZoneInfo Zone, bool AverageIsFifo)
{
    /// <summary>What may be inferred otherwise because of a file's rows; null when nothing was inferred from.</summary>
    public LedgerTouch? TouchedBy(StatementRows rows, DateOnly? first) =>
        first is { } day ? Touched([.. rows.Instruments], day, report: null) : null;

    /// <summary>What may be inferred otherwise because of a file's holdings; null when they are as before, or the first.</summary>
    public LedgerTouch? TouchedBy(AccountChanges changes, AccountReport report, Guid runId) => Touched(
        [.. changes.Opened.Select(h => h.InstrumentId), .. changes.Ended.Select(p => p.InstrumentId)],
        LedgerRows.DayOf(report.AsOf, Zone),
        new ReportPair(report.AsOf, runId, Account.ReportedAt, Account.ReportRunId));

    private LedgerTouch? Touched(HashSet<Guid> instruments, DateOnly from, ReportPair? report) =>
        instruments.Count == 0 || Account.FirstReportedAt is not { } first ? null : new LedgerTouch
        {
            AccountId = Account.Id,
            Zone = Zone,
            AverageIsFifo = AverageIsFifo,
            FirstReportedAt = first,
            Instruments = instruments,
            FromDay = from,
            Report = report,
        };
}

/// <summary>What a file did to its account.</summary>
internal sealed record Booked
{
    public required StatementRows Rows { get; init; }

    public required SyncCounts Counts { get; init; }

    public required IReadOnlyList<BrokerWarning> Warnings { get; init; }

    public DateOnly? FirstDay { get; init; }

    public DateOnly? LastDay { get; init; }

    /// <summary>Of what time what was taken over is.</summary>
    public PartTimes Times { get; init; }

    /// <summary>The holdings and cash that were taken over; null when none were.</summary>
    public AccountReading? Report { get; init; }

    /// <summary>As the account is told from now on; null when neither holdings nor cash were taken over.</summary>
    public AccountReading? Applied { get; init; }

    public AccountChanges Changes { get; init; } = new();

    public Replaced? Replaced { get; init; }
}

/// <summary>
/// Books a file inside a transaction: transactions at once, holdings and cash as changes that the caller writes. A dry run is the same,
/// in a transaction that is not committed.
/// </summary>
internal sealed class StatementBooking(Database database, InferredLedger ledger, TimeProvider clock)
{
    /// <exception cref="RefusedException">Most of what is held is not in the file, and nobody has said that this is right.</exception>
    public async Task<Booked> BookAsync(
        WriteTransaction write,
        CheckedStatement statement,
        StatementTarget target,
        Guid runId,
        bool mayLose,
        IProgress<StatementProgress>? progress,
        CancellationToken cancellationToken)
    {
        var account = target.Account;
        List<BrokerWarning> warnings = [.. statement.Warnings];
        var stored = PartTimes.OfSyncs(target.Reads, account.ReportedAt).Or(await EarlierFilesAsync(write, account.Id, cancellationToken).ConfigureAwait(false));
        var parts = StatementParts.Of(statement, stored, warnings);
        var before = parts is null ? AccountState.Empty : await LoadAsync(write, account.Id, parts.Report, cancellationToken).ConfigureAwait(false);
        var now = clock.GetUtcNow();
        var changes = parts?.Reconcile(account, before, () => Guid.CreateVersion7(now)) ?? new AccountChanges();
        if (changes.Suspicion is not null)
        {
            // The sentence speaks of the broker; here a person chose the file and may have chosen the wrong one.
            var lost = $"The file does not have {changes.Closed.Count} of the {before.Holdings.Count} holdings that the account has.";
            if (!mayLose)
            {
                throw new RefusedException($"{lost} Nothing was imported. If they were really sold, import the file again and confirm it.");
            }

            warnings.Add(new BrokerWarning("holdings-missing", lost));
        }

        var rows = new StatementRows(database, statement, account.Id, runId, target.Zone, now);
        var done = 0;
        await foreach (var page in statement.PagesAsync(cancellationToken).ConfigureAwait(false))
        {
            await rows.AddAsync(page, write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
            done += page.Count;
            progress?.Report(new StatementProgress(statement.Transactions, done));
        }

        var first = DayOf(statement.FirstAt, target.Zone);
        var last = DayOf(statement.LastAt, target.Zone);
        var marked = first is null
            ? 0
            : await SupersededRows.MarkAsync(
                database, write.Connection, write.Transaction, account.Id, first.Value, last!.Value, target.Zone, cancellationToken).ConfigureAwait(false);
        if (target.TouchedBy(rows, first) is { } touched)
        {
            await ledger.RefreshAsync(write.Connection, write.Transaction, [touched], cancellationToken).ConfigureAwait(false);
        }

        warnings.AddRange(rows.Warnings);
        warnings.AddRange(await OversoldCheck.RunAsync(
            database, write.Connection, write.Transaction, account.Id, runId, rows.Sold, target.Zone, cancellationToken).ConfigureAwait(false));

        var report = parts is null ? null : new AccountReading(account, parts.Report, ReportFingerprint.Of(parts.Report), runId);
        var applied = report is not null && account.ReportedAt > report.Report.AsOf
            ? report with { Report = report.Report with { AsOf = account.ReportedAt.Value } }
            : report;
        return new Booked
        {
            Rows = rows,
            Counts = new SyncCounts(
                statement.Received,
                rows.New + changes.Opened.Count + changes.CashOpened.Count,
                marked + changes.Changed.Count + changes.CashChanged.Count,
                changes.Closed.Count + changes.CashClosed.Count,
                rows.Known + changes.Unchanged,
                statement.Skipped),
            Warnings = warnings,
            FirstDay = first,
            LastDay = last,
            Times = parts?.Times ?? default,
            Report = report,
            Applied = applied,
            Changes = changes,
            Replaced = applied is null ? null : Replaced.Of(account, applied, before, changes),
        };
    }

    private async Task<PartTimes> EarlierFilesAsync(WriteTransaction write, Guid accountId, CancellationToken cancellationToken)
    {
        var times = default(PartTimes);
        var script = SqlScript.For(database);
        script.Query(
            "select max(holdings_as_of), max(funds_as_of), max(cash_as_of) from imported_statements where account_id = @account and undone_at is null",
            ids: null,
            row => times = new PartTimes(row.InstantOrNull(0), row.InstantOrNull(1), row.InstantOrNull(2)),
            ("account", accountId));
        await script.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        return times;
    }

    private async Task<AccountState> LoadAsync(WriteTransaction write, Guid accountId, AccountReport report, CancellationToken cancellationToken)
    {
        var stored = new StoredAccount(report);
        var script = SqlScript.For(database);
        StoredAccount.Load(script, new Dictionary<Guid, StoredAccount> { [accountId] = stored });
        await script.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        return stored.ToState();
    }

    private static DateOnly? DayOf(DateTimeOffset? at, TimeZoneInfo zone) =>
        at is { } instant ? LedgerRows.DayOf(instant, zone) : null;
}

/// <summary>How far an import has come.</summary>
/// <param name="Total">Transactions in the file.</param>
/// <param name="Done">Of these, booked.</param>
public sealed record StatementProgress(int Total, int Done);
