using System.Text;
using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Imports;
using Foliosync.Brokers.Tests.Contract;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Imports;

public sealed class ImportTests
{
    private static readonly FoliosyncFiles Own = new();

    [Theory]
    [InlineData("import-template.csv", 4)]
    [InlineData("import-template.json", 1)]
    public async Task The_templates_are_read_without_a_warning(string template, int transactions)
    {
        var file = await File.ReadAllBytesAsync(Path.Combine(RepositoryRoot.Find(), "docs", template));

        var reading = await StatementReading.OfAsync(Own, file);

        reading.Warnings.ShouldBeEmpty();
        reading.Transactions.Count.ShouldBe(transactions);
    }

    [Theory]
    [InlineData("2025-01-01,buy,INR,,10,100,", "symbol")]
    [InlineData("2025-01-01,buy,INR,INFY,,100,", "quantity")]
    [InlineData("2025-01-01,buy,INR,INFY,0,100,", "quantity")]
    [InlineData("2025-01-01,buy,INR,INFY,10,,", "price")]
    [InlineData("2025-01-01,dividend,INR,INFY,,,", "amount")]
    [InlineData("2025-01-01,dividend,rupees,INFY,,,5", "currency")]
    [InlineData("2025-01-01,steal,INR,INFY,10,100,", "kind")]
    [InlineData("2025-01-01,3,INR,INFY,10,100,", "kind")]
    [InlineData("2025-01-01T25:00:00,buy,INR,INFY,10,100,", "date")]
    public async Task A_row_without_what_its_kind_needs_is_left_out_and_the_field_named(string row, string field)
    {
        var file = Encoding.UTF8.GetBytes($"date,kind,currency,symbol,quantity,price,amount\n2025-01-01,deposit,INR,,,,5\n{row}\n");

        var reading = await StatementReading.OfAsync(Own, file);

        reading.Transactions.ShouldHaveSingleItem().Kind.ShouldBe(TransactionKind.Deposit);
        reading.Warnings.ShouldHaveSingleItem().Message.ShouldBe($"Line 3 was left out: its {field} is missing or cannot be meant.");
    }

    [Fact]
    public async Task Where_the_kind_tells_the_direction_the_sign_does_not_matter()
    {
        var file = "date,kind,currency,amount\n2025-01-01,withdrawal,INR,5\n2025-01-02,withdrawal,INR,-5\n2025-01-03,interest,INR,-5\n"u8.ToArray();

        (await StatementReading.OfAsync(Own, file)).Transactions.Select(t => t.Amount).ShouldBe([-5m, -5m, -5m]);
    }

    [Fact]
    public async Task Semicolons_are_read_and_unknown_costs_stay_unknown()
    {
        var file = "date;kind;currency;symbol;quantity;price\n2025-01-01;buy;EUR;SAP;1;100.5\n"u8.ToArray();

        var trade = (await StatementReading.OfAsync(Own, file)).Transactions.ShouldHaveSingleItem();

        (trade.Amount, trade.Fees, trade.Taxes).ShouldBe((-100.5m, null, null));
    }

    [Theory]
    [InlineData("""{"format": "foliosync", "version": 2, "transactions": []}""", "version 1")]
    [InlineData("""{"format": "foliosync", "version": 1}""", "none of the lists")]
    [InlineData("""{"format": "foliosync", "version": 1, "asOf": "tomorrow", "cash": []}""", "asOf")]
    [InlineData("""{"format": "foliosync", "version": 1, "cash": [{"currency": "INR", "amount": "1e400"}]}""", "Entry 1 of cash")]
    [InlineData("""{"format": "foliosync", "version": 1, "cash": [""", "damaged")]
    [InlineData("""{"format": "foliosync", "format": "foliosync", "version": 1, "cash": []}""", "damaged")]
    public async Task Json_that_cannot_be_used_is_refused_with_what_to_do(string json, string says)
    {
        var refused = await Should.ThrowAsync<BrokerException>(() => StatementReading.OfAsync(Own, Encoding.UTF8.GetBytes(json)));

        refused.Kind.ShouldBe(BrokerErrorKind.InvalidData);
        refused.Message.ShouldContain(says);
    }

    [Fact]
    public async Task Json_nested_without_end_is_refused()
    {
        var json = Encoding.UTF8.GetBytes($"{{\"a\": {new string('[', 100_000)}");

        await Should.ThrowAsync<BrokerException>(() => Own.RecogniseAsync(new MemoryStream(json), CancellationToken.None));
    }

    [Fact]
    public async Task Several_accounts_of_ghostfolio_are_told()
    {
        var file = """
            {"meta": {}, "activities": [
              {"accountId": "a", "currency": "USD", "dataSource": "YAHOO", "date": "2024-05-02T00:00:00.000Z", "fee": 0, "quantity": 1, "symbol": "AAPL", "type": "BUY", "unitPrice": 1},
              {"accountId": "b", "currency": "USD", "dataSource": "YAHOO", "date": "2024-05-02T00:00:00.000Z", "fee": 0, "quantity": 1, "symbol": "AAPL", "type": "BUY", "unitPrice": 1}]}
            """u8.ToArray();

        var reading = await StatementReading.OfAsync(new GhostfolioExport(), file);

        reading.Warnings.ShouldHaveSingleItem().Code.ShouldBe("several-accounts");
        reading.Transactions.Select(t => t.ExternalId).ShouldBeUnique();
    }

    [Fact]
    public async Task Portfolio_performance_tells_the_same_purchase_in_english_german_account_and_securities_account()
    {
        // In an account a purchase is negative, in a securities account positive.
        var english = await PerformanceAsync("""
            Date,Type,Value,Transaction Currency,Fees,Taxes,Shares,ISIN,Ticker Symbol,Security Name
            2023-01-03T00:00,Buy,"-1,010.00",EUR,10.00,,"1,020.5",IE00B4L5Y983,EUNL.DE,iShares Core MSCI World
            """);
        var german = await PerformanceAsync("""
            Datum;Typ;Wert;Buchungswährung;Gebühren;Steuern;Stück;ISIN;Ticker-Symbol;Wertpapiername
            2023-01-03T00:00;Kauf;1.010,00;EUR;10,00;;1.020,5;IE00B4L5Y983;EUNL.DE;iShares Core MSCI World
            """);

        english.ShouldBe(german);
        (english.Quantity, english.Amount, english.Fees).ShouldBe((1020.5m, -1000m, 10m));
    }

    private static async Task<ReportedTransaction> PerformanceAsync(string csv) =>
        (await StatementReading.OfAsync(new PortfolioPerformanceExport(), Encoding.UTF8.GetBytes(csv))).Transactions.ShouldHaveSingleItem();
}
