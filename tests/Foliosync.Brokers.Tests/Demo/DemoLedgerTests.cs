using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Demo;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Demo;

public sealed class DemoLedgerTests
{
    public static TheoryData<string, string?> Accounts => new()
    {
        { "INR", null },
        { "USD", null },
        { "INR", "1" },
        { "USD", "424242" },
    };

    [Theory]
    [MemberData(nameof(Accounts))]
    public async Task Units_held_are_the_units_bought_less_the_units_sold(string currency, string? seed)
    {
        var (transactions, holdings, _) = await ReadAsync(currency, seed);

        var byTransactions = transactions
            .Where(transaction => transaction.Kind is TransactionKind.Buy or TransactionKind.Sell)
            .GroupBy(transaction => transaction.Instrument!.BrokerKey)
            .Select(trades => (trades.Key, Units: trades.Sum(t => t.Kind == TransactionKind.Buy ? t.Quantity!.Value : -t.Quantity!.Value)))
            .Where(lot => lot.Units != 0);

        holdings.Select(holding => (holding.Instrument.BrokerKey, holding.Quantity)).ShouldBe(byTransactions, ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Accounts))]
    public async Task The_average_price_is_the_average_cost_of_the_buys(string currency, string? seed)
    {
        var (transactions, holdings, _) = await ReadAsync(currency, seed);

        foreach (var holding in holdings)
        {
            var (units, average) = (0m, 0m);
            foreach (var trade in transactions.Where(t => t.Instrument == holding.Instrument && t.Quantity is not null))
            {
                var traded = trade.Quantity!.Value;
                if (trade.Kind == TransactionKind.Buy)
                    (units, average) = (units + traded, ((units * average) + (traded * trade.Price!.Value)) / (units + traded));
                else
                    units -= traded;
            }

            holding.AveragePrice!.Value.ShouldBe(average, 0.00000001m, holding.Instrument.Symbol);
        }
    }

    [Theory]
    [MemberData(nameof(Accounts))]
    public async Task Cash_is_the_sum_of_all_amounts_less_fees_and_taxes(string currency, string? seed)
    {
        var (transactions, _, cash) = await ReadAsync(currency, seed);

        cash.ShouldBe(transactions.Sum(t => t.Amount!.Value - t.Fees!.Value - t.Taxes!.Value));
        cash.ShouldBeGreaterThan(0);
    }

    [Theory]
    [MemberData(nameof(Accounts))]
    public async Task The_amount_of_a_trade_is_quantity_times_price_with_the_sign_of_the_cash(string currency, string? seed)
    {
        var (transactions, _, _) = await ReadAsync(currency, seed);

        foreach (var trade in transactions.Where(t => t.Quantity is not null))
        {
            var value = Math.Round(trade.Quantity!.Value * trade.Price!.Value, 2, MidpointRounding.AwayFromZero);
            trade.Amount.ShouldBe(trade.Kind == TransactionKind.Buy ? -value : value);
        }
    }

    [Theory]
    [MemberData(nameof(Accounts))]
    public async Task Cash_never_runs_out_in_ten_years(string currency, string? seed)
    {
        var session = DemoSession.Open(seed: seed, now: DemoSession.Now.AddYears(10));
        var transactions = await DemoSession.TransactionsAsync(session, await DemoSession.AccountAsync(session, currency));

        var cash = 0m;
        foreach (var transaction in transactions)
        {
            cash += transaction.Amount!.Value - transaction.Fees!.Value - transaction.Taxes!.Value;
            cash.ShouldBeGreaterThanOrEqualTo(0, transaction.ExternalId);
        }
    }

    [Theory]
    [MemberData(nameof(Accounts))]
    public async Task A_later_read_repeats_the_earlier_transactions_and_adds_to_their_end(string currency, string? seed)
    {
        var (earlier, _, _) = await ReadAsync(currency, seed);
        var later = DemoSession.Open(seed: seed, now: DemoSession.Now.AddMonths(2));

        var transactions = await DemoSession.TransactionsAsync(later, await DemoSession.AccountAsync(later, currency));

        transactions.Count.ShouldBeGreaterThan(earlier.Count);
        transactions.Take(earlier.Count).ShouldBe(earlier);
    }

    [Theory]
    [MemberData(nameof(Accounts))]
    public async Task Transactions_have_ids_of_their_own_and_come_in_the_order_of_trading(string currency, string? seed)
    {
        var (transactions, _, _) = await ReadAsync(currency, seed);

        transactions.Select(transaction => transaction.ExternalId).ShouldBeUnique();
        transactions.Select(transaction => transaction.TradedAt).ShouldBeInOrder();
        transactions.ShouldAllBe(transaction => transaction.TradedAt <= DemoSession.Now);
    }

    [Fact]
    public async Task Two_years_show_every_kind_of_transaction_of_the_plan()
    {
        var (transactions, _, _) = await ReadAsync("INR", null);

        transactions.Select(transaction => transaction.Kind).Distinct().ShouldBe(
            [
                TransactionKind.Deposit, TransactionKind.Buy, TransactionKind.Sell, TransactionKind.Dividend,
                TransactionKind.Interest, TransactionKind.Fee, TransactionKind.Withdrawal,
            ],
            ignoreOrder: true);
    }

    [Fact]
    public async Task Reading_goes_on_after_the_cursor_of_any_page()
    {
        var session = DemoSession.Open();
        var account = await DemoSession.AccountAsync(session, "INR");
        var pages = new List<TransactionsPage>();
        await foreach (var page in DemoSession.Broker.ReadTransactionsAsync(session, account, null, TestContext.Current.CancellationToken))
            pages.Add(page);

        pages.Count.ShouldBeGreaterThan(1);
        for (var read = 0; read < pages.Count; read++)
        {
            var rest = await DemoSession.TransactionsAsync(session, account, pages[read].Cursor);
            rest.ShouldBe(pages.Skip(read + 1).SelectMany(page => page.Transactions));
        }
    }

    [Fact]
    public void Shares_bought_today_are_unsettled_until_the_next_trading_day()
    {
        var ledger = DemoLedger.Play(DemoPlan.All[0], null, DemoSession.Now);
        var buy = ledger.Transactions.Last(t => t.Kind == TransactionKind.Buy && t.Instrument == DemoCatalog.NiftyBees.Reported);

        UnsettledUnits(buy.TradedAt).ShouldBe(buy.Quantity!.Value);
        UnsettledUnits(DemoMarket.StartOfDay(buy.SettledOn!.Value)).ShouldBe(0);
    }

    private static decimal UnsettledUnits(DateTimeOffset at) =>
        DemoLedger.Play(DemoPlan.All[0], null, at).Lots.Single(lot => lot.Key == DemoCatalog.NiftyBees).Value.Unsettled;

    private static async Task<(List<ReportedTransaction> Transactions, List<ReportedHolding> Holdings, decimal Cash)> ReadAsync(
        string currency, string? seed)
    {
        var session = DemoSession.Open(seed: seed);
        var account = await DemoSession.AccountAsync(session, currency);
        var cash = await DemoSession.Broker.ReadCashAsync(session, account, TestContext.Current.CancellationToken);
        return (
            await DemoSession.TransactionsAsync(session, account),
            await DemoSession.HoldingsAsync(session, account),
            cash.Balances.Single().Amount);
    }
}
