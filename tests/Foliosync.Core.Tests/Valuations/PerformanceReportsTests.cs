using Foliosync.Brokers.Contract;
using Foliosync.Core.Prices;
using Foliosync.Core.Storage;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Transactions;
using Foliosync.Core.Valuations;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Valuations.ValuationWorld;

namespace Foliosync.Core.Tests.Valuations;

public sealed class PerformanceReportsTests
{
    // Day 0: 1,000 in, 10 shares at 100. Day 10: 500 in, 5 shares at 100, sold at nothing. Day 20: dividend 30 less 3 tax. Price 100, then 120 on day 15.
    private static async Task<ValuationWorld> SavingAsync(Store store)
    {
        var world = await CreateAsync(store);
        var dividend = world.Money(20, TransactionKind.Dividend, 30);
        (dividend.InstrumentId, dividend.Taxes, dividend.Fees) = (world.InstrumentId, 3, 0);
        await world.AddAsync(
            world.Money(0, TransactionKind.Deposit, 1_000), world.Trade(0, TransactionKind.Buy, 10, 100),
            world.Money(10, TransactionKind.Deposit, 500), world.Trade(10, TransactionKind.Buy, 5, 99, fees: 5),
            dividend, world.PriceOf(0, 100), world.PriceOf(10, 100), world.PriceOf(15, 120), world.PriceOf(30, 120));
        await world.ComputeAsync();
        return world;
    }

    [Theory, EachStore]
    public async Task The_figures_of_a_portfolio_add_up(Store store)
    {
        await using var world = await SavingAsync(store);

        var report = await world.Reports.ReportAsync(new PerformanceQuestion { PortfolioId = await world.PortfolioIdAsync() }, OwnerScope.Everyone, default);

        // 15 x 120 + 27 of cash. Gain 327: 27 after tax, 5 less by fees, 305 by the price: 10 x 20 + 5 x 21.
        (report.StartValue, report.MoneyIn, report.MoneyOut, report.EndValue).ShouldBe((0m, 1_500m, 0m, 1_827m));
        var gain = report.Gain!;
        (gain.Total, gain.Price, gain.Currency, gain.Income, gain.Fees, gain.Taxes).ShouldBe((327m, 305m, 0m, 30m, -5m, -3m));
        // 1,500 / 1,500 on day 10; 1,800 / 1,500 on day 15; 1,827 / 1,800 on day 20.
        report.TimeWeightedReturn.Total!.Value.ShouldBe(0.218m, 1e-20m);
        report.Period.ShouldBe(new MeasuredPeriod("max", Day(0), Day(30), 31));
        (report.Currency, report.Name).ShouldBe(("INR", "Main"));
    }

    [Theory, EachStore]
    public async Task Each_class_and_instrument_has_figures_of_its_own(Store store)
    {
        await using var world = await SavingAsync(store);
        var fund = await world.AddInstrumentAsync("FUND", kind: AssetClass.MutualFund);
        await world.AddAsync(world.Trade(5, TransactionKind.Buy, 1, 50, fund), world.PriceOf(30, 60, fund));
        await world.TouchAsync(5);

        var shares = await world.ReportAsync(new PerformanceQuestion { AssetClass = "equity" });
        var funds = await world.ReportAsync(new PerformanceQuestion { AssetClass = "MutualFund" });
        var cash = await world.ReportAsync(new PerformanceQuestion { AssetClass = "cash" });
        var one = await world.ReportAsync(new PerformanceQuestion { InstrumentId = fund });

        (shares.EndValue, funds.EndValue, cash.EndValue, one.EndValue).ShouldBe((1_800m, 60m, -23m, 60m));
        one.TimeWeightedReturn.Total!.Value.ShouldBe(0.2m, 1e-20m);
        one.Gain!.Total.ShouldBe(10m);
        (one.Name, one.Period.From).ShouldBe(("FUND", Day(5)));
    }

