using Foliosync.Brokers.Contract;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Zerodha;

public sealed class ZerodhaPositionsTests
{
    private const string Bought = "\"product\":\"CNC\",\"quantity\":5,\"day_buy_quantity\":5,\"day_buy_price\":1500.5,\"day_sell_quantity\":0";

    private static string Row(string figures, string symbol = "INFY", string exchange = "NSE") =>
        $$"""{"tradingsymbol":"{{symbol}}","exchange":"{{exchange}}",{{figures}}}""";

    private static Kite With(params string[] rows) =>
        new Kite().With("/portfolio/positions", $$"""{"net":[{{string.Join(',', rows)}}],"day":[{{string.Join(',', rows)}}]}""");

    private static Kite At(Kite kite, string india)
    {
        kite.Now = DateTimeOffset.Parse($"{india}+05:30", System.Globalization.CultureInfo.InvariantCulture);
        return kite;
    }

    private static string Held(string symbol, decimal t1, string exchange = "BSE") =>
        $$"""{"tradingsymbol":"{{symbol}}","exchange":"{{exchange}}","isin":"INE009A01021","quantity":0,"t1_quantity":{{t1}},"opening_quantity":{{t1}}}""";

    [Fact]
    public async Task A_purchase_of_the_day_is_an_unsettled_lot_without_asking_for_holdings()
    {
        var kite = With(Row(Bought));

        var lot = (await kite.PositionsAsync()).Holdings.ShouldHaveSingleItem();

        (lot.Quantity, lot.UnsettledQuantity, lot.AveragePrice, lot.Instrument.BrokerKey).ShouldBe((5m, 5m, 1500.5m, "INFY"));
        kite.Asked.ShouldBe(["/portfolio/positions"]);
    }

    [Fact]
    public async Task A_purchase_becomes_a_share_on_its_way_the_next_day_and_is_never_counted_twice()
    {
        // Day 1, 15:30: bought on NSE, the holdings do not know it.
        (await At(With(Row(Bought)), "2026-01-15T15:30:00").PositionsAsync()).Holdings.Sum(lot => lot.Quantity).ShouldBe(5);

        // Night: the holdings have it, priced on BSE, and the positions still show it.
        var night = At(With(Row(Bought)), "2026-01-16T06:30:00").With("/portfolio/holdings", $"[{Held("INFY", 5)}]");
        var positions = await night.PositionsAsync();
        positions.Holdings.ShouldBeEmpty();
        positions.IsComplete.ShouldBeTrue();
        positions.Warnings.ShouldHaveSingleItem().Code.ShouldBe("purchase-already-settling");
        (await night.HoldingsAsync()).Holdings.Sum(lot => lot.Quantity).ShouldBe(5);

        // Day 2: the positions are cleared.
        (await At(With(), "2026-01-16T09:30:00").PositionsAsync()).Holdings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("2026-01-15T23:59:59", 5)] // the evening of the purchase: what is on its way was bought before
    [InlineData("2026-01-16T00:00:00", 0)]
    [InlineData("2026-01-16T05:59:59", 0)]
    [InlineData("2026-01-16T06:00:00", 0)]
    [InlineData("2026-01-16T08:59:59", 0)]
    [InlineData("2026-01-16T09:00:00", 5)] // a purchase of the new day
    [InlineData("2026-01-17T12:00:00", 0)] // Saturday
    public async Task What_is_on_its_way_replaces_a_purchase_only_while_nothing_can_have_been_traded(string india, int counted)
    {
        var kite = At(With(Row(Bought)), india).With("/portfolio/holdings", $"[{Held("INFY-BE", 5, "NSE")}]");

        (await kite.PositionsAsync()).Holdings.Sum(lot => lot.Quantity).ShouldBe(counted);
    }

    [Theory]
    [InlineData("INFY", 4)]
    [InlineData("TCS", 5)]
    public async Task A_purchase_that_the_holdings_do_not_have_yet_is_kept_at_night(string symbol, int t1)
    {
        var kite = At(With(Row(Bought)), "2026-01-16T00:30:00").With("/portfolio/holdings", $"[{Held(symbol, t1)}]");

        (await kite.PositionsAsync()).Holdings.ShouldHaveSingleItem().Quantity.ShouldBe(5);
    }

    [Fact]
    public async Task Without_a_purchase_the_holdings_are_not_read_at_night()
    {
        var kite = At(With(Row("\"product\":\"NRML\",\"quantity\":1,\"multiplier\":1", "NIFTY26JANFUT", "NFO")), "2026-01-16T02:00:00");

        await kite.PositionsAsync();

        kite.Asked.ShouldBe(["/portfolio/positions"]);
    }

