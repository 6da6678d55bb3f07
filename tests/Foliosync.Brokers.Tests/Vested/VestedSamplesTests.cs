using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Tests.Contract;
using Foliosync.Brokers.Vested;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Vested;

/// <summary>What the samples beside the repository say, worked out by hand.</summary>
public sealed class VestedSamplesTests
{
    [Fact]
    public async Task Holdings_workbook()
    {
        var report = (await ReadAsync("synthetic-Vested_Holdings.xlsx")).Report.Holdings.ShouldNotBeNull();

        report.Holdings.Select(h => (h.Instrument.Symbol, h.Instrument.AssetClass, h.Quantity, h.CostBasis, h.LastPrice)).ShouldBe(
        [
            ("AAPL", AssetClass.Equity, 2.2m, 437.1m, 205m),
            ("VOO", AssetClass.Etf, 0.8m, 401.2m, 514.25m),
        ]);
        report.AsOf.ShouldBe(new DateTimeOffset(2026, 3, 31, 0, 0, 0, TimeSpan.Zero));
        report.IsComplete.ShouldBeTrue();
        report.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Transactions_workbook()
    {
        var reading = await ReadAsync("synthetic-Vested_Transactions.xlsx");

        reading.Transactions.Select(t => (t.Kind, t.Instrument?.Symbol, t.Quantity, t.Amount, t.Fees, t.Taxes)).ShouldBe(
        [
            (TransactionKind.Deposit, null, null, 1000m, null, null),
            (TransactionKind.Buy, "AAPL", 2.5m, -495.67m, 1m, null),
            (TransactionKind.Buy, "VOO", 0.8m, -400.4m, 0.8m, null),
            (TransactionKind.Interest, null, null, 0.59m, null, null),
            (TransactionKind.Dividend, "AAPL", null, 1m, null, 0.25m),
            (TransactionKind.Sell, "AAPL", 0.3m, 60.27m, 0.12m, null),
        ]);
        var cash = reading.Report.Cash.ShouldNotBeNull();
        cash.Balances.ShouldBe([new ReportedCash("", "USD", 163.62m)]);
        cash.AsOf.ShouldBe(new DateTimeOffset(2026, 3, 20, 14, 5, 10, TimeSpan.Zero));

        // Deposit, purchases and sale with their fees, interest, and the dividend less its tax: that is the cash.
        reading.Transactions.Sum(t => (t.Amount ?? 0) - (t.Fees ?? 0) - (t.Taxes ?? 0)).ShouldBe(163.62m);
        reading.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Trades_saved_as_csv()
    {
        var reading = await ReadAsync("community-trades-sheet.csv");

        reading.Transactions.Select(t => (t.Kind, t.Instrument?.Symbol, t.Quantity, t.Amount)).ShouldBe(
        [
            (TransactionKind.Sell, "BIL", 1m, 91.58m),
            (TransactionKind.Buy, "VGK", 60m, -4210.8m),
            (TransactionKind.Buy, "VTWO", 70m, -5418.7m),
        ]);
    }

    [Fact]
    public async Task Income_saved_as_csv()
    {
        var reading = await ReadAsync("community-income-sheet.csv");

        reading.Transactions.Select(t => (t.Kind, t.Instrument?.Symbol, t.Amount, t.Taxes)).ShouldBe(
        [
            (TransactionKind.Interest, null, 1.18m, null),
            (TransactionKind.Interest, null, 0.59m, null),
            (TransactionKind.Dividend, "BIL", 142.07m, 35.52m),
            (TransactionKind.Dividend, "TLT", 3.51m, null),
            (TransactionKind.Dividend, "IEF", 158.17m, 39.54m),
        ]);
    }

    [Fact]
    public async Task Holdings_saved_as_csv()
    {
        var report = (await ReadAsync("community-holdings-sheet.csv")).Report.Holdings.ShouldNotBeNull();

        var holding = report.Holdings.ShouldHaveSingleItem();
        (holding.Instrument.Symbol, holding.Quantity, holding.CostBasis, holding.LastPrice).ShouldBe(("AAPL", 2.7m, 581.02m, 195.27m));
    }

    private static Task<StatementReading> ReadAsync(string sample) =>
        StatementReading.OfAsync(new VestedBroker(), RepositoryRoot.Sample("vested", sample));
}
