using Foliosync.Brokers.Contract;
using Foliosync.Core.Exports;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Transactions;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Exports;

public sealed class FoliosyncExportTests
{
    private static readonly DateTimeOffset Noon = new(2026, 8, 3, 6, 30, 0, TimeSpan.Zero);

    [Fact]
    public void The_csv_is_the_documented_one_with_days_in_the_time_of_the_broker()
    {
        var csv = Written.Of(ExportFormat.Csv, Buy("zerodha:1", fees: 12.5m)).Text;

        csv.ShouldBe("""
            date,kind,symbol,isin,exchange,name,assetClass,quantity,price,amount,fees,taxes,currency,settledOn,id,note,account,source,confidence
            2026-08-03T12:00:00+05:30,buy,INFY,INE009A01021,NSE,Infosys,equity,10,1500.5,-15005,12.5,,INR,,zerodha:1,,Zerodha,api,

            """);
    }

    [Fact]
    public void Inferred_transactions_are_marked()
    {
        var guess = Buy("inferred:1");
        guess.Source = TransactionSource.Inferred;
        guess.Confidence = 0.75m;

        Written.Of(ExportFormat.Csv, guess).Text.ShouldEndWith(",inferred,0.75\n");
        Written.Of(ExportFormat.Json, guess).Text.ShouldContain("\"source\": \"inferred\"");
        Written.Of(ExportFormat.Ghostfolio, guess).Text.ShouldContain("\"comment\": \"[inferred, confidence 0.75]\"");
        Written.Of(ExportFormat.Beancount, guess).Text.ShouldContain("* \"buy INFY\" #inferred\n");
    }

    [Fact]
    public void Holdings_and_cash_are_read_back_from_json()
    {
        Holding[] holdings =
        [
            new() { Lot = "", Symbol = "INFY", Exchange = "NSE", Instrument = Drawn.Infy, InstrumentId = Drawn.Infy.Id, Quantity = 10.5m, AveragePrice = 1500.5m, CostBasis = 15755.25m, LastPrice = 1600m },
            new() { Lot = "margin", Symbol = "INFY", Exchange = "NSE", Instrument = Drawn.Infy, InstrumentId = Drawn.Infy.Id, Quantity = 2m },
            new() { Lot = "", Symbol = "NIFTY26AUGFUT", Instrument = Drawn.Future, InstrumentId = Drawn.Future.Id, Quantity = -75m, AveragePrice = 24000m, CostBasis = -1800000m },
        ];
        CashBalance[] cash = [new() { Segment = "equity", Currency = "INR", Amount = -12.34m }, new() { Segment = "", Currency = "USD", Amount = 5m }];

        var (report, _, warnings) = Written
            .Of(ExportFormat.Json, Written.Holding(Written.Account("Zerodha", []), holdings, cash)).Read("foliosync-json");

        warnings.ShouldBeEmpty();
        report.Holdings!.IsComplete.ShouldBeTrue();
        report.Holdings.AsOf.ShouldBe(new DateTimeOffset(2026, 8, 3, 5, 0, 0, TimeSpan.Zero));
        report.Holdings.Holdings.Select(h => (h.Instrument.Symbol, h.Quantity, h.AveragePrice, h.CostBasis, h.LastPrice)).ShouldBe(
        [
            ("INFY", 10.5m, 1500.5m, 15755.25m, 1600m), ("INFY", 2m, null, null, null), ("NIFTY26AUGFUT", -75m, 24000m, null, null),
        ]);
        report.Cash!.Balances.ShouldBe([new ReportedCash("equity", "INR", -12.34m), new ReportedCash("", "USD", 5m)]);
    }

    [Fact]
    public void Rows_of_several_accounts_that_have_the_same_id_stay_apart_and_a_warning_tells_what_an_import_does()
    {
        var written = Written.Of(ExportFormat.Csv, Written.Account("One", [Buy("t1")]), Written.Account("Two", [Buy("t1")]));

        written.Read("foliosync-csv").Transactions.Select(t => t.ExternalId).Distinct().Count().ShouldBe(2);
        written.Warnings.ShouldHaveSingleItem().ShouldContain("several accounts");
    }

    [Fact]
    public void The_value_of_a_derivative_is_not_made_up_from_its_price()
    {
        var future = Buy("f1");
        (future.Instrument, future.InstrumentId, future.Symbol, future.Amount) = (Drawn.Future, Drawn.Future.Id, Drawn.Future.Symbol, null);

        Written.Of(ExportFormat.Csv, future).Read("foliosync-csv").Transactions.ShouldHaveSingleItem().Amount.ShouldBeNull();
    }

    private static Transaction Buy(string id, decimal? fees = null) => new()
    {
        Id = Guid.NewGuid(),
        ExternalId = id,
        Kind = TransactionKind.Buy,
        Instrument = Drawn.Infy,
        InstrumentId = Drawn.Infy.Id,
        Symbol = "INFY",
        Exchange = "NSE",
        Quantity = 10m,
        Price = 1500.50m,
        Amount = -15005.00m,
        Fees = fees,
        Currency = "INR",
        TradedAt = Noon,
    };
}
