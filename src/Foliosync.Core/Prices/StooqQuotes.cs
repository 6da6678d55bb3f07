using System.Globalization;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Instruments;

namespace Foliosync.Core.Prices;

/// <summary>Prices in the form of Stooq's CSV files. Off by default. Only markets whose currency is certain are asked for.</summary>
internal sealed class StooqQuotes : IQuoteSource
{
    private static readonly Dictionary<string, (string Suffix, string Currency)> Markets = new(StringComparer.Ordinal)
    {
        ["XNAS"] = (".us", "USD"),
        ["XNYS"] = (".us", "USD"),
        ["ARCX"] = (".us", "USD"),
        ["XASE"] = (".us", "USD"),
        ["BATS"] = (".us", "USD"),
        ["XETR"] = (".de", "EUR"),
        ["XTKS"] = (".jp", "JPY"),
        ["XWAR"] = (".pl", "PLN"),
        ["XHKG"] = (".hk", "HKD"),
    };

    public PriceSource Source => PriceSource.Stooq;

    public string? AddressOf(Instrument instrument, DateOnly today)
    {
        if (instrument.Mic is null || !Markets.TryGetValue(instrument.Mic, out var market))
        {
            return null;
        }

        // Its names are in lower case.
#pragma warning disable CA1308
        var symbol = Uri.EscapeDataString(instrument.Symbol.ToLowerInvariant() + market.Suffix);
#pragma warning restore CA1308
        return string.Create(CultureInfo.InvariantCulture, $"?s={symbol}&i=d&d1={today.AddDays(-7):yyyyMMdd}&d2={today:yyyyMMdd}");
    }

    public IReadOnlyList<Quote> Read(Stream body, Instrument instrument)
    {
        using var reader = new StreamReader(body, leaveOpen: true);
        var header = reader.ReadLine() ?? string.Empty;
        if (header.StartsWith("No data", StringComparison.Ordinal))
        {
            return [];
        }

        if (!header.StartsWith("Date,Open,High,Low,Close", StringComparison.Ordinal))
        {
            // Its limits and its doors arrive as texts with status 200.
            throw header.Contains("limit", StringComparison.OrdinalIgnoreCase)
                ? BrokerException.RateLimited("Stooq was asked too often today. It is asked again later.", null)
                : BrokerException.Transient("Stooq gave no prices. It is asked again later.");
        }

        var quotes = new List<Quote>();
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Split(',');
            if (cells.Length < 5
                || !DateOnly.TryParseExact(cells[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                || !decimal.TryParse(cells[4], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var close))
            {
                throw BrokerException.InvalidData("Stooq sent prices of a form that is not known. The prices of before are kept.");
            }

            quotes.Add(new Quote(day, close, Markets[instrument.Mic!].Currency, new DateTimeOffset(day.ToDateTime(new TimeOnly(23, 59)), TimeSpan.Zero)));
        }

        return quotes;
    }
}
