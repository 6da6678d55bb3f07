using Foliosync.Brokers.Contract;
using Foliosync.Core.Exports;
using Foliosync.Core.Instruments;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Transactions;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Exports;

public sealed class BeancountTests
{
    [Fact]
    public void Whatever_is_in_the_table_every_entry_adds_up_and_every_lot_sold_is_there() => Cases.ForAll(
        Drawn.Any(),
        drawn => BeancountCheck.Of(Written.Of(ExportFormat.Beancount, drawn.Transactions).Text));

    [Fact]
    public void Cash_and_units_are_those_of_the_ledger() => Cases.ForAll(
        Drawn.Whole(),
        drawn =>
        {
            var check = BeancountCheck.Of(Written.Of(ExportFormat.Beancount, drawn.Transactions).Text);

            foreach (var cash in CashEffect.Sum(drawn.Transactions.Select(t => LedgerEntry.From(t, Written.India, t.TradedAt))))
            {
                check.Balance(":Cash", cash.Currency).ShouldBe(cash.Amount);
            }

            foreach (var held in drawn.Transactions.Where(t => t.Instrument == Drawn.Infy).GroupBy(t => t.Currency))
            {
                // Trades in two currencies are two sets of lots; their sum is what counts.
                var others = drawn.Transactions.Where(t => t.Instrument == Drawn.Infy && t.Currency != held.Key);
                check.Units("INFY").ShouldBe(UnitsOf(held) + others.GroupBy(t => t.Currency).Sum(UnitsOf));
            }
        });

    [Fact]
    public void A_purchase_a_partial_sale_and_a_dividend()
    {
        // 10 at 1500.50 for 15005, of which 4 are sold at 1600: 6400 - 4 x 1500.50 = 398 gained.
        var text = Written.Of(
            ExportFormat.Beancount,
            Row(1, TransactionKind.Buy, 10m, 1500.50m, -15005m, fees: 12.5m),
            Row(2, TransactionKind.Sell, 4m, 1600m, 6400m, fees: 8m),
            Row(3, TransactionKind.Dividend, null, null, 220m, taxes: 22m)).Text;

        BeancountCheck.Of(text);
        text.ShouldContain("""
            2026-08-01 * "buy INFY"
              id: "1"
              source: "api"
              Assets:Zerodha:INFY  10 INFY {1500.5 INR, 2026-08-01}
              Expenses:Zerodha:Fees  12.5 INR
              Assets:Zerodha:Cash  -15017.5 INR
            """);
        text.ShouldContain("""
              Assets:Zerodha:INFY  -4 INFY {1500.5 INR, 2026-08-01} @ 1600 INR
              Expenses:Zerodha:Fees  8 INR
              Assets:Zerodha:Cash  6392 INR
              Income:Zerodha:Gains  -398 INR
            """);
        text.ShouldContain("""
              Expenses:Zerodha:Taxes  22 INR
              Assets:Zerodha:Cash  198 INR
              Income:Zerodha:Dividends  -220 INR
            """);
    }

    [Fact]
    public void A_split_keeps_lots_with_their_days_and_what_was_paid()
    {
        // 3 at 100 and 2 at 110 become 10: 6 at 50 and 4 at 55.
        var text = Written.Of(
            ExportFormat.Beancount,
            Row(1, TransactionKind.Buy, 3m, 100m, -300m), Row(2, TransactionKind.Buy, 2m, 110m, -220m), Row(3, TransactionKind.Split, 10m, null, null)).Text;

        BeancountCheck.Of(text).Units("INFY").ShouldBe(10m);
        text.ShouldEndWith("""
              Assets:Zerodha:INFY  -3 INFY {100 INR, 2026-08-01}
              Assets:Zerodha:INFY  -2 INFY {110 INR, 2026-08-02}
              Assets:Zerodha:INFY  6 INFY {50 INR, 2026-08-01}
              Assets:Zerodha:INFY  4 INFY {55 INR, 2026-08-02}

            """);
    }

    [Fact]
    public void A_cost_without_end_is_rounded_and_the_rest_is_booked()
    {
        // 100 / 3 = 33.3333333333, three times that is 99.9999999999.
        Written.Of(ExportFormat.Beancount, Row(1, TransactionKind.Buy, 3m, null, -100m)).Text.ShouldEndWith("""
              Assets:Zerodha:INFY  3 INFY {33.3333333333 INR, 2026-08-01}
              Assets:Zerodha:Cash  -100 INR
              Expenses:Zerodha:Rounding  0.0000000001 INR

            """);
    }