    [Theory, EachStore]
    public async Task Figures_open_to_flows_parts_prices_and_rates(Store store)
    {
        await using var world = await SavingAsync(store);
        await world.AddAsync(new FxRate { Currency = "INR", Day = Day(29), Source = "ecb", PerEuro = 100 });

        var report = await world.ReportAsync(new PerformanceQuestion { From = Day(10), To = Day(30), WithExplanation = true });
        var told = report.Explanation!;

        told.Flows.Select(f => (f.Day, f.In, f.Income, f.Fees, f.Taxes)).ShouldBe([(Day(10), 500m, 0m, 5m, 0m), (Day(20), 0m, 30m, 0m, 3m)]);
        told.SubPeriods.Select(p => (p.From, p.To, p.StartValue, p.In, p.EndValue)).ShouldBe([(Day(10), Day(30), 1_000m, 500m, 1_827m)]);
        (1 + told.SubPeriods[0].Return).ShouldBe(1 + report.TimeWeightedReturn.Total);
        told.Start.Select(l => (l.Symbol, l.Units, l.Price, l.PriceDay, l.PriceSource, l.Value)).ShouldBe([("INFY", 10m, 100m, Day(0), "amfi", 1_000m)]);
        told.End.Select(l => (l.Symbol, l.Units, l.Price, l.PriceDay, l.Value))
            .ShouldBe([("INFY", 15m, 120m, Day(30), 1_800m), (null, 27m, 1m, null, 27m)]);

        var euros = await world.ReportAsync(new PerformanceQuestion { From = Day(30), Currency = "eur", WithExplanation = true });
        euros.EndValue.ShouldBe(18.27m);
        euros.Explanation!.End.Select(l => (l.Rate, l.RateDay, l.RateSource)).Distinct().ShouldBe([(0.01m, Day(29), "ecb")]);
    }

    [Theory, EachStore]
    public async Task What_figures_were_opened_to_is_kept_until_something_changes(Store store)
    {
        await using var world = await SavingAsync(store);
        var question = new PerformanceQuestion { From = Day(10), To = Day(30), WithExplanation = true };
        var first = (await world.ReportAsync(question)).Explanation!;

        (await world.ReportAsync(question)).Explanation!.End.ShouldBeSameAs(first.End);
        (await world.ReportAsync(question with { AssetClass = "equity" })).Explanation!.End.Select(l => l.Symbol).ShouldBe(["INFY"]);
        await world.AddAsync(world.Trade(25, TransactionKind.Buy, 1, 20));
        await world.TouchAsync(25);
        (await world.ReportAsync(question)).Explanation!.End.Select(l => l.Units).ShouldBe([16m, 7m]);
    }

    [Theory, EachStore]
    public async Task A_benchmark_has_its_own_line_and_says_what_the_same_money_would_be(Store store)
    {
        await using var world = await SavingAsync(store);
        var index = await world.AddInstrumentAsync("INDEX");
        await world.AddAsync([.. Enumerable.Range(-3, 34).Select(d => world.PriceOf(d, d < 10 ? 50 : 60, index))]);

        var report = await world.ReportAsync(new PerformanceQuestion { Benchmark = "INDEX", WithLines = true });

        // 1,000 buys 20 at 50; 500 at the start of day 10 buys 10 at the 50 of the close before: 30 x 60.
        var told = report.Benchmark!;
        told.TimeWeightedReturn.Total.ShouldBe(0.2m);
        (told.SameMoneyValue, told.SameMoneyGain, told.SameMoneyReason).ShouldBe((1_800m, 300m, null));
        report.Lines!.Count.ShouldBe(32);
        report.Lines![^1].Benchmark.ShouldBe(1.2m);
    }

    [Fact]
    public async Task A_file_of_prices_is_a_benchmark_and_its_gaps_are_told()
    {
        await using var world = await SavingAsync(Store.Sqlite);
        var full = await FileAsync(string.Join('\n', Enumerable.Range(-1, 32).Select(d => $"{Day(d):yyyy-MM-dd};{100 + d}")));
        var gaps = await FileAsync($"day,price\n{Day(-1):yyyy-MM-dd},100\n{Day(20):yyyy-MM-dd},110");

        (await world.ReportAsync(new PerformanceQuestion { BenchmarkFile = full })).Benchmark!.TimeWeightedReturn.Total!.Value.ShouldBe(31 / 99m, 1e-20m);
        (await Should.ThrowAsync<InputException>(() => world.ReportAsync(new PerformanceQuestion { BenchmarkFile = gaps }))).Message.ShouldBe(
            $"The benchmark has no price or rate of {Day(7):yyyy-MM-dd} or the week before. Add the missing days to the price file, or choose another period.");
    }

    [Theory]
    [InlineData("2026-01-05,100\n2026-01-05,101", "The price file has 2026-01-05 twice. Keep one of the two lines.")]
    [InlineData("2026-01-05,100\n05.01.2026,101", "Line 2 of the price file does not begin with a day of the form 2026-01-31.")]
    [InlineData("2026-01-05,0", "Line 1 of the price file has no price above zero after the day, for example 2026-01-31,101.5.")]
    [InlineData("2026-01-05,1,INR\n2026-01-06,1,USD", "Line 2 of the price file is in USD and others are in INR. Use one currency.")]
    [InlineData("", "The price file has no lines with a day and a price, for example 2026-01-31,101.5.")]
    public async Task A_file_that_cannot_be_read_gets_one_sentence(string text, string sentence) =>
        (await Should.ThrowAsync<InputException>(() => FileAsync(text))).Message.ShouldBe(sentence);

