using System.Security.Claims;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Ledgers;
using Foliosync.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Foliosync.Api;

/// <summary>The lots of an account, and what became of those that are gone.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Method">How lots are kept.</param>
/// <param name="HistoryFrom">Day of the first report: units that were held then without a known purchase are of unknown age.</param>
/// <param name="Items">Every instrument that is or was held.</param>
/// <param name="Next">Always null: there is one page.</param>
internal sealed record AccountLotsView(
    Guid AccountId, CostMethod Method, DateOnly? HistoryFrom, IReadOnlyList<InstrumentLotsView> Items, string? Next = null)
{
    public static AccountLotsView Of(Guid accountId, AccountLotsReport report, DateOnly today) => new(
        accountId, report.Method, report.HistoryFrom, [.. report.Instruments.Select(i => InstrumentLotsView.Of(i, today))]);
}

/// <summary>What one instrument in one account was bought and sold for. Amounts are in <c>currency</c>; null is unknown, never 0.</summary>
/// <param name="InstrumentId">The instrument.</param>
/// <param name="Symbol">For people.</param>
/// <param name="Lot">Which of the units, when the broker tells some apart; empty for the usual ones.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Quantity">Units by the transactions.</param>
/// <param name="BrokerQuantity">Units by the broker; null when it tells none.</param>
/// <param name="CostBasis">Purchase price of what is held, charges included as far as known.</param>
/// <param name="AverageCost">Of one unit.</param>
/// <param name="Price">Last price of one unit.</param>
/// <param name="PricedAt">UTC instant of the price.</param>
/// <param name="MarketValue">Value of what is held.</param>
/// <param name="UnrealisedGain">Value less cost.</param>
/// <param name="RealisedGain">Of all that was sold.</param>
/// <param name="Income">Dividends and interest before taxes.</param>
/// <param name="TaxesOnIncome">Withheld from the income.</param>
/// <param name="Charges">All other fees and taxes.</param>
/// <param name="TradesWithoutCharges">Trades whose charges nobody told; cost and gain are before those.</param>
/// <param name="Lots">What is held, oldest first.</param>
/// <param name="Disposals">What left, in order.</param>
/// <param name="Warnings">What a person should know.</param>
internal sealed record InstrumentLotsView(
    Guid InstrumentId,
    string Symbol,
    string Lot,
    string? Currency,
    decimal Quantity,
    decimal? BrokerQuantity,
    decimal? CostBasis,
    decimal? AverageCost,
    decimal? Price,
    DateTimeOffset? PricedAt,
    decimal? MarketValue,
    decimal? UnrealisedGain,
    decimal? RealisedGain,
    decimal Income,
    decimal TaxesOnIncome,
    decimal Charges,
    int TradesWithoutCharges,
    IReadOnlyList<LotView> Lots,
    IReadOnlyList<DisposalView> Disposals,
    IReadOnlyList<string> Warnings)
{
    public static InstrumentLotsView Of(InstrumentLots lots, DateOnly today) => new(
        lots.InstrumentId,
        lots.Symbol,
        lots.Lot,
        lots.Book.Currency,
        lots.Book.Quantity,
        lots.BrokerQuantity,
        lots.Book.CostBasis,
        lots.Book.AverageCost,
        lots.Price,
        lots.PricedAt,
        lots.MarketValue,
        lots.UnrealisedGain,
        lots.Book.RealisedGain,
        lots.Book.Income,
        lots.Book.TaxesOnIncome,
        lots.Book.Charges,
        lots.Book.TradesWithoutCharges,
        [.. lots.Book.Open.Select(l => new LotView(l.OpenedBy, l.AcquiredOn, l.Quantity, l.Cost, today.DayNumber - l.AcquiredOn?.DayNumber))],
        [
            .. lots.Book.Disposals.Select(d => new DisposalView(
                d.EntryId,
                d.Kind,
                d.Day,
                d.Quantity,
                d.Proceeds,
                d.Cost,
                d.RealisesNothing ? null : d.Gain,
                [.. d.Parts.Select(p => new LotView(p.OpenedBy, p.AcquiredOn, p.Quantity, p.Cost, p.HoldingDays))])),
        ],
        [.. lots.Book.Warnings.Select(w => w.Message)]);
}

/// <summary>Units that were bought together.</summary>
/// <param name="TransactionId">What brought them; of no stored transaction when they were held before history starts.</param>
/// <param name="AcquiredOn">Day from which the holding period counts; null when unknown.</param>
/// <param name="Quantity">Units.</param>
/// <param name="Cost">What they cost.</param>
/// <param name="HoldingDays">Days they have been, or were, held; null when unknown.</param>
internal sealed record LotView(Guid TransactionId, DateOnly? AcquiredOn, decimal Quantity, decimal? Cost, int? HoldingDays);

/// <summary>Units that left.</summary>
/// <param name="TransactionId">The sale or transfer.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Day">Its day, by the broker's time zone.</param>
/// <param name="Quantity">Units.</param>
/// <param name="Proceeds">What they were sold for, less charges.</param>
/// <param name="Cost">What they had cost.</param>
/// <param name="Gain">Proceeds less cost; null when unknown, and for a transfer.</param>
/// <param name="Lots">The lots they were.</param>
internal sealed record DisposalView(
    Guid TransactionId, TransactionKind Kind, DateOnly Day, decimal Quantity, decimal? Proceeds, decimal? Cost, decimal? Gain, IReadOnlyList<LotView> Lots);

/// <summary><c>/api/v1/accounts/{id}/lots</c>.</summary>
internal static class AccountLotsApi
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/accounts/{id:guid}/lots", GetAsync).WithTags("Accounts").WithName("getAccountLots")
            .WithSummary("Lots, realised and unrealised gain and holding periods of an account").ProducesProblem(400).ProducesProblem(404);

    private static async Task<Ok<AccountLotsView>> GetAsync(
        ClaimsPrincipal user,
        AccountLots lots,
        TimeProvider clock,
        Guid id,
        Guid? instrumentId,
        Named<CostMethod>? method,
        CancellationToken cancellationToken)
    {
        var report = await lots.ReadAsync(id, instrumentId, method?.Value, Caller.Of(user).Rows, cancellationToken);
        return TypedResults.Ok(AccountLotsView.Of(id, report, DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime)));
    }
}
