using System.Globalization;
using System.Text.Json;

namespace Foliosync.Bench.Import;

/// <summary>Makes files as brokers and other programs would hand them out, the same each time.</summary>
internal static class ImportFiles
{
    private static readonly DateTime FirstDay = new(2021, 4, 1, 9, 15, 0, DateTimeKind.Unspecified);

    /// <summary>A tradebook of Zerodha's Console: some two hundred fills a day, each sale no more than what is held.</summary>
    public static async Task WriteTradebookAsync(string path, int rows, int instruments)
    {
        await using var text = new StreamWriter(path);
        await text.WriteLineAsync("symbol,isin,trade_date,exchange,segment,series,trade_type,auction,quantity,price,trade_id,order_id,order_execution_time");
        for (var i = 0; i < rows; i++)
        {
            var number = i % instruments;
            var at = FirstDay.AddDays(i / 200).AddSeconds(i % 200 * 60);
            var kind = i / instruments % 3 == 2 ? "sell" : "buy";
            await text.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{SymbolOf(number)},{IsinOf(number)},{at:yyyy-MM-dd},NSE,EQ,EQ,{kind},false,{1 + (i % 7)}.000000,{100 + (i % 977) + (i % 20 * 0.05m):0.000000},{10_000_000 + (i * 7919L % 1_000_003 * 211)},{1_100_000_000_000 + i},{at:yyyy-MM-ddTHH:mm:ss}"));
        }
    }

    /// <summary>An export of Ghostfolio, with an id for each activity.</summary>
    public static async Task WriteGhostfolioAsync(string path, int activities, int instruments)
    {
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, new
        {
            meta = new { date = "2026-08-01T00:00:00.000Z", version = "2.200.0" },
            accounts = Array.Empty<object>(),
            activities = Enumerable.Range(0, activities).Select(i => new
            {
                accountId = "11111111-1111-4111-8111-111111111111",
                comment = (string?)null,
                currency = "USD",
                dataSource = "YAHOO",
                date = FirstDay.AddHours(i * 6).ToString("yyyy-MM-dd'T'HH:mm:ss.000'Z'", CultureInfo.InvariantCulture),
                fee = 1.5,
                id = new Guid(i, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
                quantity = 1 + (i % 9),
                symbol = "G" + SymbolOf(i % instruments),
                type = i / instruments % 3 == 2 ? "SELL" : "BUY",
                unitPrice = 50 + (i % 311) + 0.25,
            }),
        });
    }

    private static string SymbolOf(int number) => string.Create(CultureInfo.InvariantCulture, $"CO{number:00000}");

    /// <summary>Ten characters, and the check digit of ISO 6166.</summary>
    private static string IsinOf(int number)
    {
        var code = string.Create(CultureInfo.InvariantCulture, $"INE{number:000000}01");
        var digits = string.Concat(code.Select(c => char.IsAsciiDigit(c) ? c.ToString() : (c - 'A' + 10).ToString(CultureInfo.InvariantCulture)));
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var value = (digits[^(i + 1)] - '0') * (i % 2 == 0 ? 2 : 1);
            sum += (value / 10) + (value % 10);
        }

        return code + ((10 - (sum % 10)) % 10).ToString(CultureInfo.InvariantCulture);
    }
}
