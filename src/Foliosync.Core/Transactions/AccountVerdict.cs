namespace Foliosync.Core.Transactions;

/// <summary>Units of one instrument and lot that the broker told for a time: a holding period, or the holding that is still open.</summary>
/// <param name="InstrumentId">The instrument.</param>
/// <param name="Lot">See <see cref="Portfolios.Holding.Lot"/>.</param>
/// <param name="Quantity">All units owned.</param>
/// <param name="From">Instant of the first report that said so.</param>
/// <param name="To">Instant of the first report that said otherwise; null when it is still so.</param>
public sealed record ReportedUnits(Guid InstrumentId, string Lot, decimal Quantity, DateTimeOffset From, DateTimeOffset? To = null)
{
    /// <summary>Of the units held now, bought and not delivered yet.</summary>
    public decimal Unsettled { get; init; }

    /// <summary>Of the units held now, pledged as security.</summary>
    public decimal Pledged { get; init; }
}

/// <summary>Cash of one currency that the broker told for a time; segments may come one by one, they add up.</summary>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Amount">Own money; negative when owed.</param>
/// <param name="From">Instant of the first report that said so.</param>
/// <param name="To">Instant of the first report that said otherwise; null when it is still so.</param>
public sealed record ReportedMoney(string Currency, decimal Amount, DateTimeOffset From, DateTimeOffset? To = null);

/// <summary>What the ledger and the broker say about one account.</summary>
public sealed record LedgerAndBroker
{
    /// <summary>The rows of the ledger that count, with their lots; inferred ones too.</summary>
    public required IReadOnlyCollection<LedgerEntry> Entries { get; init; }

    /// <summary>The broker's units, now and before.</summary>
    public required IReadOnlyCollection<ReportedUnits> Units { get; init; }

    /// <summary>The broker's cash, now and as far back as it is known; null when the broker does not tell cash.</summary>
    public IReadOnlyCollection<ReportedMoney>? Money { get; init; }

    /// <summary>Instant of the account's first report. Before it there is nothing to compare.</summary>
    public required DateTimeOffset FirstReportAt { get; init; }

    /// <summary>Instant of the last report, told in the broker's time zone.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>Symbols for people.</summary>
    public IReadOnlyDictionary<Guid, string> Symbols { get; init; } = new Dictionary<Guid, string>();
}

/// <summary>Why ledger and broker differ.</summary>
public enum DifferenceCause
{
    /// <summary>They agree.</summary>
    None,

    /// <summary>They agree, but only because the ledger was concluded from what the broker says.</summary>
    InferredOnly,

    /// <summary>Trades on their way: one of the two counts them and the other does not yet.</summary>
    Unsettled,

    /// <summary>The broker counts pledged units and the ledger does not, or the other way round.</summary>
    Pledged,

    /// <summary>The broker's margin-funded units, which the ledger does not have.</summary>
    MarginFunded,

    /// <summary>A fraction of a unit or of a cent.</summary>
    FractionalRounding,

    /// <summary>The ledger has no deposits or withdrawals, so its cash means nothing.</summary>
    CashNotKept,

    /// <summary>The broker's units are the ledger's in a usual ratio: a split or a bonus issue is missing.</summary>
    SplitMissing,

    /// <summary>The difference is as old as the first report: rows from before it are missing.</summary>
    MissingHistory,

    /// <summary>Another account differs by the same units the other way.</summary>
    Transfer,

    /// <summary>Rows of the ledger moved cash and do not tell how much.</summary>
    AmountsUnknown,

    /// <summary>Nothing fits. A person should look.</summary>
    Unexplained,
}

/// <summary>One instrument, or the cash of one currency.</summary>
public sealed record VerdictLine
{
    /// <summary>The instrument; null for cash.</summary>
    public Guid? InstrumentId { get; init; }

    /// <summary>Symbol, or currency.</summary>
    public required string Name { get; init; }

    /// <summary>What the ledger says.</summary>
    public required decimal Ledger { get; init; }

    /// <summary>What the broker says.</summary>
    public required decimal Broker { get; init; }

    /// <summary>Day on which the two parted for good, in the broker's time zone; null when they agree.</summary>
    public DateOnly? Since { get; init; }

    /// <summary>Why they differ.</summary>
    public DifferenceCause Cause { get; init; }

    /// <summary>The cause in words, and what to do about it.</summary>
    public string Explanation { get; init; } = string.Empty;

    /// <summary>Ledger less broker; above 0 when the ledger says more.</summary>
    public decimal Difference => Ledger - Broker;

    /// <summary>True when nobody has to do anything.</summary>
    public bool IsInBalance => Cause is DifferenceCause.None or DifferenceCause.InferredOnly or DifferenceCause.Unsettled or DifferenceCause.Pledged
        or DifferenceCause.MarginFunded or DifferenceCause.FractionalRounding or DifferenceCause.CashNotKept;

    /// <summary>True when a cause was found.</summary>
    public bool IsExplained => Cause != DifferenceCause.Unexplained;
}

/// <summary>What the comparison of ledger and broker came to.</summary>
/// <param name="AsOf">Instant of the broker's report.</param>
/// <param name="Lines">Every instrument that either of the two has, then cash.</param>
public sealed record AccountVerdict(DateTimeOffset AsOf, IReadOnlyList<VerdictLine> Lines)
{
    /// <summary>True when nobody has to do anything.</summary>
    public bool IsInBalance => Lines.All(l => l.IsInBalance);

    /// <summary>Day since which the account is off; null when it is in balance.</summary>
    public DateOnly? OffSince => Lines.Where(l => !l.IsInBalance).Min(l => l.Since);

    /// <summary>For example <c>in balance</c>, <c>off by 3 INFY since 2026-08-05</c> or <c>off in 2 places since 2026-08-05</c>.</summary>
    public string Badge => Lines.Where(l => !l.IsInBalance).ToList() switch
    {
        [] => "in balance",
        [var one] => FormattableString.Invariant($"off by {Math.Abs(one.Difference):0.#########} {one.Name} since {one.Since:yyyy-MM-dd}"),
        var many => FormattableString.Invariant($"off in {many.Count} places since {OffSince:yyyy-MM-dd}"),
    };
}
