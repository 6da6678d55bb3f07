using System.Text.Json;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Instruments;

namespace Foliosync.Core.Prices;

/// <summary>Prices in the form of Yahoo's chart answers, which nobody has documented. Off by default.</summary>
/// <remarks>
/// Only the last days are read: older prices are adjusted for later splits, so they do not fit the units that were held then.
/// </remarks>
internal sealed class YahooQuotes : IQuoteSource
{
    private static readonly Dictionary<string, string> SuffixByMic = new(StringComparer.Ordinal)
    {
        ["XNAS"] = "",
        ["XNYS"] = "",
        ["ARCX"] = "",
        ["XASE"] = "",
        ["BATS"] = "",
        ["XNSE"] = ".NS",
        ["XBOM"] = ".BO",
        ["XLON"] = ".L",
        ["XETR"] = ".DE",
        ["XPAR"] = ".PA",
        ["XAMS"] = ".AS",
        ["XMIL"] = ".MI",
        ["XSWX"] = ".SW",
        ["XTSE"] = ".TO",
        ["XASX"] = ".AX",
        ["XHKG"] = ".HK",
        ["XTKS"] = ".T",
    };

    // Prices in pence, cents and agorot.
    private static readonly Dictionary<string, string> WholeOfHundredth = new(StringComparer.Ordinal)
    {
        ["GBp"] = "GBP",
        ["ZAc"] = "ZAR",
        ["ILA"] = "ILS",
    };

    public PriceSource Source => PriceSource.Yahoo;

    public string? AddressOf(Instrument instrument, DateOnly today)
    {
        if (instrument.Mic is null || !SuffixByMic.TryGetValue(instrument.Mic, out var suffix))
        {
            return null;
        }

        var symbol = suffix.Length == 0 ? instrument.Symbol.Replace('.', '-') : instrument.Symbol;
        return $"{Uri.EscapeDataString(symbol + suffix)}?range=5d&interval=1d";
    }

    public IReadOnlyList<Quote> Read(Stream body, Instrument instrument)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var chart = document.RootElement.GetProperty("chart");
            if (chart.GetProperty("result") is { ValueKind: JsonValueKind.Array } results && results.GetArrayLength() > 0)
            {
                return [.. Quotes(results[0])];
            }

            var code = chart.GetProperty("error").GetProperty("code").GetString();
            return code == "Not Found" ? [] : throw BrokerException.Transient("Yahoo Finance gave no prices. It is asked again later.", code);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw BrokerException.InvalidData("Yahoo Finance sent an answer of a form that is not known. The prices of before are kept.", inner: e);
        }
    }

    private static IEnumerable<Quote> Quotes(JsonElement result)
    {
        var meta = result.GetProperty("meta");
        var currency = meta.GetProperty("currency").GetString()!;
        var divisor = WholeOfHundredth.TryGetValue(currency, out var whole) ? 100m : 1m;
        var offset = TimeSpan.FromSeconds(meta.TryGetProperty("gmtoffset", out var seconds) ? seconds.GetInt32() : 0);
        if (!result.TryGetProperty("timestamp", out var times))
        {
            yield break;
        }

        var closes = result.GetProperty("indicators").GetProperty("quote")[0].GetProperty("close");
        for (var i = 0; i < times.GetArrayLength(); i++)
        {
            if (closes[i].ValueKind == JsonValueKind.Number)
            {
                var at = DateTimeOffset.FromUnixTimeSeconds(times[i].GetInt64());
                yield return new Quote(
                    DateOnly.FromDateTime(at.ToOffset(offset).DateTime), closes[i].GetDecimal() / divisor, whole ?? currency, at);
            }
        }
    }
}
