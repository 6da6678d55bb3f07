namespace Foliosync.Brokers.Demo;

/// <summary>What the invented market closed at, for whoever shows how years of it look.</summary>
public static class DemoPrices
{
    // A year of days, and weeks before it: what a line shows of them.
    private const int DaysOfDays = 400;

    // Time of the day in India.
    private static readonly TimeSpan Close = new(15, 30, 0);

    /// <summary>
    /// The closes of all instruments from the first day of the demo accounts to the day before an instant: of weekdays, and of Fridays only
    /// where they are older than a year.
    /// </summary>
    /// <param name="now">UTC instant.</param>
    public static IEnumerable<DemoClose> ClosesBefore(DateTimeOffset now)
    {
        var today = DemoMarket.DayOf(now);
        foreach (var instrument in DemoCatalog.All)
        {
            for (var day = DemoMarket.OpeningDay; day < today; day = day.AddDays(1))
            {
                if (day.DayOfWeek == DayOfWeek.Friday || (day > today.AddDays(-DaysOfDays) && day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)))
                {
                    var price = DemoMarket.PriceAt(instrument, DemoMarket.StartOfDay(day) + Close);
                    yield return new DemoClose(instrument.Reported.Isin!, day, price.Value, instrument.Reported.Currency, price.At);
                }
            }
        }
    }
}

/// <summary>A close of the invented market.</summary>
/// <param name="Isin">The instrument.</param>
/// <param name="Day">Day in India.</param>
/// <param name="Price">Price of one unit.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="At">UTC instant since which it stands.</param>
public sealed record DemoClose(string Isin, DateOnly Day, decimal Price, string Currency, DateTimeOffset At);
