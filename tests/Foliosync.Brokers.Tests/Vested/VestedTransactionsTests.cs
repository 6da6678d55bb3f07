using System.Text;
using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Tests.Contract;
using Foliosync.Brokers.Vested;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Vested;

public sealed class VestedTransactionsTests
{
    private const string Ledger = "Date | Time (in UTC) | Type | Amount | Account Balance | Comment";
    private const string Trades =
        "Date | Time (in UTC) | Name | Ticker | Activity | Order Type | Quantity | Price Per Share (in USD) | Cash Amount (in USD) | Commission Charges (in USD)";

    private const string Income = "Date | Time (in UTC) | Activity | Ticker | Gross Cash Amount (in USD)";

    [Fact]
    public async Task Cash_is_the_balance_after_the_newest_row_and_on_a_tie_after_the_topmost()
    {
        var reading = await ReadAsync($"""
            [All Transactions]
            {Ledger}
            #2026-08-21 | 02:00:00 PM | SPUR | 551.26 | 540.41 | Meta Platforms Inc Market Buy
            #2026-08-21 | 02:00:00 PM | CSR | 1000 | 1091.67 | Deposit
            #2026-08-19 | 02:00:00 PM | SSAL | 42.86 | 91.67 | LUCAS GC LIMITED Market Sell
            """);

        var cash = reading.Report.Cash.ShouldNotBeNull();
        cash.Balances.ShouldBe([new ReportedCash("", "USD", 540.41m)]);
        cash.AsOf.ShouldBe(new DateTimeOffset(2026, 8, 21, 14, 0, 0, TimeSpan.Zero));
        reading.Warnings.ShouldNotContain(warning => warning.Code == "balance-chain-broken");
    }

    [Fact]
    public async Task A_file_that_was_sorted_the_other_way_round_gives_the_same_cash()
    {
        var reading = await ReadAsync($"""
            [All Transactions]
            {Ledger}
            #2026-08-19 | 02:00:00 PM | SSAL | 42.86 | 91.67 | LUCAS GC LIMITED Market Sell
            #2026-08-21 | 02:00:00 PM | CSR | 1000 | 1091.67 | Deposit
            #2026-08-21 | 02:00:00 PM | SPUR | 551.26 | 540.41 | Meta Platforms Inc Market Buy
            """);

        reading.Report.Cash!.Balances[0].Amount.ShouldBe(540.41m);
        reading.Warnings.ShouldNotContain(warning => warning.Code == "balance-chain-broken");
    }

