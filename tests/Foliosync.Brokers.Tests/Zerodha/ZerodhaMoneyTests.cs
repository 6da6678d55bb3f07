using System.Net;
using Foliosync.Brokers.Contract;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Zerodha;

/// <summary>Funds, cash and transactions.</summary>
public sealed class ZerodhaMoneyTests
{
    private const string Margins = "/user/margins";
    private const string NoOrders = "[]";

    private static Kite Trading(string trade, string orders = NoOrders) => new Kite().With("/trades", $"[{trade}]").With("/mf/orders", orders);

    private static string Trade(string exchange, string symbol, string type, string times) =>
        $$"""{"trade_id":"70","exchange":"{{exchange}}","tradingsymbol":"{{symbol}}","transaction_type":"{{type}}","quantity":10,"average_price":"2.5",{{times}}}""";

    [Fact]
    public async Task One_fund_in_two_folios_is_two_rows_and_pledged_units_are_inside()
    {
        var report = await new Kite().With("/mf/holdings", """
            [{"tradingsymbol":"INF879O01027","folio":"1/2","fund":"A FUND","quantity":382.488,"average_price":78.43,"last_price":84.86,"last_price_date":"2026-01-14","pledged_quantity":82.488},
             {"tradingsymbol":"INF879O01027","folio":3108290884,"quantity":"1.334","average_price":0,"discrepancy":true}]
            """).FundsAsync();

        report.Holdings.Select(h => (h.Quantity, h.Folio, h.PledgedQuantity, h.AveragePrice, h.LastPrice))
            .ShouldBe([(382.488m, "1/2", 82.488m, 78.43m, 84.86m), (1.334m, "3108290884", 0m, null, null)]);
        report.Holdings[0].PricedAt.ShouldBe(new DateTimeOffset(2026, 1, 13, 18, 30, 0, TimeSpan.Zero));
        report.Holdings[0].Instrument.Name.ShouldBe("A FUND");
        report.Holdings[0].Instrument.Exchange.ShouldBeNull();
        report.IsComplete.ShouldBeTrue();
    }

