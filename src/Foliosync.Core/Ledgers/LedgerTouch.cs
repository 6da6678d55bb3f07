using Foliosync.Core.Sync;

namespace Foliosync.Core.Ledgers;

/// <summary>What a run, a file or an undo has changed in an account, as far as it may change what is inferred.</summary>
internal sealed record LedgerTouch
{
    public required Guid AccountId { get; init; }

    /// <summary>The broker's time zone.</summary>
    public required TimeZoneInfo Zone { get; init; }

    /// <summary>See <see cref="Brokers.Contract.BrokerManifest.AverageIsFifo"/>.</summary>
    public required bool AverageIsFifo { get; init; }

    /// <summary>Where history starts, UTC.</summary>
    public required DateTimeOffset FirstReportedAt { get; init; }

    /// <summary>Instruments whose units, cost or rows are others than before.</summary>
    public required IReadOnlySet<Guid> Instruments { get; init; }

    /// <summary>First day of which anything is different.</summary>
    public required DateOnly FromDay { get; init; }

    /// <summary>The report that was just applied; null when none was.</summary>
    public ReportPair? Report { get; init; }

    /// <summary>What the report of an account has changed; null when it was the first with holdings, or changed neither units nor rows.</summary>
    /// <param name="reading">The report.</param>
    /// <param name="changes">What it changed.</param>
    /// <param name="zone">The broker's time zone.</param>
    /// <param name="averageIsFifo">How the broker reckons its average.</param>
    public static LedgerTouch? Of(AccountReading reading, AccountChanges changes, TimeZoneInfo zone, bool averageIsFifo)
    {
        var account = reading.Account;
        if (account.FirstReportedAt is not { } first)
        {
            return null;
        }

        var moved = changes.Opened.Select(h => h.InstrumentId).Concat(changes.Ended.Select(p => p.InstrumentId));
        var told = changes.Transactions.Where(t => t.InstrumentId is not null).ToList();
        var instruments = moved.Concat(told.Select(t => t.InstrumentId!.Value)).ToHashSet();
        var days = told.Select(t => t.TradedAt).Append(reading.Report.AsOf).Min();
        return instruments.Count == 0 ? null : new LedgerTouch
        {
            AccountId = account.Id,
            Zone = zone,
            AverageIsFifo = averageIsFifo,
            FirstReportedAt = first,
            Instruments = instruments,
            FromDay = LedgerRows.DayOf(days, zone),
            Report = new ReportPair(reading.Report.AsOf, reading.RunId, account.ReportedAt, account.ReportRunId),
        };
    }
}

/// <summary>A report and the one before it.</summary>
/// <param name="At">UTC instant of the later.</param>
/// <param name="RunId">The run that applied it.</param>
/// <param name="PreviousAt">UTC instant of the earlier.</param>
/// <param name="PreviousRunId">Its run; null when that is not known.</param>
internal sealed record ReportPair(DateTimeOffset At, Guid RunId, DateTimeOffset? PreviousAt, Guid? PreviousRunId);
