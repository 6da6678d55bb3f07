using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Tests.Contract;
using Foliosync.Brokers.Vested;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Vested;

public sealed class VestedHoldingsTests
{
    private const string Holdings =
        "Name | Ticker | Total Shares Held | Current Price (USD) | Current Value (USD) | Average Cost (USD) | Total Amount Invested (USD)";

    [Fact]
    public async Task Cost_is_the_amount_invested_and_not_shares_times_the_rounded_average()
    {
        // 2.7 x 215.19 would be 581.013.
        var report = await ReadAsync($"[Holdings]\n{Holdings}\nApple Inc | AAPL | 2.7 | 195.27 | 527.23 | 215.19 | 581.02");

        var holding = report.Holdings.ShouldHaveSingleItem();
        holding.CostBasis.ShouldBe(581.02m);
        holding.AveragePrice.ShouldBe(215.1925925926m);
        holding.Quantity.ShouldBe(2.7m);
    }

    [Fact]
    public async Task Shares_have_nine_decimals()
    {
        var report = await ReadAsync($"[Holdings]\n{Holdings}\nApple Inc | AAPL | 0.123456789 | 100 | 12.35 | 90 | 11.11");

        report.Holdings.ShouldHaveSingleItem().Quantity.ShouldBe(0.123456789m);
    }

    [Fact]
    public async Task A_file_without_a_day_takes_that_of_the_upload_and_says_so()
    {
        var report = await ReadAsync($"[Holdings]\n{Holdings}\nApple Inc | AAPL | 1 | 100 | 100 | 90 | 90");

        report.AsOf.ShouldBe(StatementReading.ReceivedAt);
        report.Warnings.ShouldHaveSingleItem().Code.ShouldBe("as-of-unknown");
    }

    [Theory]
    [InlineData("300.05", true)]
    [InlineData("300.06", false)]
    [InlineData("500", false)]
    public async Task Holdings_that_do_not_add_up_to_the_summary_close_nothing(string total, bool isComplete)
    {
        var report = await ReadAsync($"""
            [User Details]
            Period | User
            As of 31 Mar 2026 | Somebody
            [Summary]
            Current Equity Value (USD) | Total Amount Invested (USD)
            {total} | 270
            [Holdings]
            {Holdings}
            Apple Inc | AAPL | 3 | 100 | 300 | 90 | 270
            """);

        report.IsComplete.ShouldBe(isComplete);
        report.Warnings.Select(warning => warning.Code).ShouldBe(isComplete ? [] : ["summary-disagrees"]);
        report.AsOf.ShouldBe(new DateTimeOffset(2026, 3, 31, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task An_account_that_was_emptied_is_complete_when_the_summary_says_so_too()
    {
        var report = await ReadAsync($"""
            [Summary]
            Current Equity Value (USD) | Total Amount Invested (USD)
            0 | 0
            [Holdings]
            {Holdings}
            """);

        report.IsComplete.ShouldBeTrue();
        report.Holdings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Unknown_cost_is_unknown()
    {
        var report = await ReadAsync($"[Holdings]\n{Holdings}\nApple Inc | AAPL | 1 | 100 | 100 | | ");

        var holding = report.Holdings.ShouldHaveSingleItem();
        (holding.AveragePrice, holding.CostBasis).ShouldBe((null, null));
    }

    private static async Task<HoldingsReport> ReadAsync(string sheets) =>
        (await StatementReading.OfAsync(new VestedBroker(), Xlsx.Parse(sheets).ToBytes())).Report.Holdings.ShouldNotBeNull();
}
