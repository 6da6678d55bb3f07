using Foliosync.Core.Performance;

namespace Foliosync.Core.Valuations;

/// <summary>Returns, gain and risk over a period. A figure that cannot be told is null and has its reason beside it. Rates: 0.1 is 10 %.</summary>
public sealed record PerformanceReport
{
    /// <summary>What is measured, for people.</summary>
    public required string Name { get; init; }

    /// <summary>ISO 4217 of all amounts.</summary>
    public required string Currency { get; init; }

    /// <summary>The time that is measured.</summary>
    public required MeasuredPeriod Period { get; init; }

    /// <summary>Value at the close before the first day; null when it is not known.</summary>
    public decimal? StartValue { get; init; }

    /// <summary>Value at the close of the last day; null when it is not known.</summary>
    public decimal? EndValue { get; init; }

    /// <summary>Money and units that came in.</summary>
    public decimal MoneyIn { get; init; }

    /// <summary>Money and units that went out.</summary>
    public decimal MoneyOut { get; init; }

    /// <summary>How well the money did that was there: true daily, with money that comes at the start of its day and money that goes at its end.</summary>
    public required TimeWeightedReturn TimeWeightedReturn { get; init; }

    /// <summary>How well the person did, time and size of the payments included (XIRR).</summary>
    public required MoneyWeightedReturn MoneyWeightedReturn { get; init; }

    /// <summary>What was gained and by what; null when a value or a flow is not known.</summary>
    public GainBreakdown? Gain { get; init; }

    /// <summary>How much daily returns differ.</summary>
    public required Volatility Volatility { get; init; }

    /// <summary>The deepest fall of the time-weighted line; null when there is none.</summary>
    public Drawdown? MaximumDrawdown { get; init; }

    /// <summary>The comparison that was asked for; null for none.</summary>
    public BenchmarkFigures? Benchmark { get; init; }

    /// <summary>Why time-weighted and money-weighted return differ here, one paragraph.</summary>
    public required string Difference { get; init; }

    /// <summary>From when on the figures are told, and how far they can be trusted.</summary>
    public required Trust Trust { get; init; }

    /// <summary>UTC instant at which the values were computed, the earliest of several accounts; null when none were.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>True when something has changed since and newer values are being computed.</summary>
    public bool Updating { get; init; }

    /// <summary>By day, when asked for; null otherwise.</summary>
    public IReadOnlyList<LinePoint>? Lines { get; init; }

    /// <summary>What the figures are made of, when asked for; null otherwise.</summary>
    public Explanation? Explanation { get; init; }
}

/// <summary>The time that figures measure: from the close of the day before <paramref name="From"/> to the close of <paramref name="To"/>.</summary>
/// <param name="Name">The name it was asked for by, for example <c>ytd</c>; <c>custom</c> for days.</param>
/// <param name="From">First day measured.</param>
/// <param name="To">Last day measured.</param>
/// <param name="Days">Calendar days.</param>
public sealed record MeasuredPeriod(string Name, DateOnly From, DateOnly To, int Days);

/// <summary>A benchmark beside a portfolio.</summary>
/// <param name="Name">For people.</param>
/// <param name="InstrumentId">The instrument; null for a file of prices.</param>
/// <param name="TimeWeightedReturn">Of its price, in the currency of the report.</param>
/// <param name="SameMoneyValue">What the same money would be worth in it at the end; null when it cannot be told.</param>
/// <param name="SameMoneyGain">What the same money would have gained in it; null when it cannot be told.</param>
/// <param name="SameMoneyReason">Why that is not told, or where more was taken out than there would have been; null otherwise.</param>
public sealed record BenchmarkFigures(
    string Name, Guid? InstrumentId, TimeWeightedReturn TimeWeightedReturn, decimal? SameMoneyValue, decimal? SameMoneyGain, string? SameMoneyReason);

/// <summary>How far figures can be trusted.</summary>
/// <param name="Since">First day with data; null when there is none.</param>
/// <param name="ReportedSince">First day that reports of the broker tell of, the latest of several accounts; before it transactions alone do. Null when none was reported.</param>
/// <param name="InferredTransactions">Transactions of the period that were concluded from reports.</param>
/// <param name="LowestConfidence">The lowest confidence among them, from 0 to 1; null when there are none or it was not stored.</param>
/// <param name="InferredFlowDays">Days on which money or units moved that no transaction explains.</param>
/// <param name="UnknownDays">Days whose value or flow is not known.</param>
/// <param name="CarriedDays">Weekdays with a price or rate of an earlier day.</param>
/// <param name="StaleDays">Days with a price or rate of more than a week ago.</param>
/// <param name="Notes">The same in sentences; empty when there is nothing to say.</param>
public sealed record Trust(
    DateOnly? Since,
    DateOnly? ReportedSince,
    int InferredTransactions,
    decimal? LowestConfidence,
    int InferredFlowDays,
    int UnknownDays,
    int CarriedDays,
    int StaleDays,
    IReadOnlyList<string> Notes);

