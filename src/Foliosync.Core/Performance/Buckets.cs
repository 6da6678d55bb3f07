using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Performance;

/// <summary>What a change of money is. The numbers are stored.</summary>
internal enum FlowKind
{
    In = 0,
    Out = 1,
    MovedIn = 2,
    MovedOut = 3,
    Income = 4,
    Fees = 5,
    Taxes = 6,
}

/// <summary>Money that moved, or a part of a gain, in the currency in which it was told.</summary>
/// <param name="Day">Days after the first.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Amount">The amount; see <see cref="DayFlow"/> for its sign.</param>
/// <param name="Currency">ISO 4217.</param>
internal readonly record struct BucketFlow(int Day, FlowKind Kind, decimal Amount, string Currency);

/// <summary>Everything of one account and class whose values are in one currency, before any conversion.</summary>
internal sealed class Bucket(Guid accountId, AssetClass? assetClass, string currency, DateOnly first, int days)
{
    private readonly List<BucketFlow> _flows = [];

    public Guid AccountId => accountId;

    public AssetClass? Class => assetClass;

    /// <summary>ISO 4217 of the values.</summary>
    public string Currency => currency;

    public DateOnly First => first;

    /// <summary>Value by day in the bucket's own currency.</summary>
    public decimal[] Values { get; } = new decimal[days];

    public DayMarks[] Marks { get; } = new DayMarks[days];

    public IReadOnlyList<BucketFlow> Flows => _flows;

    /// <summary>Notes money that moved, in any currency; nothing when it is 0 or before the first day.</summary>
    public void Add(int day, FlowKind kind, decimal amount, string inCurrency)
    {
        if (amount != 0 && day >= 0)
        {
            _flows.Add(new BucketFlow(day, kind, amount, inCurrency));
        }
    }

    /// <summary>Notes money that came in, or went out when it is negative.</summary>
    public void AddSigned(int day, bool isMove, decimal amount, string inCurrency) => Add(
        day, (isMove, amount > 0) switch { (true, true) => FlowKind.MovedIn, (true, false) => FlowKind.MovedOut, (_, true) => FlowKind.In, _ => FlowKind.Out },
        Math.Abs(amount), inCurrency);

    /// <summary>Marks a day; nothing when it is before the first.</summary>
    public void Mark(int day, DayMarks marks)
    {
        if (day >= 0)
        {
            Marks[day] |= marks;
        }
    }

    /// <summary>Converts values at the rate of their day, and flows at that of theirs.</summary>
    public DailySeries In(string target, RateRows rates)
    {
        var rate = rates.Of(currency, target);
        var (values, gains, marks) = (new decimal[days], new decimal[days], new DayMarks[days]);
        var gained = 0m;
        for (var i = 0; i < days; i++)
        {
            marks[i] = Marks[i];
            if (Values[i] != 0)
            {
                values[i] = decimal.Round(rate.IsOne ? Values[i] : Values[i] * rate.Values[i], DailySeries.Scale);
                marks[i] |= rate.Marks[i];
            }

            if (!rate.IsOne && i > 0 && Values[i - 1] != 0 && ((rate.Marks[i] | rate.Marks[i - 1]) & DayMarks.RateMissing) == 0)
            {
                // What the units of yesterday gained because the rate changed; what the price gained is worth today's rate.
                gained += decimal.Round(Values[i - 1] * (rate.Values[i] - rate.Values[i - 1]), DailySeries.Scale);
            }

            gains[i] = gained;
        }

        return new DailySeries(target, first, values, gains, marks, Convert(target, rates, marks));
    }

    private DayFlow[] Convert(string target, RateRows rates, DayMarks[] marks)
    {
        var flows = new List<DayFlow>(_flows.Count);
        foreach (var flow in _flows)
        {
            var rate = rates.Of(flow.Currency, target);
            if ((rate.Marks[flow.Day] & DayMarks.RateMissing) != 0)
            {
                marks[flow.Day] |= DayMarks.FlowUnknown;
                continue;
            }

            var amount = decimal.Round(rate.IsOne ? flow.Amount : flow.Amount * rate.Values[flow.Day], DailySeries.Scale);
            var day = new DayFlow { Day = first.AddDays(flow.Day) };
            flows.Add(flow.Kind switch
            {
                FlowKind.In => day with { In = amount },
                FlowKind.Out => day with { Out = amount },
                FlowKind.MovedIn => day with { MovedIn = amount },
                FlowKind.MovedOut => day with { MovedOut = amount },
                FlowKind.Income => day with { Income = amount },
                FlowKind.Fees => day with { Fees = amount },
                _ => day with { Taxes = amount },
            });
        }

        return DailySeries.MergedByDay(flows, first, days, netMoves: false);
    }
}

/// <summary>The buckets of a valuation, made when they are first needed.</summary>
internal sealed class Buckets(DateOnly first, int days)
{
    private readonly Dictionary<(Guid Account, AssetClass? Class, string Currency), Bucket> _buckets = [];

    /// <summary>Day number of the first day.</summary>
    public int First => first.DayNumber;

    public DateOnly FirstDay => first;

    public int Days => days;

    public IEnumerable<Bucket> All => _buckets.Values;

    /// <summary>Values and flows of everything that is told, in the currencies in which it is told.</summary>
    public static Buckets Of(ValuationInput input)
    {
        var first = input.First ?? FirstDayOf(input);
        var days = input.Last.DayNumber - first.DayNumber + 1;
        if (days <= 0)
        {
            return new Buckets(input.Last, 0);
        }

        var buckets = new Buckets(first, days);
        var accounts = input.Accounts.ToDictionary(a => a.Id);
        InstrumentLedger.Fill(input, accounts, buckets);
        CashLedger.Fill(input, accounts, buckets);
        return buckets;
    }

    public Bucket Of(Guid accountId, AssetClass? assetClass, string currency)
    {
        if (!_buckets.TryGetValue((accountId, assetClass, currency), out var bucket))
        {
            _buckets.Add((accountId, assetClass, currency), bucket = new Bucket(accountId, assetClass, currency, first, days));
        }

        return bucket;
    }

    /// <summary>The index of a day: negative before the first; the number of days for every one after the last.</summary>
    public int IndexOf(DateOnly day) => Math.Min(day.DayNumber - first.DayNumber, days);

    /// <summary>The first day on which anything is told; the end of time when nothing is.</summary>
    internal static DateOnly FirstDayOf(ValuationInput input)
    {
        var first = DateOnly.MaxValue;
        foreach (var units in input.Units)
        {
            first = units.From < first ? units.From : first;
        }

        foreach (var cash in input.Cash)
        {
            first = cash.From < first ? cash.From : first;
        }

        foreach (var entry in input.Entries)
        {
            first = entry.Day < first ? entry.Day : first;
        }

        return first;
    }
}
