using System.Globalization;
using System.Text;
using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Tests.Contract;
using Foliosync.Brokers.Tests.Files;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Zerodha;

public sealed class ZerodhaTradebookTests
{
    [Theory]
    [InlineData("NSE", "EQ", "INFY", "NSE", "INFY")]
    [InlineData("BSE", "EQ", "INFY", "BSE", "INFY")]
    [InlineData("NSE", "FO", "NIFTY26JAN25000CE", "NFO", "NIFTY26JAN25000CE")]
    [InlineData("NFO", "FO", "NIFTY26JANFUT", "NFO", "NIFTY26JANFUT")]
    [InlineData("MCX", "COM", "GOLDM26FEBFUT", "MCX", "GOLDM26FEBFUT")]
    [InlineData("NSE", "CDS", "USDINR26JANFUT", "CDS", "USDINR26JANFUT")]
    public async Task A_row_is_the_transaction_that_the_api_told_on_its_day(
        string exchange, string segment, string symbol, string apiExchange, string apiSymbol)
    {
        var told = (await new Kite().With("/trades", $$"""
            [{"trade_id": "24155511", "order_id": "1", "exchange": "{{apiExchange}}", "tradingsymbol": "{{apiSymbol}}",
             "instrument_token": 1, "product": "CNC", "average_price": 1500.5, "quantity": 10, "exchange_order_id": "1", "transaction_type": "BUY",
             "fill_timestamp": "2026-01-15 09:30:01", "order_timestamp": "09:30:01", "exchange_timestamp": "2026-01-15 09:30:01"}]
            """).With("/mf/orders", "[]").TransactionsAsync()).Transactions.ShouldHaveSingleItem();

        var read = (await ReadAsync($"{symbol},,2026-01-15,{exchange},{segment},,buy,false,10.000000,1500.500000,24155511,1,2026-01-15T09:30:01"))
            .Transactions.ShouldHaveSingleItem();

        read.ShouldBe(told);
    }

    [Fact]
    public async Task The_same_number_on_another_exchange_or_day_is_another_trade()
    {
        var reading = await ReadAsync(
            "INFY,,2025-04-01,NSE,EQ,EQ,buy,false,1,10,7,1,2025-04-01T09:30:00",
            "INFY,,2025-04-01,BSE,EQ,A,buy,false,1,10,7,1,2025-04-01T09:30:00",
            "INFY,,2025-04-02,NSE,EQ,EQ,buy,false,1,10,7,1,2025-04-02T09:30:00");

        reading.Transactions.Select(t => t.ExternalId).ShouldBe(["NSE:7:2025-04-01", "BSE:7:2025-04-01", "NSE:7:2025-04-02"]);
    }

    [Fact]
    public async Task A_fund_without_a_trade_number_is_known_by_what_its_row_says()
    {
        const string Row = "NAVI INDEX FUND,INF959L01GR6,2025-04-01,BSE,MF,,buy,false,1.500,10,,9,2025-04-01T00:00:00";

        var first = await ReadAsync(Row, Row);
        var again = await ReadAsync(Row.Replace("1.500", "1.50", StringComparison.Ordinal));

        first.Transactions.Select(t => t.ExternalId).ShouldBeUnique();
        first.Transactions.Select(t => t.ExternalId).ShouldContain(again.Transactions.Single().ExternalId);
        first.Transactions[0].Instrument!.BrokerKey.ShouldBe("INF959L01GR6");
    }

    [Fact]
    public async Task Pages_come_while_the_file_is_read_and_not_after_it()
    {
        var text = new StringBuilder(Encoding.UTF8.GetString(MalformedFiles.Tradebook()));
        for (var i = 0; i < 20_000; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"INFY,INE009A01021,2025-04-01,NSE,EQ,EQ,buy,false,10,1500.5,{i},11,2025-04-01T09:30:00\n");
        }

        using var file = new MemoryStream(Encoding.UTF8.GetBytes(text.ToString()));
        var report = await Kite.Broker.ReadStatementAsync(
            Kite.Broker.Formats.Single(format => format.Id == "zerodha-tradebook"), file, StatementReading.ReceivedAt, CancellationToken.None);
        var pages = 0;
        var rows = 0;
        await foreach (var page in report.Transactions!)
        {
            if (pages == 0)
            {
                file.Position.ShouldBeLessThan(file.Length / 2);
            }

            page.Transactions.Count.ShouldBeLessThanOrEqualTo(1_000);
            pages++;
            rows += page.Transactions.Count;
        }

        (pages, rows).ShouldBe((20, 20_000));
    }

    [Fact]
    public async Task A_read_stops_between_two_pages()
    {
        using var source = new CancellationTokenSource();
        using var file = new MemoryStream(MalformedFiles.Tradebook([.. Enumerable.Repeat(MalformedFiles.GoodRow, 3_000)]));
        var report = await Kite.Broker.ReadStatementAsync(
            Kite.Broker.Formats.Single(format => format.Id == "zerodha-tradebook"), file, StatementReading.ReceivedAt, source.Token);

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var page in report.Transactions!)
            {
                await source.CancelAsync();
            }
        });
    }

    [Fact]
    public async Task A_missing_column_is_named()
    {
        var file = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(MalformedFiles.Tradebook(MalformedFiles.GoodRow)).Replace(",price,", ",rate,", StringComparison.Ordinal));

        (await Should.ThrowAsync<BrokerException>(() => StatementReading.OfAsync(Kite.Broker, file)))
            .Message.ShouldStartWith("The file lacks the column price.");
    }

    [Fact]
    public async Task A_column_that_is_there_twice_is_named()
    {
        var file = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(MalformedFiles.Tradebook(MalformedFiles.GoodRow)).Replace(",auction,", ",price,", StringComparison.Ordinal));

        (await Should.ThrowAsync<BrokerException>(() => StatementReading.OfAsync(Kite.Broker, file)))
            .Message.ShouldStartWith("The file has the column price twice.");
    }

    private static Task<StatementReading> ReadAsync(params string[] rows) => StatementReading.OfAsync(Kite.Broker, MalformedFiles.Tradebook(rows));
}
