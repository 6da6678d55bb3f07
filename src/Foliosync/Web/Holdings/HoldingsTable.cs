using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Sync;
using Microsoft.Extensions.Localization;

namespace Foliosync.Web.Holdings;

/// <summary>A row of the table: a lot, or the lots of one instrument together.</summary>
public sealed record HoldingsRow
{
    public required Guid InstrumentId { get; init; }

    public required string Symbol { get; init; }

    public string? Name { get; init; }

    public required AssetClass Class { get; init; }

    /// <summary>The account; null for several.</summary>
    public HeldAccount? Account { get; init; }

    /// <summary>How many lots it stands for.</summary>
    public int Lots { get; init; } = 1;

    public bool IsMargin { get; init; }

    public string? Folio { get; init; }

    public required decimal Quantity { get; init; }

    public decimal Unsettled { get; init; }

    public decimal Pledged { get; init; }

    public decimal? AveragePrice { get; init; }

    public decimal? Price { get; init; }

    public required string Currency { get; init; }

    public decimal? Cost { get; init; }

    public decimal? Value { get; init; }

    public decimal? DayChange { get; init; }

    /// <summary>The value in the currency of the page; null when it or the rate is not known.</summary>
    public decimal? BaseValue { get; init; }

    /// <summary>The oldest price in it.</summary>
    public DateTimeOffset? PricedAt { get; init; }

    /// <summary>The oldest report in it.</summary>
    public DateTimeOffset? ReportedAt { get; init; }

    public required string Source { get; init; }

    public decimal? Gain => Value - Cost;

    public decimal? GainRate => Cost is > 0 ? Gain / Cost : null;

    public decimal? DayRate => Value - DayChange is { } before && before != 0 ? DayChange / Math.Abs(before) : null;
}

/// <summary>Sums of rows.</summary>
/// <param name="Rows">How many.</param>
/// <param name="Value">What they are worth, as far as that is known.</param>
/// <param name="Cost">What those cost whose cost is known.</param>
/// <param name="Gain">The gain of those whose cost and value are known.</param>
/// <param name="DayChange">The change of the day of those of which it is known.</param>
/// <param name="WithoutValue">Rows that lack a price or a rate.</param>
/// <param name="WithoutCost">Rows whose cost is not known.</param>
public sealed record HoldingsSum(int Rows, decimal Value, decimal Cost, decimal Gain, decimal DayChange, int WithoutValue, int WithoutCost)
{
    public static HoldingsSum Of(IReadOnlyCollection<HoldingsRow> rows, Func<decimal?, HoldingsRow, decimal?> convert)
    {
        var (value, cost, gain, day, noValue, noCost) = (0m, 0m, 0m, 0m, 0, 0);
        foreach (var row in rows)
        {
            var worth = convert(row.Value, row);
            value += worth ?? 0m;
            cost += convert(row.Cost, row) ?? 0m;
            gain += convert(row.Gain, row) ?? 0m;
            day += convert(row.DayChange, row) ?? 0m;
            noValue += worth is null ? 1 : 0;
            noCost += row.Cost is null ? 1 : 0;
        }

        return new HoldingsSum(rows.Count, value, cost, gain, day, noValue, noCost);
    }

    /// <summary>The gain as a part of the cost; null when some costs are not known or nothing was paid.</summary>
    public decimal? GainRate => WithoutCost == 0 && WithoutValue == 0 && Cost > 0 ? Gain / Cost : null;
}

/// <summary>Rows under one heading.</summary>
/// <param name="Title">The heading, translated; empty when there are no groups.</param>
/// <param name="Rows">The rows of this page.</param>
/// <param name="Sum">Of all rows of the group, in the currency of the page.</param>
public sealed record HoldingsGroup(string Title, IReadOnlyList<HoldingsRow> Rows, HoldingsSum Sum);

/// <summary>The table of holdings as one page shows it: searched, filtered, put together, sorted, added up and cut.</summary>
public sealed record HoldingsTable
{
    public required HoldingsQuery Query { get; init; }

    public required Worth Worth { get; init; }

    public required IReadOnlyList<HoldingsGroup> Groups { get; init; }

    /// <summary>Of all rows, in the currency of the page.</summary>
    public required HoldingsSum Total { get; init; }

    /// <summary>Of all rows, by the currency of their prices.</summary>
    public required IReadOnlyList<(string Currency, HoldingsSum Sum)> Totals { get; init; }

    /// <summary>Place of the first row shown; 0 when there is none.</summary>
    public required int First { get; init; }

    /// <summary>Place of the last row shown.</summary>
    public required int Last { get; init; }

