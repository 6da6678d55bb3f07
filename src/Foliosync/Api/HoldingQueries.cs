using System.Runtime.CompilerServices;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Foliosync.Api;

/// <summary>Which holdings are wanted; null for no limit.</summary>
/// <param name="Rows">
/// Of this person. The context's own filter says so too, but in a form that SQLite uses no index for: it would walk through everybody's.
/// </param>
/// <param name="PortfolioId">Of this portfolio.</param>
/// <param name="ConnectionId">Of this connection.</param>
/// <param name="AccountId">Of this account.</param>
/// <param name="After">With a greater id than this.</param>
/// <param name="Take">At most so many.</param>
internal sealed record HoldingFilter(OwnerScope Rows, Guid? PortfolioId, Guid? ConnectionId, Guid? AccountId, Guid After, int Take);

/// <summary>Reads holdings as the API shows them, ordered by id.</summary>
internal static class HoldingQueries
{
    // Translating this query costs more than running it: it is translated once. What is compiled belongs to one model: a kind of
    // database and of reach.
    private static readonly ConditionalWeakTable<IModel, HoldingsOfNow> Compiled = [];

    private delegate IAsyncEnumerable<Row> HoldingsOfNow(
        FoliosyncDb db, Guid? portfolioId, Guid? connectionId, Guid? accountId, Guid after, int take);

    /// <summary>The holdings of now.</summary>
    public static async Task<List<HoldingView>> NowAsync(FoliosyncDb db, HoldingFilter filter, CancellationToken cancellationToken)
    {
        var views = new List<HoldingView>(Math.Min(filter.Take, 512));
        var read = Compiled.GetValue(db.Model, _ => Compile());
        var rows = read(db, filter.PortfolioId, filter.ConnectionId, filter.AccountId, filter.After, filter.Take);
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            views.Add(row.ToView());
        }

        return views;
    }

    /// <summary>
    /// The holdings at an instant: those that have been as they are since then, and periods that are over. Prices are known only if
    /// the last report is not younger than the instant.
    /// </summary>
    public static async Task<List<HoldingView>> AtAsync(
        FoliosyncDb db, HoldingFilter filter, DateTimeOffset instant, CancellationToken cancellationToken)
    {
        var open = await db.Holdings
            .Where(h => h.Id > filter.After
                && h.Since <= instant
                && (filter.AccountId == null || h.AccountId == filter.AccountId)
                && (filter.ConnectionId == null || h.Account!.ConnectionId == filter.ConnectionId)
                && (filter.PortfolioId == null || h.Account!.PortfolioId == filter.PortfolioId))
            .OrderBy(h => h.Id)
            .Take(filter.Take)
            .Select(h => new Row(
                h.Id, h.AccountId, h.Account!.Connection!.BrokerId, h.Symbol, h.Instrument!.Name, h.Exchange, h.Instrument.Isin,
                h.Instrument.AssetClass, h.Quantity, h.UnsettledQuantity, h.PledgedQuantity, h.AveragePrice, h.LastPrice,
                h.Instrument.Currency, h.CostBasis, h.Multiplier, h.Lot, h.LastReportedAt ?? h.Account.ReportedAt))
            .ToListAsync(cancellationToken);
        var over = await db.HoldingPeriods
            .Where(p => p.Id > filter.After
                && p.From <= instant && p.To > instant
                && (filter.AccountId == null || p.AccountId == filter.AccountId)
                && (filter.ConnectionId == null || p.Account!.ConnectionId == filter.ConnectionId)
                && (filter.PortfolioId == null || p.Account!.PortfolioId == filter.PortfolioId))
            .Join(db.Instruments, p => p.InstrumentId, i => i.Id, (p, i) => new { Period = p, Instrument = i })
            .OrderBy(x => x.Period.Id)
            .Take(filter.Take)
            .Select(x => new Row(
                x.Period.Id, x.Period.AccountId, x.Period.Account!.Connection!.BrokerId, x.Instrument.Symbol, x.Instrument.Name, null,
                x.Instrument.Isin, x.Instrument.AssetClass, x.Period.Quantity, null, null, null, null,
                x.Instrument.Currency, x.Period.CostBasis, x.Period.Multiplier, x.Period.Lot, instant))
            .ToListAsync(cancellationToken);
        return
        [
            .. open.Select(row => row.AsOf <= instant ? row : row.InThePast(instant))
                .Concat(over)
                .OrderBy(row => row.Id)
                .Take(filter.Take)
                .Select(row => row.ToView()),
        ];
    }

    private static HoldingsOfNow Compile() => new(EF.CompileAsyncQuery(
        (FoliosyncDb db, Guid? portfolioId, Guid? connectionId, Guid? accountId, Guid after, int take) => db.Holdings
            .Where(h => h.Id > after
                && (accountId == null || h.AccountId == accountId)
                && (connectionId == null || h.Account!.ConnectionId == connectionId)
                && (portfolioId == null || h.Account!.PortfolioId == portfolioId))
            .OrderBy(h => h.Id)
            .Take(take)
            .Select(h => new Row(
                h.Id, h.AccountId, h.Account!.Connection!.BrokerId, h.Symbol, h.Instrument!.Name, h.Exchange, h.Instrument.Isin,
                h.Instrument.AssetClass, h.Quantity, h.UnsettledQuantity, h.PledgedQuantity, h.AveragePrice, h.LastPrice,
                h.Instrument.Currency, h.CostBasis, h.Multiplier, h.Lot, h.LastReportedAt ?? h.Account.ReportedAt))));

    /// <summary>A row as the database has it; the rest is calculated here, in decimal.</summary>
    private sealed record Row(
        Guid Id,
        Guid AccountId,
        string Broker,
        string Symbol,
        string? Name,
        string? Exchange,
        string? Isin,
        AssetClass AssetClass,
        decimal Quantity,
        decimal? Unsettled,
        decimal? Pledged,
        decimal? AveragePrice,
        decimal? LastPrice,
        string Currency,
        decimal? CostBasis,
        decimal Multiplier,
        string Lot,
        DateTimeOffset? AsOf)
    {
        public Row InThePast(DateTimeOffset instant) => this with { Unsettled = null, Pledged = null, LastPrice = null, AsOf = instant };

        public HoldingView ToView()
        {
            var value = Quantity * LastPrice * Multiplier;
            return new HoldingView(
                Id, AccountId, Broker, Symbol, Name, Exchange, Isin, AssetClass, Quantity, Unsettled, Pledged, AveragePrice, LastPrice,
                Currency, CostBasis, value, value - CostBasis, Lot == ReportedLot.Margin, Multiplier, ReportedLot.FolioOf(Lot), AsOf, Broker);
        }
    }
}