    [Fact]
    public void Units_of_unknown_cost_have_none_and_make_no_gain()
    {
        var written = Written.Of(ExportFormat.Beancount, Row(1, TransactionKind.TransferIn, 5m, null, null), Row(2, TransactionKind.Sell, 5m, 1600m, 8000m));

        written.Text.ShouldContain("""
              ; The cost of some of these units is unknown.
              Assets:Zerodha:UnknownCost  5 INFY
              Equity:Zerodha:UnknownCost  -5 INFY
            """);
        written.Text.ShouldContain("Assets:Zerodha:UnknownCost  -5 INFY @ 1600 INR\n");
        written.Text.ShouldNotContain("Gains");
        written.Warnings.ShouldContain(w => w.Contains("UnknownCost", StringComparison.Ordinal));
    }

    [Fact]
    public void At_the_same_instant_units_come_before_they_go()
    {
        var sale = Row(1, TransactionKind.Sell, 5m, 1600m, 8000m);

        var text = Written.Of(ExportFormat.Beancount, sale, Row(1, TransactionKind.Buy, 5m, 1500m, -7500m)).Text;

        text.ShouldContain("-5 INFY {1500 INR, 2026-08-01} @ 1600 INR");
    }

    [Fact]
    public void Instruments_and_currencies_never_share_a_name()
    {
        Instrument[] instruments = [Share("INR"), Share("M&M"), Share("M-M"), Share("3MINDIA"), Share("F"), Share("TRUE"), Share("a very long name of an instrument")];

        var text = Written.Of(ExportFormat.Beancount, instruments.Select((i, place) => Row(place + 1, TransactionKind.Buy, 1m, 1m, -1m, of: i))).Text;

        BeancountCheck.Of(text);
        text.Split('\n').Where(l => l.Contains(" commodity ", StringComparison.Ordinal)).Select(l => l.Split(' ')[2]).ShouldBe(
            ["INR-2", "M-M", "M-M-2", "X3MINDIA", "F-SHARE", "TRUE-2", "A-VERY-LONG-NAME-OF-AN-I"]);
    }

    [Fact]
    public void Where_the_broker_holds_other_units_it_is_said()
    {
        var account = Written.Holding(
            Written.Account("Zerodha", [Row(1, TransactionKind.Buy, 10m, 1500m, -15000m)]),
            [new Holding { Lot = "", Symbol = "INFY", Instrument = Drawn.Infy, InstrumentId = Drawn.Infy.Id, Quantity = 25m, LastPrice = 1600m }]);

        var written = Written.Of(ExportFormat.Beancount, account);

        BeancountCheck.Of(written.Text);
        written.Text.ShouldEndWith("2026-08-03 price INFY 1600 INR\n; INFY: the broker holds 25, the transactions here make 10.\n");
        written.Warnings.ShouldHaveSingleItem().ShouldContain("other units than the broker holds");
    }

    private static decimal UnitsOf(IEnumerable<Transaction> transactions) => transactions.Aggregate(0m, (units, t) => t.Kind switch
    {
        TransactionKind.Buy or TransactionKind.TransferIn or TransactionKind.Bonus => units + t.Quantity!.Value,
        TransactionKind.Sell or TransactionKind.TransferOut => units - t.Quantity!.Value,
        TransactionKind.Split when units > 0 => t.Quantity!.Value,
        _ => units,
    });

    private static Instrument Share(string symbol) => new() { Id = Guid.NewGuid(), Symbol = symbol, AssetClass = AssetClass.Equity, Currency = "INR" };

    private static Transaction Row(
        int day, TransactionKind kind, decimal? quantity, decimal? price, decimal? amount, decimal? fees = null, decimal? taxes = null, Instrument? of = null) => new()
        {
            Id = Guid.NewGuid(),
            ExternalId = $"{day}",
            Kind = kind,
            Instrument = of ?? Drawn.Infy,
            InstrumentId = (of ?? Drawn.Infy).Id,
            Symbol = "INFY",
            Quantity = quantity,
            Price = price,
            Amount = amount,
            Fees = fees,
            Taxes = taxes,
            Currency = "INR",
            TradedAt = new DateTimeOffset(2026, 7, 31, 18, 30, 0, TimeSpan.Zero).AddDays(day - 1),
        };
}