    public bool HasMore => Last < Total.Rows;

    /// <summary>Makes the table.</summary>
    internal static HoldingsTable Of(HeldSheet sheet, HoldingsQuery query, Worth worth, BrokerCatalog catalog, DateTimeOffset now, IStringLocalizer<Texts> t)
    {
        var rows = Rows(sheet, query, worth, catalog, now);
        var groups = Grouped(rows, query, t).Select(g => (g.Title, Rows: Sorted(g.Rows, query), Sum: HoldingsSum.Of(g.Rows, InBase)))
            .OrderByDescending(g => g.Sum.Value).ThenBy(g => g.Title, StringComparer.Ordinal).ToList();
        var skip = Math.Min((query.Page - 1) * HoldingsQuery.PageRows, Math.Max(0, (rows.Count - 1) / HoldingsQuery.PageRows * HoldingsQuery.PageRows));
        var shown = new List<HoldingsGroup>();
        var (passed, taken) = (0, 0);
        foreach (var (title, all, sum) in groups)
        {
            var part = all.Skip(Math.Max(0, skip - passed)).Take(HoldingsQuery.PageRows - taken).ToList();
            passed += all.Count;
            taken += part.Count;
            if (part.Count > 0)
            {
                shown.Add(new HoldingsGroup(title, part, sum));
            }
        }

        return new HoldingsTable
        {
            Query = query,
            Worth = worth,
            Groups = shown,
            Total = HoldingsSum.Of(rows, InBase),
            Totals = [.. rows.GroupBy(r => r.Currency).Select(g => (g.Key, Sum: HoldingsSum.Of([.. g], (amount, _) => amount))).OrderBy(g => g.Key, StringComparer.Ordinal)],
            First = taken == 0 ? 0 : skip + 1,
            Last = skip + taken,
        };

        decimal? InBase(decimal? amount, HoldingsRow row) => worth.Of(amount, row.Currency);
    }

    /// <summary>All rows that are asked for, in no order.</summary>
    public static IReadOnlyList<HoldingsRow> Rows(HeldSheet sheet, HoldingsQuery query, Worth worth, BrokerCatalog catalog, DateTimeOffset now)
    {
        var lots = sheet.Lots.Where(l =>
            (query.Portfolio is null || l.Account.PortfolioId == query.Portfolio)
            && (query.Account is null || l.Account.Id == query.Account)
            && (query.Class is null || l.AssetClass == query.Class)
            && (query.Currency is null || l.Currency == query.Currency)
            && IsFlagged(l, query.Flag, now)
            && (query.Search is null || Matches(l, query.Search)));
        return query.Grouping == HoldingsGrouping.Instrument
            ? [.. lots.GroupBy(l => (l.InstrumentId, l.Currency)).Select(g => Merged([.. g], worth, catalog))]
            : [.. lots.Select(l => RowOf(l, worth, catalog))];
    }

    /// <summary>Rows in the order that is asked for. What is not known comes last.</summary>
    public static IReadOnlyList<HoldingsRow> Sorted(IEnumerable<HoldingsRow> rows, HoldingsQuery query)
    {
        if (query.Sort is HoldingsSort.Name or HoldingsSort.Account)
        {
            Func<HoldingsRow, string> text = query.Sort == HoldingsSort.Name ? r => r.Name ?? r.Symbol : r => r.Account?.Name ?? string.Empty;
            var byText = query.Reversed ? rows.OrderByDescending(text, StringComparer.OrdinalIgnoreCase) : rows.OrderBy(text, StringComparer.OrdinalIgnoreCase);
            return [.. byText.ThenBy(r => r.Symbol, StringComparer.Ordinal)];
        }

        Func<HoldingsRow, decimal?> number = query.Sort switch
        {
            HoldingsSort.Quantity => r => r.Quantity,
            HoldingsSort.Price => r => r.Price,
            HoldingsSort.Cost => r => r.BaseValue is { } worth && r.Value is { } value && value != 0 ? r.Cost * worth / value : r.Cost,
            HoldingsSort.Gain => r => r.BaseValue is { } worth && r.Value is { } value && value != 0 ? r.Gain * worth / value : r.Gain,
            HoldingsSort.GainRate => r => r.GainRate,
            HoldingsSort.DayChange => r => r.DayRate,
            HoldingsSort.Age => r => -r.PricedAt?.UtcTicks,
            _ => r => r.BaseValue,
        };
        var known = rows.OrderBy(r => number(r) is null);
        var sorted = query.Reversed ? known.ThenBy(r => number(r)) : known.ThenByDescending(r => number(r));
        return [.. sorted.ThenBy(r => r.Symbol, StringComparer.Ordinal)];
    }