    [Fact]
    public async Task A_question_that_cannot_be_answered_gets_one_sentence()
    {
        await using var world = await SavingAsync(Store.Sqlite);

        await ShouldSayAsync(new() { From = Day(5), To = Day(2) }, "The period ends on 2026-01-07, before it begins on 2026-01-10. Swap from and to.");
        await ShouldSayAsync(new() { From = Day(31) }, "The period begins on 2026-02-05, which is after today, 2026-02-04. Choose an earlier day.");
        await ShouldSayAsync(new() { To = Day(-5) }, "There is no data before 2026-01-05. Choose a later end of the period.");
        await ShouldSayAsync(new() { Period = "2y" }, "There is no period '2y'. Choose one of: 1d, 1w, mtd, 1m, 6m, ytd, 1y, max; or give from and to.");
        await ShouldSayAsync(new() { Period = "1y", From = Day(1) }, "Give a named period, or from and to, and not both.");
        await ShouldSayAsync(new() { Benchmark = "NIFTY" }, "There is no instrument 'NIFTY' to compare with. Give its id, ISIN or symbol, or a file of prices.");
        await ShouldSayAsync(new() { Currency = "rupees" }, "The currency is three letters by ISO 4217, for example INR or USD.");
        (await Should.ThrowAsync<InputException>(() => world.ReportAsync(new() { AssetClass = "art" }))).Message.ShouldStartWith("There is no asset class 'art'. Choose one of: equity,");

        async Task ShouldSayAsync(PerformanceQuestion question, string sentence) =>
            (await Should.ThrowAsync<InputException>(() => world.ReportAsync(question))).Message.ShouldBe(sentence);
    }

    [Theory, EachStore]
    public async Task What_was_inferred_and_from_when_reports_tell_is_said(Store store)
    {
        await using var world = await CreateAsync(store);
        var guessed = world.Trade(0, TransactionKind.Buy, 10, 100);
        (guessed.Source, guessed.Confidence) = (TransactionSource.Inferred, 0.6m);
        await world.AddAsync(guessed, world.Holding(12, 8), world.PriceOf(0, 100), world.PriceOf(30, 100));
        await world.ReportedAsync(30);
        await world.ComputeAsync();

        var trust = (await world.ReportAsync()).Trust;

        (trust.Since, trust.ReportedSince, trust.InferredTransactions, trust.LowestConfidence).ShouldBe((Day(0), Day(8), 1, 0.6m));
        trust.Notes.ShouldContain("1 transaction was concluded from changed holdings, with a confidence of 0.6 or more.");
        trust.Notes.ShouldContain("Reports of all accounts begin on 2026-01-13; what was held before follows from the transactions.");
        trust.Notes.ShouldContain(n => n.Contains("no transaction says why", StringComparison.Ordinal), "2 of the 12 came from nowhere");
    }

    [Theory, EachStore]
    public async Task Nobody_sees_what_is_somebody_elses(Store store)
    {
        await using var world = await SavingAsync(store);
        var other = OwnerScope.Only(Guid.NewGuid());

        foreach (var question in new PerformanceQuestion[]
        {
            new() { PortfolioId = await world.PortfolioIdAsync() }, new() { AccountId = world.AccountId }, new() { InstrumentId = world.InstrumentId },
        })
        {
            await Should.ThrowAsync<NotFoundException>(() => world.Reports.ReportAsync(question, other, default));
            await Should.ThrowAsync<NotFoundException>(() => world.Reports.ValuationsAsync(question, other, default));
        }
    }

    [Theory, EachStore]
    public async Task Values_are_told_by_account_and_class_in_both_currencies(Store store)
    {
        await using var world = await CreateAsync(store);
        var apple = await world.AddInstrumentAsync("AAPL", "USD");
        await world.AddAsync(
            world.Trade(0, TransactionKind.Buy, 2, 100, apple, currency: "USD"), world.PriceOf(0, 100, apple, currency: "USD"),
            new FxRate { Currency = "USD", Day = Day(0), Source = "ecb", PerEuro = 1.25m }, new FxRate { Currency = "INR", Day = Day(0), Source = "ecb", PerEuro = 100 });
        await world.ComputeAsync();

        var day = (await world.Reports.ValuationsAsync(
            new PerformanceQuestion { AccountId = world.AccountId, Currency = "EUR", WithExplanation = true }, OwnerScope.Everyone, default)).Days[0];

        day.Value.ShouldBe(160m);
        day.Parts.ShouldBe([new PartValue(world.AccountId, "equity", 160m, "INR", 16_000m)]);
    }

    private static async Task<BenchmarkFile> FileAsync(string text)
    {
        using var reader = new StringReader(text);
        return await BenchmarkFile.ReadAsync("index.csv", reader, default);
    }
}