    [Theory]
    [InlineData("\"net\":99725.05,\"available\":{\"cash\":245431.6,\"collateral\":0},\"utilised\":{\"debits\":145706.55}", 99725.05)]
    [InlineData("\"net\":15000,\"available\":{\"cash\":5000,\"collateral\":10000}", 5000)] // collateral is no money
    [InlineData("\"net\":-250.5,\"available\":{\"cash\":-250.5}", -250.5)]
    [InlineData("\"net\":1600,\"available\":{\"cash\":1000,\"adhoc_margin\":100,\"intraday_payin\":500}", 1600)]
    public async Task Cash_is_what_is_free_without_collateral(string segment, double amount)
    {
        var report = await new Kite().With(Margins, $$"""{"equity":{"enabled":true,{{segment}} } }""").CashAsync();

        report.Balances.ShouldBe([new ReportedCash("equity", "INR", (decimal)amount)]);
        report.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Cash_that_does_not_add_up_is_taken_from_the_total_with_a_warning()
    {
        var report = await new Kite().With(Margins, """{"equity":{"net":5000,"available":{"cash":0,"collateral":0}}}""").CashAsync();

        report.Balances.ShouldBe([new ReportedCash("equity", "INR", 5000)]);
        report.Warnings.ShouldHaveSingleItem().Code.ShouldBe("cash-unclear");
    }

    [Fact]
    public async Task A_segment_that_is_off_or_missing_has_no_balance()
    {
        var off = await new Kite().With(Margins, """{"commodity":{"enabled":false,"net":5,"available":{}}}""").CashAsync();

        off.Balances.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"equity":{"enabled":true,"available":{}}}""")]
    public async Task Money_that_cannot_be_read_is_not_no_money(string data)
    {
        var failure = await Should.ThrowAsync<BrokerException>(() => new Kite().With(Margins, data).CashAsync());

        failure.Kind.ShouldBe(BrokerErrorKind.InvalidData);
    }

    [Theory]
    [InlineData("NSE", "INFY", "BUY", -25.0)]
    [InlineData("BSE", "INFY", "SELL", 25.0)]
    [InlineData("NFO", "NIFTY26JAN25000CE", "BUY", -25.0)]
    [InlineData("NFO", "NIFTY26JANFUT", "BUY", null)] // settles from day to day
    [InlineData("MCX", "GOLDM26FEB75000CE", "BUY", null)] // the contract's size is not told
    [InlineData("NSE", "INFY", "GIFT", null)]
    public async Task The_amount_of_a_trade_is_what_it_moves_or_unknown(string exchange, string symbol, string type, double? amount)
    {
        var page = await Trading(Trade(exchange, symbol, type, "\"fill_timestamp\":\"2026-01-15 09:16:39\"")).TransactionsAsync();

        var trade = page.Transactions.ShouldHaveSingleItem();
        trade.Amount.ShouldBe((decimal?)amount);
        trade.Fees.ShouldBeNull();
        trade.Taxes.ShouldBeNull();
        trade.Kind.ShouldBe(type switch { "BUY" => TransactionKind.Buy, "SELL" => TransactionKind.Sell, _ => TransactionKind.Unclassified });
        page.Cursor.ShouldBeNull();
    }

    [Theory]
    [InlineData("\"fill_timestamp\":\"2026-01-15 00:10:00\"")]
    [InlineData("\"fill_timestamp\":null,\"exchange_timestamp\":\"2026-01-15 00:10:00\"")]
    [InlineData("\"fill_timestamp\":\"1970-01-01 00:00:00\",\"exchange_timestamp\":\"2026-01-15 00:10\"")]
    public async Task The_id_of_a_trade_has_the_day_in_india_and_its_time_is_utc(string times)
    {
        var trade = (await Trading(Trade("NSE", "INFY", "BUY", times)).TransactionsAsync()).Transactions[0];

        trade.ExternalId.ShouldBe("NSE:70:2026-01-15");
        trade.TradedAt.ShouldBe(new DateTimeOffset(2026, 1, 14, 18, 40, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task Only_completed_and_allotted_fund_orders_are_transactions()
    {
        static string Order(string id, string status, string rest) =>
            $$"""{"order_id":"{{id}}","status":"{{status}}","tradingsymbol":"INF879O01027","transaction_type":"BUY","order_timestamp":"2026-01-12 08:33",{{rest}}}""";

        var page = await Trading("", $$"""
            [{{Order("a", "COMPLETE", "\"quantity\":10,\"average_price\":12.5,\"exchange_timestamp\":null")}},
             {{Order("b", "COMPLETE", "\"quantity\":0,\"average_price\":0")}},
             {{Order("c", "REJECTED", "\"quantity\":10,\"average_price\":12.5")}},
             {{Order("d", "OPEN", "\"amount\":1000")}}]
            """).TransactionsAsync();

        var order = page.Transactions.ShouldHaveSingleItem();
        (order.ExternalId, order.Amount).ShouldBe(("mf:a", -125m));
        order.TradedAt.ShouldBe(new DateTimeOffset(2026, 1, 12, 3, 3, 0, TimeSpan.Zero));
        page.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Trades_are_kept_when_fund_orders_are_not_permitted()
    {
        var kite = Trading(Trade("NSE", "INFY", "BUY", "\"fill_timestamp\":\"2026-01-15 09:16:39\""))
            .WithBody("/mf/orders", """{"status":"error","error_type":"PermissionException"}""", HttpStatusCode.Forbidden);

        var page = await kite.TransactionsAsync();

        page.Transactions.Count.ShouldBe(1);
        page.Warnings.ShouldHaveSingleItem().Code.ShouldBe("fund-orders-not-available");
    }

    [Fact]
    public async Task A_trade_without_a_time_is_left_out_with_a_warning()
    {
        var page = await Trading(Trade("NSE", "INFY", "BUY", "\"fill_timestamp\":\"\"")).TransactionsAsync();

        page.Transactions.ShouldBeEmpty();
        page.Warnings.ShouldHaveSingleItem().Message.ShouldContain("INFY");
    }
}
