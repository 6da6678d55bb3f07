using System.Text;
using Foliosync.Brokers.Contract;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Zerodha;

public sealed class ZerodhaHoldingsTests
{
    private const string Path = "/portfolio/holdings";

    // symbol, figures: the columns that a test speaks of.
    private static string Row(string figures, string symbol = "INFY", string isin = "INE009A01021", string exchange = "NSE") =>
        $$"""{"tradingsymbol":"{{symbol}}","exchange":"{{exchange}}","isin":"{{isin}}",{{figures}}}""";

    private static Task<HoldingsReport> ReadAsync(params string[] rows) => new Kite().With(Path, $"[{string.Join(',', rows)}]").HoldingsAsync();

    [Theory]
    [InlineData("\"quantity\":0,\"t1_quantity\":1,\"opening_quantity\":1", 1, 1, 0)]
    [InlineData("\"quantity\":10,\"t1_quantity\":5,\"opening_quantity\":15", 15, 5, 0)]
    [InlineData("\"quantity\":6,\"collateral_quantity\":4,\"opening_quantity\":10", 10, 0, 4)]
    [InlineData("\"quantity\":0,\"collateral_quantity\":4,\"opening_quantity\":4", 4, 0, 4)]
    [InlineData("\"quantity\":6,\"t1_quantity\":1,\"collateral_quantity\":4,\"opening_quantity\":13,\"used_quantity\":2", 11, 1, 4)]
    [InlineData("\"quantity\":6,\"collateral_quantity\":4", 10, 0, 4)]
    [InlineData("\"quantity\":0.5,\"opening_quantity\":0.5", 0.5, 0, 0)]
    public async Task Owned_is_settled_and_on_its_way_and_pledged(string figures, double owned, double unsettled, double pledged)
    {
        var report = await ReadAsync(Row(figures));

        var holding = report.Holdings.ShouldHaveSingleItem();
        holding.Quantity.ShouldBe((decimal)owned);
        holding.UnsettledQuantity.ShouldBe((decimal)unsettled);
        holding.PledgedQuantity.ShouldBe((decimal)pledged);
        report.Warnings.ShouldBeEmpty();
        report.IsComplete.ShouldBeTrue();
    }

