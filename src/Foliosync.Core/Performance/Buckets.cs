using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Performance;

/// <summary>What a change of money is.</summary>
internal enum FlowKind
{
    In,
    Out,
    MovedIn,
    MovedOut,
    Income,
    Fees,
    Taxes,
}

/// <summary>Everything of one account and class whose values are in one currency.</summary>
internal sealed class Bucket(Guid accountId, AssetClass? assetClass, string currency, DateOnly first, int days)
{
    private readonly List<Flow> _flows = [];

    public Guid AccountId => accountId;

    public AssetClass? Class => assetClass;

    /// <summary>Value by day in the bucket's own currency.</summary>
    public decimal[] Values { get; } = new decimal[days];

    public DayMarks[] Marks { get; } = new DayMarks[days];

    /// <summary>Notes money that moved, in any currency; nothing when it is 0.</summary>
    public void Add(int day, FlowKind kind, decimal amount, string inCurrency)
    {
        if (amount != 0)
        {
            _flows.Add(new Flow(day, kind, amount, inCurrency));
        }
    }

    /// <summary>Notes money that came in, or went out when it is negative.</summary>
    public void AddSigned(int day, bool isMove, decimal amount, string inCurrency) => Add(
        day, (isMove, amount > 0) switch { (true, true) => FlowKind.MovedIn, (true, false) => FlowKind.MovedOut, (_, true) => FlowKind.In, _ => FlowKind.Out },
        Math.Abs(amount), inCurrency);

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

        return DailySeries.MergedByDay(flows, netMoves: false);
    }

    private readonly record struct Flow(int Day, FlowKind Kind, decimal Amount, string Currency);
}

/// <summary>The buckets of a valuation, made when they are first needed.</summary>
internal sealed class Buckets(DateOnly first, int days)
{
    private readonly Dictionary<(Guid Account, AssetClass? Class, string Currency), Bucket> _buckets = [];

    /// <summary>Day number of the first day.</summary>
    public int First => first.DayNumber;

    public int Days => days;

    public IEnumerable<Bucket> All => _buckets.Values;

    public Bucket Of(Guid accountId, AssetClass? assetClass, string currency)
    {
        if (!_buckets.TryGetValue((accountId, assetClass, currency), out var bucket))
        {
            _buckets.Add((accountId, assetClass, currency), bucket = new Bucket(accountId, assetClass, currency, first, days));
        }

        return bucket;
    }

    /// <summary>The index of a day; one after the last day is the number of days.</summary>
    public int IndexOf(DateOnly day) => Math.Clamp(day.DayNumber - first.DayNumber, 0, days);
}