    [Fact]
    public async Task A_balance_that_does_not_follow_names_its_row()
    {
        var reading = await ReadAsync($"""
            [All Transactions]
            {Ledger}
            #2026-08-21 | 02:00:00 PM | FEE | 5 | 90.00 | AUM fee
            #2026-08-20 | 02:00:00 PM | CSR | 100 | 100 | Deposit
            """);

        reading.Warnings.ShouldContain(
            warning => warning.Code == "balance-chain-broken" && warning.Message.StartsWith("Row 2 of All Transactions:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unknown_type_is_kept_named_and_gets_its_sign_from_the_balances()
    {
        var reading = await ReadAsync($"""
            [All Transactions]
            {Ledger}
            #2026-08-22 | 02:00:00 PM | MERGER_ACQUISITION | 30 | 120 | Cash for shares
            #2026-08-21 | 02:00:00 PM | WIRE | 10 | 90 | Wire
            #2026-08-20 | 02:00:00 PM | FEE | 5 | 100 | AUM fee
            """);

        reading.Transactions.Select(t => (t.Kind, t.Amount)).ShouldBe(
            [(TransactionKind.Fee, -5m), (TransactionKind.Unclassified, -10m), (TransactionKind.Unclassified, 30m)]);
        reading.Warnings.Select(warning => warning.Message).ShouldContain(
            "Row 3 of All Transactions: the type WIRE is not known; the row is kept as unclassified and counts in no total.");
    }

    [Fact]
    public async Task A_tax_goes_to_the_dividend_of_its_day_and_ticker_however_the_rows_stand()
    {
        // The tax of BIL stands between the dividends of TLT and BIL; TLT has none.
        var reading = await ReadAsync($"""
            [Income]
            {Income}
            '2024-06-06 | 05:24:40 AM | Dividend | IEF | 158.17
            '2024-06-06 | 05:24:39 AM | Tax | IEF | -39.54
            '2024-06-06 | 05:24:37 AM | Dividend | TLT | 3.51
            '2024-06-06 | 05:24:37 AM | Tax | BIL | -35.52
            '2024-06-06 | 05:24:36 AM | Dividend | BIL | 142.07
            '2024-06-07 | 05:24:36 AM | Tax | BIL | -1.00
            '2024-06-08 | 05:24:36 AM | Tax | BIL | 0.50
            """);

        reading.Transactions.Select(t => (t.Instrument!.Symbol, t.Kind, t.Amount, t.Taxes)).ShouldBe(
        [
            ("BIL", TransactionKind.Dividend, 142.07m, 35.52m),
            ("TLT", TransactionKind.Dividend, 3.51m, null),
            ("IEF", TransactionKind.Dividend, 158.17m, 39.54m),
            ("BIL", TransactionKind.Tax, -1.00m, null),
            ("BIL", TransactionKind.Adjustment, 0.50m, null),
        ]);
    }

    [Theory]

    // Bought: 2.5 x 198.27 = 495.675, and 1.00 of commission.
    [InlineData("Buy", "2.5", "198.27", "496.67", "1", "-495.67", "1")]

    // Sold: 0.3 x 200.9 = 60.27, less 0.12.
    [InlineData("Sell", "0.3", "200.9", "60.15", "0.12", "60.27", "0.12")]

    // Nine decimals: 0.123456789 x 81 = 10.000.
    [InlineData("Buy", "0.123456789", "81", "10", "0", "-10", "0")]
    public async Task The_commission_is_in_the_cash_of_a_trade_and_is_taken_out_of_it(
        string activity, string quantity, string price, string cash, string commission, string amount, string fees)
    {
        var reading = await ReadAsync($"""
            [Trades]
            {Trades}
            #2026-02-03 | 02:26:51 PM | Apple Inc | AAPL | {activity} | Market | {quantity} | {price} | {cash} | {commission}
            """);

        var trade = reading.Transactions.ShouldHaveSingleItem();
        trade.Quantity.ShouldBe(decimal.Parse(quantity, System.Globalization.CultureInfo.InvariantCulture));
        trade.Amount.ShouldBe(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture));
        trade.Fees.ShouldBe(decimal.Parse(fees, System.Globalization.CultureInfo.InvariantCulture));
        trade.TradedAt.ShouldBe(new DateTimeOffset(2026, 2, 3, 14, 26, 51, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("0", "-2918")]
    [InlineData("2.51", "-2915.49")]
    public async Task A_commission_row_counts_once_whether_or_not_the_trade_has_it_too(string commission, string amount)
    {
        // 12.5 x 233.44 = 2918.00 without, 12.5 x 233.24 = 2915.50 with the commission in the cash.
        var price = commission == "0" ? "233.44" : "233.24";
        var reading = await ReadAsync($"""
            [All Transactions]
            {Ledger}
            #2021-05-03 | 03:00:02 PM | COMM | 2.51 | 79.49 | COMM Buy MCD base=2.51
            #2021-05-03 | 03:00:01 PM | SPUR | 2918 | 82 | McDonalds Corp Market Buy
            [Trades]
            {Trades}
            #2021-05-03 | 03:00:01 PM | McDonalds Corp | MCD | Buy | Market | 12.5 | {price} | 2918 | {commission}
            """);

        var trade = reading.Transactions.ShouldHaveSingleItem();
        trade.Fees.ShouldBe(2.51m);
        trade.Amount.ShouldBe(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_commission_row_of_no_trade_is_a_fee()
    {
        var reading = await ReadAsync($"""
            [All Transactions]
            {Ledger}
            #2021-05-03 | 03:00:02 PM | COMM | 2.51 | 79.49 | COMM Buy MCD base=2.51
            """);

        reading.Transactions.ShouldHaveSingleItem().Kind.ShouldBe(TransactionKind.Fee);
    }

    [Fact]
    public async Task Two_equal_orders_of_one_second_are_two_and_a_longer_file_agrees_with_a_shorter_one()
    {
        const string Row = "#2026-02-03 | 02:26:51 PM | Apple Inc | AAPL | Buy | Market | 1 | 100 | 100 | 0";
        var month = await ReadAsync($"[Trades]\n{Trades}\n{Row}\n{Row}\n");
        var year = await ReadAsync(
            $"[Trades]\n{Trades}\n#2026-03-03 | 02:26:51 PM | Apple Inc | AAPL | Buy | Market | 1 | 100 | 100 | 0\n{Row.Replace("Apple Inc", "Apple Incorporated", StringComparison.Ordinal)}\n{Row}\n");

        month.Transactions.Select(t => t.ExternalId).ShouldBeUnique();
        year.Transactions.Count.ShouldBe(3);
        year.Transactions.Select(t => t.ExternalId).Intersect(month.Transactions.Select(t => t.ExternalId)).Count().ShouldBe(2);
    }

    [Fact]
    public async Task Movements_without_their_sheet_are_told()
    {
        var reading = await ReadAsync($"""
            [All Transactions]
            {Ledger}
            #2026-08-21 | 02:00:00 PM | SPUR | 50 | 50 | Apple Inc Market Buy
            #2026-08-20 | 02:00:00 PM | CSR | 100 | 100 | Deposit
            """);

        reading.Transactions.ShouldBeEmpty();
        reading.Warnings.Where(warning => warning.Code == "sheet-missing").Select(warning => warning.Message).ShouldBe(
        [
            "The file has no sheet Trades, so its purchases and sales (1) were not imported. Upload the report as it was downloaded.",
            "The file has no sheet Transfers, so its deposits and withdrawals (1) were not imported. Upload the report as it was downloaded.",
        ]);
    }

    [Fact]
    public async Task A_missing_column_is_named_and_nothing_is_read()
    {
        var refused = await Should.ThrowAsync<BrokerException>(() => ReadAsync($"""
            [Trades]
            {Trades.Replace("Quantity", "Units", StringComparison.Ordinal)}
            #2026-02-03 | 02:26:51 PM | Apple Inc | AAPL | Buy | Market | 1 | 100 | 100 | 0
            """));

        refused.Message.ShouldStartWith("The sheet Trades lacks the column Quantity.");
    }

    [Fact]
    public async Task A_header_below_other_rows_is_found()
    {
        var reading = await ReadAsync($"""
            [Trades]
            Vested
            Report of trades

            {Trades}
            #2026-02-03 | 02:26:51 PM | Apple Inc | AAPL | Buy | Market | 1 | 100 | 100 | 0
            """);

        reading.Transactions.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_sheet_that_was_saved_as_csv_is_read()
    {
        var file = Encoding.UTF8.GetBytes($"{Trades.Replace(" | ", ",", StringComparison.Ordinal)}\n2024-04-03,04:53:52 PM,Vanguard Russell 2000 ETF,VTWO,Buy,Market,70,77.41,5418.7,0\n");

        var trade = (await StatementReading.OfAsync(new VestedBroker(), file)).Transactions.ShouldHaveSingleItem();

        (trade.Instrument!.Symbol, trade.Instrument.AssetClass, trade.Quantity, trade.Amount).ShouldBe(("VTWO", AssetClass.Etf, 70m, -5418.7m));
    }

    private static Task<StatementReading> ReadAsync(string sheets) => StatementReading.OfAsync(new VestedBroker(), Xlsx.Parse(sheets).ToBytes());
}
