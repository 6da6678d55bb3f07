using Foliosync.Brokers.Contract;
using Foliosync.Core.Prices;

namespace Foliosync.Core.Performance;

/// <summary>Values of one account and class by day.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Class">Kind of instrument; null for cash and for charges that belong to no instrument.</param>
/// <param name="InAccountCurrency">In the account's main currency.</param>
/// <param name="InBase">In the base currency.</param>
public sealed record ValuedPart(Guid AccountId, AssetClass? Class, DailySeries InAccountCurrency, DailySeries InBase);

/// <summary>
/// Daily values and flows of a portfolio: units by change, times the price of the day, times the rate of the day. The cost is linear
/// in days times instruments held, and in transactions.
/// </summary>
/// <remarks>
/// All of it is <see cref="decimal"/>. Units times price is added up in the currency of the prices first, so that there is one
/// conversion a day for each account, class and currency, and not for each instrument.
/// </remarks>
public sealed class Valuation
{
    private readonly string _baseCurrency;
    private readonly DateOnly _first;
    private DailySeries? _total;

    private Valuation(string baseCurrency, DateOnly first, IReadOnlyList<ValuedPart> parts)
    {
        _baseCurrency = baseCurrency;
        _first = first;
        Parts = parts;
    }

    /// <summary>The parts that add up to the whole, in the order of the accounts. Empty when there is nothing to value.</summary>
    public IReadOnlyList<ValuedPart> Parts { get; }

    /// <summary>Everything in base currency.</summary>
    public DailySeries Total => _total ??= Sum(Parts, netMoves: true);

    /// <summary>Computes all values.</summary>
    public static Valuation Of(ValuationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var first = FirstDay(input);
        var days = input.Last.DayNumber - first.DayNumber + 1;
        if (days <= 0)
        {
            return new Valuation(input.BaseCurrency, input.Last, []);
        }

        var buckets = new Buckets(first, days);
        var accounts = input.Accounts.ToDictionary(a => a.Id);
        InstrumentLedger.Fill(input, accounts, buckets);
        CashLedger.Fill(input, accounts, buckets);

        var rates = new RateRows(input.Rates, first, days);
        var order = input.Accounts.Select((a, i) => (a.Id, i)).ToDictionary(a => a.Id, a => a.i);
        var parts = buckets.All
            .GroupBy(b => (b.AccountId, b.Class))
            .OrderBy(g => order[g.Key.AccountId]).ThenBy(g => g.Key.Class)
            .Select(g =>
            {
                var (own, inBase) = (accounts[g.Key.AccountId].Currency, input.BaseCurrency);
                var ownSeries = DailySeries.Sum([.. g.Select(b => b.In(own, rates))], netMoves: false);
                var baseSeries = own == inBase ? ownSeries : DailySeries.Sum([.. g.Select(b => b.In(inBase, rates))], netMoves: false);
                return new ValuedPart(g.Key.AccountId, g.Key.Class, ownSeries, baseSeries);
            })
            .ToList();
        return new Valuation(input.BaseCurrency, first, parts);
    }

    /// <summary>One account in base currency.</summary>
    public DailySeries OfAccount(Guid accountId) => Sum(Parts.Where(p => p.AccountId == accountId), netMoves: true);

    /// <summary>One class over all accounts in base currency; null for cash.</summary>
    public DailySeries OfClass(AssetClass? assetClass) => Sum(Parts.Where(p => p.Class == assetClass), netMoves: false);

    private DailySeries Sum(IEnumerable<ValuedPart> parts, bool netMoves) => parts.Select(p => p.InBase).ToList() is { Count: > 0 } series
        ? DailySeries.Sum(series, netMoves)
        : new DailySeries(_baseCurrency, _first, [0], [0], [DayMarks.None], []);

    private static DateOnly FirstDay(ValuationInput input)
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

/// <summary>Exchange rates by day, filled in once for each pair of currencies.</summary>
internal sealed class RateRows(FxTable rates, DateOnly first, int days)
{
    private readonly Dictionary<(string From, string To), RateRow> _rows = [];

    public RateRow Of(string from, string to)
    {
        if (!_rows.TryGetValue((from, to), out var row))
        {
            _rows.Add((from, to), row = Fill(from, to));
        }

        return row;
    }

    private RateRow Fill(string from, string to)
    {
        var (values, marks) = (new decimal[days], new DayMarks[days]);
        for (var i = 0; i < days; i++)
        {
            var day = first.AddDays(i);
            var found = rates.Find(from, to, day);
            values[i] = found?.Value ?? 0;
            marks[i] = found is not { } rate ? DayMarks.RateMissing
                : rate.IsStale ? DayMarks.Carried | DayMarks.Stale
                : rate.Day < day ? DayMarks.Carried
                : DayMarks.None;
        }

        return new RateRow(values, marks, string.Equals(from, to, StringComparison.Ordinal));
    }
}

/// <summary>The rates of one pair of currencies by day.</summary>
internal sealed record RateRow(decimal[] Values, DayMarks[] Marks, bool IsOne);