    /// <summary>True when a price is too old to be believed.</summary>
    public static bool IsOld(DateTimeOffset? pricedAt, DateTimeOffset now) => pricedAt is { } at && now - at > Freshness.OldPrice;

    private static bool IsFlagged(HeldLot lot, HoldingsFlag flag, DateTimeOffset now) => flag switch
    {
        HoldingsFlag.CostUnknown => lot.Cost is null,
        HoldingsFlag.PriceOld => lot.Price is null || IsOld(lot.PricedAt, now),
        HoldingsFlag.Margin => lot.Lot == ReportedLot.Margin,
        HoldingsFlag.Pledged => lot.Pledged != 0,
        _ => true,
    };

    private static bool Matches(HeldLot lot, string search)
    {
        return Has(lot.Symbol) || Has(lot.Name) || Has(lot.Isin);

        bool Has(string? text) => text?.Contains(search, StringComparison.OrdinalIgnoreCase) == true;
    }

    private static IEnumerable<(string Title, List<HoldingsRow> Rows)> Grouped(IReadOnlyList<HoldingsRow> rows, HoldingsQuery query, IStringLocalizer<Texts> t)
    {
        Func<HoldingsRow, string>? title = query.Grouping switch
        {
            HoldingsGrouping.Class => r => Words.Of(r.Class, t),
            HoldingsGrouping.Account => r => $"{r.Account!.Name} · {r.Account.ConnectionLabel}",
            HoldingsGrouping.Broker => r => r.Source,
            HoldingsGrouping.Currency => r => r.Currency,
            _ => null,
        };
        return title is null ? [(string.Empty, [.. rows])] : rows.GroupBy(title).Select(g => (g.Key, g.ToList()));
    }

    private static HoldingsRow RowOf(HeldLot lot, Worth worth, BrokerCatalog catalog) => new()
    {
        InstrumentId = lot.InstrumentId,
        Symbol = lot.Symbol,
        Name = lot.Name,
        Class = lot.AssetClass,
        Account = lot.Account,
        IsMargin = lot.Lot == ReportedLot.Margin,
        Folio = ReportedLot.FolioOf(lot.Lot),
        Quantity = lot.Quantity,
        Unsettled = lot.Unsettled,
        Pledged = lot.Pledged,
        AveragePrice = lot.AveragePrice,
        Price = lot.Price,
        Currency = lot.Currency,
        Cost = lot.Cost,
        Value = lot.Value,
        DayChange = lot.DayChange,
        BaseValue = worth.Of(lot.Value, lot.Currency),
        PricedAt = lot.PricedAt,
        ReportedAt = lot.ReportedAt,
        Source = catalog.NameOf(lot.Account.BrokerId),
    };

    // Where accounts know different prices of one instrument, the newest is shown; each part is worth what its account says.
    private static HoldingsRow Merged(List<HeldLot> lots, Worth worth, BrokerCatalog catalog)
    {
        if (lots is [var one])
        {
            return RowOf(one, worth, catalog);
        }

        var first = lots.MaxBy(l => l.PricedAt ?? DateTimeOffset.MinValue)!;
        var quantity = lots.Sum(l => l.Quantity);
        var cost = SumOrNull(lots, l => l.Cost);
        var value = SumOrNull(lots, l => l.Value);
        return RowOf(first, worth, catalog) with
        {
            Account = lots.TrueForAll(l => l.Account.Id == first.Account.Id) ? first.Account : null,
            Lots = lots.Count,
            IsMargin = lots.TrueForAll(l => l.Lot == ReportedLot.Margin),
            Folio = null,
            Quantity = quantity,
            Unsettled = lots.Sum(l => l.Unsettled),
            Pledged = lots.Sum(l => l.Pledged),
            AveragePrice = quantity == 0 ? null : cost / (quantity * first.Multiplier),
            Cost = cost,
            Value = value,
            DayChange = SumOrNull(lots, l => l.DayChange),
            BaseValue = worth.Of(value, first.Currency),
            PricedAt = lots.Min(l => l.PricedAt),
            ReportedAt = lots.Min(l => l.ReportedAt),
            Source = string.Join(", ", lots.Select(l => catalog.NameOf(l.Account.BrokerId)).Distinct()),
        };
    }

    private static decimal? SumOrNull(List<HeldLot> lots, Func<HeldLot, decimal?> of)
    {
        decimal? sum = 0m;
        foreach (var lot in lots)
        {
            sum += of(lot);
        }

        return sum;
    }
}
