using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Foliosync.Core.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Ledgers;

/// <summary>What one instrument in one account was bought and sold for.</summary>
/// <param name="InstrumentId">The instrument.</param>
/// <param name="Symbol">For people.</param>
/// <param name="Lot">See <see cref="Holding.Lot"/>.</param>
/// <param name="Book">Lots, gains and income.</param>
/// <param name="BrokerQuantity">Units that the broker tells; null when it tells none. When it differs, transactions are missing.</param>
/// <param name="Price">Last price of one unit in the currency of the book; null when unknown.</param>
/// <param name="PricedAt">UTC instant of the price; null when unknown.</param>
public sealed record InstrumentLots(
    Guid InstrumentId, string Symbol, string Lot, LotBook Book, decimal? BrokerQuantity, decimal? Price, DateTimeOffset? PricedAt)
{
    /// <summary>Value of what is held; null without a price.</summary>
    public decimal? MarketValue => Book.Quantity == 0 ? 0m : Book.Quantity * Price * Book.Multiplier;

    /// <summary>Value of what is held less its cost; null when either is unknown.</summary>
    public decimal? UnrealisedGain => Book.Quantity == 0 ? 0m : Price is { } price ? Book.UnrealisedGain(price) : null;
}

/// <summary>The lots of an account.</summary>
/// <param name="Method">How they are kept.</param>
/// <param name="HistoryFrom">Day of the first report; what was held then without a known purchase has lots of unknown age. Null before it.</param>
/// <param name="Instruments">Every instrument that is or was held, by symbol.</param>
public sealed record AccountLotsReport(CostMethod Method, DateOnly? HistoryFrom, IReadOnlyList<InstrumentLots> Instruments);

/// <summary>
/// Folds the transactions of an account into lots. What was held at the first report and is told by no transaction opens a lot at the
/// broker's cost, of unknown age. Worked out from what is stored each time it is asked for.
/// </summary>
public sealed class AccountLots(Database database, BrokerCatalog catalog)
{
    /// <summary>Reads the lots of an account.</summary>
    /// <param name="accountId">The account.</param>
    /// <param name="instrumentId">Only this instrument; null for all.</param>
    /// <param name="method">How lots are kept; null as the account is set.</param>
    /// <param name="scope">Whose accounts are within reach.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="NotFoundException">There is no such account within reach.</exception>
    public async Task<AccountLotsReport> ReadAsync(
        Guid accountId, Guid? instrumentId, CostMethod? method, OwnerScope scope, CancellationToken cancellationToken)
    {
        await using var db = database.Open(scope);
        var account = await db.Accounts.AsNoTracking().Where(a => a.Id == accountId)
            .Select(a => new { a.CostMethod, a.FirstReportedAt, a.ReportedAt, a.Connection!.BrokerId })
            .SingleOrDefaultAsync(cancellationToken) ?? throw new NotFoundException("account");
        var zone = catalog.ZoneOf(account.BrokerId);
        var held = await HeldAsync(db, accountId, instrumentId, account.FirstReportedAt, cancellationToken);
        var rows = await db.Transactions.AsNoTracking()
            .Where(t => t.AccountId == accountId && t.SupersededBy == null && t.InstrumentId != null && (instrumentId == null || t.InstrumentId == instrumentId))
            .ToListAsync(cancellationToken);
        var ids = held.Holdings.Select(h => h.InstrumentId).Concat(held.First.Select(f => f.InstrumentId)).Concat(rows.Select(t => t.InstrumentId!.Value)).ToHashSet();
        var instruments = await db.Instruments.AsNoTracking().Where(i => ids.Contains(i.Id)).ToDictionaryAsync(i => i.Id, cancellationToken);

        var multipliers = held.Holdings.Select(h => (h.InstrumentId, h.Multiplier)).Concat(held.First.Select(f => (f.InstrumentId, f.Multiplier)))
            .GroupBy(m => m.InstrumentId).ToDictionary(g => g.Key, g => g.First().Multiplier);
        IReadOnlyList<LedgerEntry> entries =
            [.. rows.Select(t => LedgerEntry.From(t, zone, SqlValues.InstantOf(t.Id), multipliers.GetValueOrDefault(t.InstrumentId!.Value, 1m)))];
        if (account.FirstReportedAt is { } first)
        {
            entries = WithOpening(
                entries,
                new AccountSnapshot(
                    Guid.Empty,
                    TimeZoneInfo.ConvertTime(first, zone),
                    [.. held.First.Select(f => f with { Symbol = instruments[f.InstrumentId].Symbol, Currency = instruments[f.InstrumentId].Currency })]),
                catalog.ManifestOf(account.BrokerId) is { AverageIsFifo: true } ? CostMethod.Fifo : CostMethod.AverageCost);
        }

        var used = method ?? account.CostMethod;
        var holdings = held.Holdings.ToDictionary(h => (h.InstrumentId, h.Lot));
        return new AccountLotsReport(
            used,
            account.FirstReportedAt is { } from ? LedgerRows.DayOf(from, zone) : null,
            [
                .. entries.GroupBy(e => (InstrumentId: e.InstrumentId!.Value, Lot: e.Lot ?? string.Empty))
                    .Select(g =>
                    {
                        var instrument = instruments[g.Key.InstrumentId];
                        var holding = holdings.GetValueOrDefault(g.Key);
                        return new InstrumentLots(
                            instrument.Id,
                            holding?.Symbol ?? instrument.Symbol,
                            g.Key.Lot,
                            Lots.Fold(g, new LotRules(used, ShortsAllowed: instrument.AssetClass is AssetClass.Option or AssetClass.Future)),
                            account.FirstReportedAt is null ? null : holding?.Quantity ?? 0m,
                            holding?.LastPrice,
                            holding?.LastPrice is null ? null : holding.PricedAt ?? account.ReportedAt);
                    })
                    .OrderBy(i => i.Symbol, StringComparer.OrdinalIgnoreCase).ThenBy(i => i.Lot, StringComparer.Ordinal),
            ]);
    }