    [Theory]
    [InlineData("\"product\":\"CNC\",\"quantity\":7,\"day_buy_quantity\":10,\"day_sell_quantity\":3", 7)]
    [InlineData("\"product\":\"CNC\",\"quantity\":2,\"day_buy_quantity\":10,\"day_sell_quantity\":3", 2)] // never more than the net
    [InlineData("\"product\":\"CNC\",\"quantity\":-4,\"day_buy_quantity\":0,\"day_sell_quantity\":4", 0)] // sold from the holdings
    [InlineData("\"product\":\"CNC\",\"quantity\":5,\"overnight_quantity\":5,\"day_buy_quantity\":0,\"day_sell_quantity\":0", 0)]
    [InlineData("\"product\":\"MIS\",\"quantity\":5,\"day_buy_quantity\":5,\"day_sell_quantity\":0", 0)]
    [InlineData("\"product\":\"CO\",\"quantity\":5,\"day_buy_quantity\":5,\"day_sell_quantity\":0", 0)]
    [InlineData("\"product\":\"BO\",\"quantity\":5,\"day_buy_quantity\":5,\"day_sell_quantity\":0", 0)]
    public async Task Only_what_is_left_of_deliveries_is_owned(string figures, int owned)
    {
        (await With(Row(figures)).PositionsAsync()).Holdings.Sum(lot => lot.Quantity).ShouldBe(owned);
    }

    [Fact]
    public async Task A_margin_funded_purchase_is_flagged_and_settles_among_the_margin_funded_units()
    {
        var bought = Row(Bought.Replace("CNC", "MTF", StringComparison.Ordinal));

        (await With(bought).PositionsAsync()).Holdings.ShouldHaveSingleItem().MarginFunded.ShouldBeTrue();

        var night = At(With(bought), "2026-01-16T03:00:00").With(
            "/portfolio/holdings", """[{"tradingsymbol":"INFY","exchange":"NSE","quantity":0,"mtf":{"quantity":5,"average_price":1500.5}}]""");
        (await night.PositionsAsync()).Holdings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("MCX", "LEAD17DECFUT", "\"product\":\"NRML\",\"quantity\":1,\"multiplier\":1000,\"average_price\":161.05", 1, 1000, AssetClass.Future)]
    [InlineData("NFO", "NIFTY26JAN25000PE", "\"product\":\"MIS\",\"quantity\":-75,\"multiplier\":1,\"average_price\":90", -75, 1, AssetClass.Option)]
    [InlineData("CDS", "USDINR26JANFUT", "\"product\":\"NRML\",\"quantity\":2,\"multiplier\":\"1000\",\"average_price\":88.1", 2, 1000, AssetClass.Future)]
    public async Task Derivatives_are_holdings_of_their_own_class(
        string exchange, string symbol, string figures, int quantity, int multiplier, AssetClass assetClass)
    {
        var holding = (await With(Row(figures, symbol, exchange)).PositionsAsync()).Holdings.ShouldHaveSingleItem();

        (holding.Quantity, holding.Multiplier, holding.Instrument.AssetClass).ShouldBe((quantity, multiplier, assetClass));
        holding.Instrument.BrokerKey.ShouldBe($"{exchange}:{symbol}");
        holding.AveragePrice.ShouldNotBeNull();
        holding.UnsettledQuantity.ShouldBe(0);
    }

    [Fact]
    public async Task A_closed_position_is_not_held()
    {
        (await With(Row("\"product\":\"NRML\",\"quantity\":0,\"pnl\":801", "GOLDGUINEA17DECFUT", "MCX")).PositionsAsync())
            .Holdings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"net":[],"day":[]}""")]
    [InlineData("""{"net":null}""")]
    public async Task No_positions_are_a_complete_empty_report(string data)
    {
        var report = await new Kite().With("/portfolio/positions", data).PositionsAsync();

        report.Holdings.ShouldBeEmpty();
        report.IsComplete.ShouldBeTrue();
    }

    [Fact]
    public async Task One_unreadable_position_makes_the_report_incomplete()
    {
        var report = await With(Row(Bought), Row("\"product\":\"NRML\"", "NIFTY26JANFUT", "NFO")).PositionsAsync();

        report.Holdings.Count.ShouldBe(1);
        report.IsComplete.ShouldBeFalse();
        report.Warnings.ShouldHaveSingleItem().Message.ShouldContain("NIFTY26JANFUT");
    }
}