/// <summary>Lines at the close of a day.</summary>
/// <param name="Day">The day.</param>
/// <param name="TimeWeighted">What one unit of money became since the start; null when there is no line.</param>
/// <param name="Benchmark">The same of the benchmark; null when there is none.</param>
/// <param name="SameMoney">What the portfolio's money would be worth in the benchmark; null when that is not known.</param>
public sealed record LinePoint(DateOnly Day, decimal? TimeWeighted, decimal? Benchmark, decimal? SameMoney);

/// <summary>What figures are made of.</summary>
/// <param name="Flows">Days on which money moved or a part of the gain is told.</param>
/// <param name="SubPeriods">Parts between flows; their returns multiply to the time-weighted return.</param>
/// <param name="Start">What was held at the close before the first day.</param>
/// <param name="End">What was held at the close of the last day.</param>
public sealed record Explanation(
    IReadOnlyList<DayFlow> Flows, IReadOnlyList<SubPeriod> SubPeriods, IReadOnlyList<ValueLine> Start, IReadOnlyList<ValueLine> End);

/// <summary>Units or cash at the close of a day, with the price and the rate they count with.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="InstrumentId">The instrument; null for cash.</param>
/// <param name="Symbol">Symbol; null for cash.</param>
/// <param name="Units">Units, or the amount of cash.</param>
/// <param name="Price">Of one unit, divided by splits since; 1 for cash; null when there is none.</param>
/// <param name="PriceDay">Day of the price; null when there is none.</param>
/// <param name="PriceSource">Who said so; <c>trade</c> for what a transaction paid.</param>
/// <param name="Currency">Of the price.</param>
/// <param name="Rate">Units of the report's currency for one; null when there is none.</param>
/// <param name="RateDay">Day of the rate; null when none was needed.</param>
/// <param name="RateSource">Who published it; null when none was needed.</param>
/// <param name="Value">Units times price times rate; null when it is not known.</param>
public sealed record ValueLine(
    Guid AccountId,
    Guid? InstrumentId,
    string? Symbol,
    decimal Units,
    decimal? Price,
    DateOnly? PriceDay,
    string? PriceSource,
    string Currency,
    decimal? Rate,
    DateOnly? RateDay,
    string? RateSource,
    decimal? Value);

/// <summary>Values by day.</summary>
/// <param name="Name">What is valued, for people.</param>
/// <param name="Currency">ISO 4217 of all amounts.</param>
/// <param name="Days">By day.</param>
/// <param name="AsOf">See <see cref="PerformanceReport.AsOf"/>.</param>
/// <param name="Updating">See <see cref="PerformanceReport.Updating"/>.</param>
public sealed record ValuationReport(string Name, string Currency, IReadOnlyList<DayValue> Days, DateTimeOffset? AsOf, bool Updating);

/// <summary>The value at the close of a day.</summary>
/// <param name="Day">The day.</param>
/// <param name="Value">The value; null when it is not known, which is not zero.</param>
/// <param name="In">Money and units that came in.</param>
/// <param name="Out">Money and units that went out.</param>
/// <param name="Marks">What is to be said of it: carried, stale, priceMissing, rateMissing, flowInferred, flowUnknown, feesUnknown.</param>
/// <param name="Parts">By account and class in both currencies, when asked for; null otherwise.</param>
public sealed record DayValue(DateOnly Day, decimal? Value, decimal In, decimal Out, IReadOnlyList<string> Marks, IReadOnlyList<PartValue>? Parts);

/// <summary>The value of one account and class.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="AssetClass">Kind of instrument in camelCase, or <c>cash</c>.</param>
/// <param name="Value">In the currency of the answer; null when it is not known.</param>
/// <param name="AccountCurrency">ISO 4217 of the account.</param>
/// <param name="AccountValue">In that currency; null when it is not known.</param>
public sealed record PartValue(Guid AccountId, string AssetClass, decimal? Value, string AccountCurrency, decimal? AccountValue);
