using System.Collections.Concurrent;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Prices;

namespace Foliosync.Core.Performance;

/// <summary>Values of one account and class by day.</summary>
public sealed class ValuedPart
{
    private readonly Bucket[] _buckets;
    private readonly RateRows _rates;
    private readonly (string Own, string Base) _currencies;
    private DailySeries? _own;
    private DailySeries? _inBase;

    internal ValuedPart(Guid accountId, AssetClass? assetClass, Bucket[] buckets, RateRows rates, (string Own, string Base) currencies)
    {
        AccountId = accountId;
        Class = assetClass;
        _buckets = buckets;
        _rates = rates;
        _currencies = currencies;
    }

    /// <summary>The account.</summary>
    public Guid AccountId { get; }

    /// <summary>Kind of instrument; null for cash and for charges that belong to no instrument.</summary>
    public AssetClass? Class { get; }

    /// <summary>In the account's main currency.</summary>
    public DailySeries InAccountCurrency => _own ??= _currencies.Own == _currencies.Base ? InBase : In(_currencies.Own);

    /// <summary>In the base currency.</summary>
    public DailySeries InBase => _inBase ??= In(_currencies.Base);

    private DailySeries In(string currency) => DailySeries.Sum([.. _buckets.Select(b => b.In(currency, _rates))], netMoves: false);
}

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
        return Of(Buckets.Of(input), input.Accounts, input.BaseCurrency, input.Rates);
    }

    /// <summary>Converts values that were computed before.</summary>
    internal static Valuation Of(Buckets buckets, IReadOnlyList<ValuedAccount> accounts, string baseCurrency, FxTable rates)
    {
        var rows = new RateRows(rates, buckets.FirstDay, buckets.Days);
        var order = accounts.Select((a, i) => (a.Id, i)).ToDictionary(a => a.Id, a => (Index: a.i, accounts[a.i].Currency));
        var parts = buckets.All
            .GroupBy(b => (b.AccountId, b.Class))
            .OrderBy(g => order[g.Key.AccountId].Index).ThenBy(g => g.Key.Class)
            .Select(g => new ValuedPart(g.Key.AccountId, g.Key.Class, [.. g], rows, (order[g.Key.AccountId].Currency, baseCurrency)))
            .ToList();
        return new Valuation(baseCurrency, buckets.FirstDay, parts);
    }

    /// <summary>One account in base currency.</summary>
    public DailySeries OfAccount(Guid accountId) => Sum(Parts.Where(p => p.AccountId == accountId), netMoves: true);

    /// <summary>One class over all accounts in base currency; null for cash.</summary>
    public DailySeries OfClass(AssetClass? assetClass) => Sum(Parts.Where(p => p.Class == assetClass), netMoves: false);

    /// <summary>All instruments without cash in base currency.</summary>
    internal DailySeries OfInstruments() => Sum(Parts.Where(p => p.Class is not null), netMoves: true);

    private DailySeries Sum(IEnumerable<ValuedPart> parts, bool netMoves) => parts.Select(p => p.InBase).ToList() is { Count: > 0 } series
        ? DailySeries.Sum(series, netMoves)
        : DailySeries.Nothing(_baseCurrency, _first);
}

/// <summary>Exchange rates by day, filled in once for each pair of currencies.</summary>
internal sealed class RateRows(FxTable rates, DateOnly first, int days)
{
    // Several questions may be answered from the same values at once.
    private readonly ConcurrentDictionary<(string From, string To), RateRow> _rows = new();

    public RateRow Of(string from, string to) => _rows.GetOrAdd((from, to), pair => Fill(pair.From, pair.To));

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
