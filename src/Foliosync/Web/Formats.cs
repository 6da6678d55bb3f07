using System.Globalization;
using Foliosync.Core.Users;

namespace Foliosync.Web;

/// <summary>Numbers, days and instants as one person writes them. All that pages show goes through it.</summary>
internal sealed class Formats
{
    private const string Minus = "−";

    private static readonly string[] EnglishMonths = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    private static readonly string[] HindiMonths = ["जन॰", "फ़र॰", "मार्च", "अप्रैल", "मई", "जून", "जुल॰", "अग॰", "सित॰", "अक्तू॰", "नव॰", "दिस॰"];

    private readonly NumberFormatInfo _numbers;
    private readonly NumberGrouping _grouping;
    private readonly DayForm _dayForm;
    private readonly string[] _months;

    public Formats(UserPreferences preferences, string language)
    {
        _grouping = preferences.Grouping;
        _dayForm = preferences.DayForm;
        _months = language == "hi" ? HindiMonths : EnglishMonths;
        Zone = TimeZoneInfo.TryFindSystemTimeZoneById(preferences.TimeZone, out var zone) ? zone : TimeZoneInfo.Utc;
        _numbers = (NumberFormatInfo)NumberFormatInfo.InvariantInfo.Clone();
        _numbers.NumberGroupSizes = preferences.Grouping == NumberGrouping.Indian ? [3, 2] : [3];
        _numbers.NegativeSign = Minus;
    }

    /// <summary>The time zone that instants are told in.</summary>
    public TimeZoneInfo Zone { get; }

    /// <summary>An instant for programs.</summary>
    public static string Iso(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A day for programs.</summary>
    public static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>An amount with its currency, rounded to what is paid in it: <c>₹1,23,456.78</c>, <c>CHF 1,234.50</c>.</summary>
    /// <param name="amount">In units of the currency.</param>
    /// <param name="currency">ISO 4217.</param>
    /// <param name="signed">True to write a plus, too.</param>
    public string Money(decimal amount, string currency, bool signed = false)
    {
        var digits = Number(Math.Abs(amount), DecimalsOf(currency));
        return SignOf(amount, signed) + WithCurrency(digits, currency);
    }

    /// <summary>An amount in few characters, for axes and tiles: <c>₹1.25 Cr</c>, <c>$1.3M</c>.</summary>
    public string ShortMoney(decimal amount, string currency)
    {
        var size = Math.Abs(amount);
        var (unit, name) = (_grouping, size) switch
        {
            (NumberGrouping.Indian, >= 10_000_000) => (10_000_000m, " Cr"),
            (NumberGrouping.Indian, >= 100_000) => (100_000m, " L"),
            (NumberGrouping.Western, >= 1_000_000_000) => (1_000_000_000m, "B"),
            (NumberGrouping.Western, >= 1_000_000) => (1_000_000m, "M"),
            (_, >= 1_000) => (1_000m, "k"),
            _ => (1m, string.Empty),
        };
        var value = size / unit;
        var digits = value.ToString(value >= 100 || unit == 1 ? "#,##0" : value >= 10 ? "0.#" : "0.##", _numbers);
        return SignOf(amount, signed: false) + WithCurrency(digits, currency) + name;
    }

    /// <summary>A price of one unit: up to six decimals, at least those of the currency.</summary>
    public string Price(decimal price, string currency)
    {
        var least = DecimalsOf(currency);
        var digits = Math.Abs(price).ToString("#,##0." + new string('0', least) + new string('#', 6 - least), _numbers);
        return SignOf(price, signed: false) + WithCurrency(digits.TrimEnd('.'), currency);
    }

    /// <summary>A number with so many decimals.</summary>
    public string Number(decimal value, int decimals = 0) => value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), _numbers);

    /// <summary>Units, with as many decimals as there are and no zeros at the end.</summary>
    public string Units(decimal units) => units.ToString("#,##0.##########", _numbers);

    /// <summary>A fraction as percent: 0.0523 is <c>5.23%</c>.</summary>
    public string Percent(decimal fraction, bool signed = false)
    {
        var rounded = Math.Round(fraction * 100, 2, MidpointRounding.AwayFromZero);
        return SignOf(rounded, signed) + Number(Math.Abs(rounded), 2) + "%";
    }

    /// <summary>A day.</summary>
    public string Day(DateOnly day) => _dayForm switch
    {
        DayForm.Iso => Iso(day),
        DayForm.MonthDayYear => string.Create(CultureInfo.InvariantCulture, $"{Month(day)} {day.Day}, {day.Year}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{day.Day} {Month(day)} {day.Year}"),
    };

    /// <summary>A day without its year, for axes: <c>26 Nov</c>.</summary>
    public string ShortDay(DateOnly day) => _dayForm switch
    {
        DayForm.Iso => day.ToString("MM-dd", CultureInfo.InvariantCulture),
        DayForm.MonthDayYear => string.Create(CultureInfo.InvariantCulture, $"{Month(day)} {day.Day}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{day.Day} {Month(day)}"),
    };

    /// <summary>Month and year, for axes: <c>Nov 26</c>.</summary>
    public string MonthAndYear(DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"{Month(day)} {day.Year % 100:00}");

    /// <summary>The day of an instant where the person is.</summary>
    public DateOnly DayOf(DateTimeOffset instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, Zone).DateTime);

    /// <summary>Day and time where the person is: <c>26 Nov 2026, 09:15</c>.</summary>
    public string Moment(DateTimeOffset instant) => $"{Day(DayOf(instant))}, {Time(instant)}";

    /// <summary>The same to the second, for those who compare with a log: <c>26 Nov 2026, 09:15:04</c>.</summary>
    public string MomentToTheSecond(DateTimeOffset instant) =>
        $"{Day(DayOf(instant))}, {TimeZoneInfo.ConvertTime(instant, Zone).ToString("HH:mm:ss", CultureInfo.InvariantCulture)}";

    /// <summary>Time of day where the person is, to the minute.</summary>
    public string Time(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, Zone).ToString("HH:mm", CultureInfo.InvariantCulture);

    private string Month(DateOnly day) => _months[day.Month - 1];

    private static string SignOf(decimal value, bool signed) => value < 0 ? Minus : signed && value > 0 ? "+" : string.Empty;

    private static string WithCurrency(string digits, string currency) => currency switch
    {
        "INR" => "₹" + digits,
        "USD" => "$" + digits,
        "EUR" => "€" + digits,
        "GBP" => "£" + digits,
        "JPY" => "¥" + digits,
        // A space that does not break keeps the two together.
        _ => $"{currency}\u00a0{digits}",
    };

    private static int DecimalsOf(string currency) => currency switch
    {
        "JPY" or "KRW" or "VND" or "CLP" or "ISK" => 0,
        "BHD" or "KWD" or "OMR" or "JOD" or "TND" => 3,
        _ => 2,
    };
}
