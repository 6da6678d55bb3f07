using System.Text.Json;
using System.Text.Json.Serialization;
using Foliosync.Core.Instruments;
using Foliosync.Core.Portfolios;

namespace Foliosync.Core.Sync.Reviews;

/// <summary>What a report would change, ready for a page: what would vanish, what would change, and the sums before and after.</summary>
/// <param name="Lots">The lots that change; what vanishes first, and the most valuable first among its like.</param>
/// <param name="Cash">The balances that change.</param>
/// <param name="Totals">The value of everything held, by currency.</param>
/// <param name="CountBefore">Lots held before.</param>
/// <param name="CountAfter">Lots held after.</param>
public sealed partial record ReviewDiff(
    IReadOnlyList<LotChange> Lots, IReadOnlyList<CashChange> Cash, IReadOnlyList<ValueTotal> Totals, int CountBefore, int CountAfter)
{
    /// <summary>Works the difference out. Pure: no database, no network, no clock.</summary>
    /// <param name="before">What is held.</param>
    /// <param name="changes">What the reconciler makes of the report.</param>
    /// <param name="instruments">Names and currencies; an instrument that is not in it is shown by its symbol.</param>
    public static ReviewDiff Of(AccountState before, AccountChanges changes, IReadOnlyDictionary<Guid, NamedInstrument> instruments)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(changes);
        ArgumentNullException.ThrowIfNull(instruments);

        var after = before.Holdings.ToDictionary(h => h.Id);
        var lots = new List<LotChange>();
        foreach (var closed in changes.Closed)
        {
            after.Remove(closed.Id);
            lots.Add(Lot(closed, null));
        }

        foreach (var changed in changes.Changed)
        {
            // What is only not named any more has no other numbers.
            var held = after[changed.Id];
            if (!SameNumbers(held, changed))
            {
                lots.Add(Lot(held, changed));
            }

            after[changed.Id] = changed;
        }

        foreach (var opened in changes.Opened)
        {
            after[opened.Id] = opened;
            lots.Add(Lot(null, opened));
        }

        return new ReviewDiff(
            [.. lots.OrderBy(l => l.Kind).ThenByDescending(l => Math.Abs(l.Value.Before ?? l.Value.After ?? 0m)).ThenBy(l => l.Symbol, StringComparer.Ordinal)],
            CashOf(before, changes),
            TotalsOf(before.Holdings, after.Values, instruments),
            before.Holdings.Count,
            after.Count);

        LotChange Lot(Holding? from, Holding? to)
        {
            var holding = to ?? from!;
            var named = instruments.GetValueOrDefault(holding.InstrumentId);
            return new LotChange(
                holding.InstrumentId,
                holding.Symbol,
                named?.Name,
                holding.Exchange,
                holding.Lot,
                named?.Currency,
                KindOf(from, to),
                new Change(from?.Quantity, to?.Quantity),
                new Change(from?.CostBasis, to?.CostBasis),
                new Change(from?.LastPrice, to?.LastPrice),
                new Change(ValueOf(from), ValueOf(to)));
        }
    }

    /// <summary>Only what concerns one symbol, whatever its case.</summary>
    public ReviewDiff Only(string symbol) => this with
    {
        Lots = [.. Lots.Where(l => symbol.Equals(l.Symbol, StringComparison.OrdinalIgnoreCase))],
        Cash = [],
    };

    /// <summary>The form in which the database keeps it.</summary>
    internal static string ToJson(ReviewDiff diff) => JsonSerializer.Serialize(diff, Stored.Default.ReviewDiff);

    /// <summary>Back from the form in which the database keeps it.</summary>
    internal static ReviewDiff FromJson(string json) => JsonSerializer.Deserialize(json, Stored.Default.ReviewDiff)!;

    private static LotChangeKind KindOf(Holding? from, Holding? to)
    {
        if (from is null || to is null)
        {
            return from is null ? LotChangeKind.Appear : LotChangeKind.Vanish;
        }

        return Math.Abs(to.Quantity).CompareTo(Math.Abs(from.Quantity)) switch
        {
            < 0 => LotChangeKind.Shrink,
            > 0 => LotChangeKind.Grow,
            _ => LotChangeKind.Change,
        };
    }

    private static bool SameNumbers(Holding a, Holding b) =>
        a.Quantity == b.Quantity && a.CostBasis == b.CostBasis && a.LastPrice == b.LastPrice && a.Multiplier == b.Multiplier
        && a.UnsettledQuantity == b.UnsettledQuantity && a.PledgedQuantity == b.PledgedQuantity;

    private static decimal? ValueOf(Holding? holding) => holding?.LastPrice * holding?.Quantity * holding?.Multiplier;

    private static List<CashChange> CashOf(AccountState before, AccountChanges changes)
    {
        var known = before.Cash.ToDictionary(c => (c.Segment, c.Currency), c => c.Amount);
        return
        [
            .. changes.CashClosed.Select(c => new CashChange(c.Segment, c.Currency, new Change(c.Amount, null))),
            .. changes.CashChanged.Select(c => new CashChange(c.Segment, c.Currency, new Change(known[(c.Segment, c.Currency)], c.Amount))),
            .. changes.CashOpened.Select(c => new CashChange(c.Segment, c.Currency, new Change(null, c.Amount))),
        ];
    }

    private static List<ValueTotal> TotalsOf(
        IEnumerable<Holding> before, IEnumerable<Holding> after, IReadOnlyDictionary<Guid, NamedInstrument> instruments)
    {
        var sumsBefore = Sums(before);
        var sumsAfter = Sums(after);
        return
        [
            .. sumsBefore.Keys.Union(sumsAfter.Keys).Order(StringComparer.Ordinal).Select(currency => new ValueTotal(
                currency.Length == 0 ? null : currency,
                new Change(sumsBefore.GetValueOrDefault(currency), sumsAfter.GetValueOrDefault(currency)))),
        ];

        Dictionary<string, decimal> Sums(IEnumerable<Holding> holdings) => holdings
            .GroupBy(h => instruments.GetValueOrDefault(h.InstrumentId)?.Currency ?? string.Empty, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Sum(h => ValueOf(h) ?? 0m), StringComparer.Ordinal);
    }

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
    [JsonSerializable(typeof(ReviewDiff))]
    private sealed partial class Stored : JsonSerializerContext;
}