    [Theory]
    [InlineData("\"opening_quantity\":10,\"used_quantity\":0")] // carried into the day: 10
    [InlineData("\"opening_quantity\":99,\"average_price\":100,\"last_price\":110,\"pnl\":100.0000001")] // 100 / (110 - 100) = 10
    public async Task Pledged_units_inside_the_quantity_are_not_added_again(string figures)
    {
        var report = await ReadAsync(Row($"\"quantity\":10,\"collateral_quantity\":4,{figures}"));

        var holding = report.Holdings.ShouldHaveSingleItem();
        holding.Quantity.ShouldBe(10);
        holding.PledgedQuantity.ShouldBe(4);
        report.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_profit_alone_can_tell_that_pledged_units_are_outside_the_quantity()
    {
        // 14 units: -28 / (98 - 100) = 14.
        var report = await ReadAsync(Row(
            "\"quantity\":10,\"collateral_quantity\":4,\"opening_quantity\":99,\"average_price\":100,\"last_price\":98,\"pnl\":-28"));

        report.Holdings.ShouldHaveSingleItem().Quantity.ShouldBe(14);
        report.Warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("\"average_price\":100,\"last_price\":110,\"pnl\":7")]
    [InlineData("\"average_price\":100,\"last_price\":100,\"pnl\":0")]
    public async Task Unclear_pledged_units_are_added_with_a_warning(string figures)
    {
        var report = await ReadAsync(Row($"\"quantity\":10,\"collateral_quantity\":4,\"opening_quantity\":12,{figures}"));

        report.Holdings.ShouldHaveSingleItem().Quantity.ShouldBe(14);
        report.Warnings.ShouldHaveSingleItem().Code.ShouldBe("pledged-units-unclear");
        report.IsComplete.ShouldBeTrue();
    }

    [Fact]
    public async Task More_pledged_units_than_the_quantity_has_cannot_be_inside_it()
    {
        var report = await ReadAsync(Row("\"quantity\":0,\"collateral_quantity\":4,\"opening_quantity\":0"));

        report.Holdings.ShouldHaveSingleItem().Quantity.ShouldBe(4);
        report.Warnings.ShouldHaveSingleItem().Code.ShouldBe("pledged-units-unclear");
    }

    [Fact]
    public async Task Units_that_contradict_the_row_are_kept_with_a_warning()
    {
        var report = await ReadAsync(Row("\"quantity\":10,\"t1_quantity\":3,\"opening_quantity\":10"));

        report.Holdings.ShouldHaveSingleItem().Quantity.ShouldBe(13);
        report.Warnings.ShouldHaveSingleItem().Code.ShouldBe("quantity-unclear");
    }

    [Fact]
    public async Task Margin_funded_units_are_a_lot_of_their_own_with_their_own_cost()
    {
        var report = await ReadAsync(Row(
            "\"quantity\":1,\"opening_quantity\":1,\"average_price\":161,\"last_price\":352.95,\"mtf\":{\"quantity\":1000,\"average_price\":100}"));

        report.Holdings.Select(h => (h.Quantity, h.AveragePrice, h.MarginFunded)).ShouldBe([(1m, 161m, false), (1000m, 100m, true)]);
    }

    [Fact]
    public async Task Margin_funded_units_alone_are_held()
    {
        var report = await ReadAsync(Row("\"quantity\":0,\"mtf\":{\"quantity\":5,\"average_price\":0}"));

        var holding = report.Holdings.ShouldHaveSingleItem();
        holding.MarginFunded.ShouldBeTrue();
        holding.AveragePrice.ShouldBeNull();
    }

    [Theory]
    [InlineData("\"average_price\":0", false)]
    [InlineData("\"discrepancy\":true,\"average_price\":0", false)]
    [InlineData("\"discrepancy\":true,\"average_price\":55.5", true)]
    [InlineData("\"discrepancy\":false", false)]
    public async Task An_unknown_cost_stays_unknown(string figures, bool warns)
    {
        var report = await ReadAsync(Row($"\"quantity\":3,{figures}"));

        report.Holdings.ShouldHaveSingleItem().AveragePrice.ShouldBeNull();
        report.Warnings.Select(warning => warning.Code).ShouldBe(warns ? ["cost-unreliable"] : []);
    }

    [Fact]
    public async Task Numbers_as_text_and_missing_optional_fields_are_read_exactly()
    {
        var report = await ReadAsync(Row("\"quantity\":\"16\",\"average_price\":\"801.781250000001\",\"instrument_token\":\"128028676\""));

        var holding = report.Holdings.ShouldHaveSingleItem();
        holding.Quantity.ShouldBe(16);
        holding.AveragePrice.ShouldBe(801.781250000001m);
        holding.LastPrice.ShouldBeNull();
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_hindrance()
    {
        byte[] body = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes($$"""{"status":"success","data":[{{Row("\"quantity\":1")}}]}""")];

        (await new Kite().WithBytes(Path, body).HoldingsAsync()).Holdings.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_row_with_nothing_in_it_is_left_out_and_the_report_stays_complete()
    {
        var report = await ReadAsync(Row("\"quantity\":0,\"t1_quantity\":0,\"mtf\":{\"quantity\":0}"), Row("\"quantity\":1"));

        report.Holdings.Count.ShouldBe(1);
        report.IsComplete.ShouldBeTrue();
        report.SkippedRows.ShouldBe(0);
    }

    [Theory]
    [InlineData("{\"tradingsymbol\":\"BAD\",\"exchange\":\"NSE\",\"isin\":\"INE009A01021\"}", "quantity")]
    [InlineData("{\"tradingsymbol\":\"BAD\",\"exchange\":\"NSE\",\"quantity\":\"many\"}", "quantity")]
    [InlineData("{\"tradingsymbol\":\"BAD\",\"exchange\":\"NSE\",\"quantity\":-3}", "quantity")]
    [InlineData("{\"tradingsymbol\":\"BAD\",\"exchange\":\"NSE\",\"quantity\":1,\"t1_quantity\":-1}", "t1_quantity")]
    [InlineData("{\"tradingsymbol\":\"BAD\",\"exchange\":null,\"quantity\":1}", "exchange")]
    [InlineData("{\"tradingsymbol\":\"BAD\",\"exchange\":\"NSE\",\"quantity\":1,\"mtf\":[]}", "mtf")]
    [InlineData("null", "row itself")]
    public async Task One_unreadable_row_makes_the_report_incomplete_and_names_its_field(string bad, string field)
    {
        var report = await ReadAsync(Row("\"quantity\":1"), bad);

        report.Holdings.Count.ShouldBe(1);
        report.IsComplete.ShouldBeFalse();
        report.SkippedRows.ShouldBe(1);
        var warning = report.Warnings.ShouldHaveSingleItem();
        warning.Code.ShouldBe("row-unreadable");
        warning.Message.ShouldContain(field);
    }

    [Theory]
    [InlineData("[{\"tradingsymbol\":\"A\",\"exchange\":\"NSE\"},{\"tradingsymbol\":\"B\",\"exchange\":\"NSE\"}]", "quantity")]
    [InlineData("{\"rows\":[]}", "data")]
    [InlineData("\"none\"", "data")]
    public async Task An_answer_of_another_form_is_invalid_and_names_the_field(string data, string field)
    {
        var failure = await Should.ThrowAsync<BrokerException>(() => new Kite().With(Path, data).HoldingsAsync());

        failure.Kind.ShouldBe(BrokerErrorKind.InvalidData);
        failure.Detail.ShouldNotBeNull().ShouldContain(field);
    }

    [Theory]
    [InlineData("{\"status\":\"success\"}")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task A_body_without_data_is_invalid_not_empty(string body)
    {
        var failure = await Should.ThrowAsync<BrokerException>(() => new Kite().WithBody(Path, body).HoldingsAsync());

        failure.Kind.ShouldBe(BrokerErrorKind.InvalidData);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task No_rows_are_a_complete_empty_report(string data)
    {
        var report = await new Kite().With(Path, data).HoldingsAsync();

        report.Holdings.ShouldBeEmpty();
        report.IsComplete.ShouldBeTrue();
    }

    [Theory]
    [InlineData("INFY", "NSE", "INFY", "XNSE")]
    [InlineData("INFY-BE", "NSE", "INFY", "XNSE")]
    [InlineData("INFY", "BSE", "INFY", "XBOM")]
    [InlineData("BAJAJ-AUTO", "NSE", "BAJAJ-AUTO", "XNSE")]
    [InlineData("HUDCO-N8", "NSE", "HUDCO-N8", "XNSE")]
    public async Task The_key_of_a_share_is_its_symbol_without_exchange_and_series(string symbol, string exchange, string key, string mic)
    {
        var instrument = (await ReadAsync(Row("\"quantity\":1", symbol, exchange: exchange))).Holdings[0].Instrument;

        instrument.BrokerKey.ShouldBe(key);
        instrument.Mic.ShouldBe(mic);
        instrument.Symbol.ShouldBe(symbol);
    }

    [Theory]
    [InlineData("INE009A01022")] // wrong check digit
    [InlineData("")]
    [InlineData("INFY")]
    public async Task A_wrong_isin_is_no_isin(string isin)
    {
        var report = await ReadAsync(Row("\"quantity\":1", isin: isin));

        report.Holdings[0].Instrument.Isin.ShouldBeNull();
        report.Warnings.ShouldHaveSingleItem().Code.ShouldBe("isin-invalid");
    }
}
