using System.Globalization;
using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Vested;

/// <summary>What the two workbooks have in common.</summary>
internal static class VestedMapping
{
    public const string Currency = "USD";

    // Twelve hours with AM and PM; a few files count to 24.
    private static readonly string[] Times = ["hh:mm:ss tt", "h:mm:ss tt", "HH:mm:ss", "H:mm:ss", "hh:mm tt", "HH:mm"];

    /// <summary>The files name a security by its ticker alone. They do not say what it is; the name of a fund has "ETF" in it.</summary>
    public static ReportedInstrument Instrument(string ticker, string name) => new()
    {
        Symbol = ticker,
        BrokerKey = ticker,
        Name = name.Length == 0 ? null : name,
        AssetClass = name.Split(' ').Contains("ETF", StringComparer.OrdinalIgnoreCase) ? AssetClass.Etf : AssetClass.Equity,
        Currency = Currency,
    };

    /// <summary>The UTC instant in two columns; midnight where there is no time.</summary>
    public static DateTimeOffset At(StatementRow row, Column date, Column time)
    {
        var day = row.Day(date);
        var text = row[time];
        if (text.Length == 0)
        {
            return Midnight(day);
        }

        return TimeOnly.TryParseExact(text, Times, CultureInfo.InvariantCulture, DateTimeStyles.None, out var hour)
            ? new DateTimeOffset(day, hour, TimeSpan.Zero)
            : row.Reject(time, Midnight(day));
    }

    public static DateTimeOffset Midnight(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);
}