/// <summary>A number before and after.</summary>
/// <param name="Before">Null when there was none, or it is unknown.</param>
/// <param name="After">Null when there is none any more, or it is unknown.</param>
public sealed record Change(decimal? Before, decimal? After);

/// <summary>What happens to one lot. Amounts are in the instrument's currency.</summary>
/// <param name="InstrumentId">The instrument.</param>
/// <param name="Symbol">Symbol at the broker.</param>
/// <param name="Name">The instrument's name; null when it has none.</param>
/// <param name="Exchange">The broker's exchange code; null for funds.</param>
/// <param name="Lot">See <see cref="Holding.Lot"/>.</param>
/// <param name="Currency">ISO 4217; null when the instrument is not known yet.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Quantity">Units.</param>
/// <param name="Cost">Purchase price of all units.</param>
/// <param name="Price">Last price of one unit.</param>
/// <param name="Value">Worth of all units at that price.</param>
public sealed record LotChange(
    Guid InstrumentId,
    string Symbol,
    string? Name,
    string? Exchange,
    string Lot,
    string? Currency,
    LotChangeKind Kind,
    Change Quantity,
    Change Cost,
    Change Price,
    Change Value);

/// <summary>What happens to a lot, worst first.</summary>
public enum LotChangeKind
{
    /// <summary>It would not be held any more.</summary>
    Vanish,

    /// <summary>There would be fewer units.</summary>
    Shrink,

    /// <summary>There would be more units.</summary>
    Grow,

    /// <summary>It would be held from now on.</summary>
    Appear,

    /// <summary>The units stay; cost, price, or what is settled or pledged changes.</summary>
    Change,
}

/// <summary>What happens to a balance.</summary>
/// <param name="Segment">The broker's part of the account; empty when there is only one.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Amount">The balance.</param>
public sealed record CashChange(string Segment, string Currency, Change Amount);

/// <summary>The value of everything held in one currency. Lots without a price do not count.</summary>
/// <param name="Currency">ISO 4217; null for instruments that are not known yet.</param>
/// <param name="Value">Before at the old prices, after at the reported ones.</param>
public sealed record ValueTotal(string? Currency, Change Value);