    /// <summary>What is held now, and what was held at the first report.</summary>
    private static async Task<(List<Holding> Holdings, List<SnapshotLot> First)> HeldAsync(
        FoliosyncDb db, Guid accountId, Guid? instrumentId, DateTimeOffset? firstReportedAt, CancellationToken cancellationToken)
    {
        var holdings = await db.Holdings.AsNoTracking()
            .Where(h => h.AccountId == accountId && (instrumentId == null || h.InstrumentId == instrumentId)).ToListAsync(cancellationToken);
        if (firstReportedAt is not { } first)
        {
            return (holdings, []);
        }

        var gone = await db.HoldingPeriods.AsNoTracking()
            .Where(p => p.AccountId == accountId && p.From <= first && p.To > first && (instrumentId == null || p.InstrumentId == instrumentId))
            .ToListAsync(cancellationToken);
        return (
            holdings,
            [
                .. gone.Select(p => Lot(p.InstrumentId, p.Lot, p.Quantity, p.CostBasis, p.Multiplier)),
                .. holdings.Where(h => h.Since <= first).Select(h => Lot(h.InstrumentId, h.Lot, h.Quantity, h.CostBasis, h.Multiplier)),
            ]);

        static SnapshotLot Lot(Guid instrument, string lot, decimal quantity, decimal? cost, decimal multiplier) => new()
        {
            InstrumentId = instrument,
            Lot = lot,
            Symbol = string.Empty,
            Currency = string.Empty,
            Quantity = quantity,
            CostBasis = cost,
            Multiplier = multiplier,
        };
    }

    private static IReadOnlyList<LedgerEntry> WithOpening(IReadOnlyList<LedgerEntry> entries, AccountSnapshot first, CostMethod brokerCost)
    {
        var known = LedgerInference.WithLots(entries, [first]);
        var before = known.Where(e => InferredFrom.IsBetween(e, from: null, first.At)).ToList();
        var rules = new InferenceRules(brokerCost, first.At, Guid.NewGuid);
        return [.. known, .. LedgerInference.Between(before: null, first, before, coverage: [], rules)];
    }
}
