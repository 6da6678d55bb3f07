using Foliosync.Core.Users;
using Foliosync.Web;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Web;

public sealed class FormatsTests
{
    private static readonly Formats Indian = new(new UserPreferences(), "en");
    private static readonly Formats Western = new(new UserPreferences { Grouping = NumberGrouping.Western, TimeZone = "UTC", DayForm = DayForm.MonthDayYear }, "en");

    [Theory]
    [InlineData("1234567.891", "INR", "₹12,34,567.89", "₹1,234,567.89")]
    [InlineData("-1234567.891", "USD", "−$12,34,567.89", "−$1,234,567.89")]
    [InlineData("999.5", "JPY", "¥1,000", "¥1,000")]
    [InlineData("0", "EUR", "€0.00", "€0.00")]
    [InlineData("100000", "CHF", "CHF\u00a01,00,000.00", "CHF\u00a0100,000.00")]
    public void Money_is_grouped_as_the_person_likes(string amount, string currency, string indian, string western)
    {
        var value = decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture);

        Indian.Money(value, currency).ShouldBe(indian);
        Western.Money(value, currency).ShouldBe(western);
    }

    [Theory]
    [InlineData("12500000", "₹1.25 Cr", "₹12.5M")]
    [InlineData("-123456", "−₹1.23 L", "−₹123k")]
    [InlineData("1500", "₹1.5k", "₹1.5k")]
    [InlineData("12", "₹12", "₹12")]
    public void Short_money_names_lakhs_and_crores_or_millions(string amount, string indian, string western)
    {
        var value = decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture);

        Indian.ShortMoney(value, "INR").ShouldBe(indian);
        Western.ShortMoney(value, "INR").ShouldBe(western);
    }

    [Fact]
    public void Signs_stand_before_everything_and_zero_has_none()
    {
        Indian.Money(5m, "INR", signed: true).ShouldBe("+₹5.00");
        Indian.Money(-5m, "INR", signed: true).ShouldBe("−₹5.00");
        Indian.Money(0m, "INR", signed: true).ShouldBe("₹0.00");
        Indian.Percent(0.05234m, signed: true).ShouldBe("+5.23%");
        Indian.Percent(-0.00001m, signed: true).ShouldBe("0.00%");
    }

    [Fact]
    public void Units_and_prices_have_the_decimals_that_there_are()
    {
        Indian.Units(752.525000m).ShouldBe("752.525");
        Indian.Units(1234567m).ShouldBe("12,34,567");
        Indian.Price(191.3596m, "INR").ShouldBe("₹191.3596");
        Indian.Price(191m, "INR").ShouldBe("₹191.00");
        Indian.Price(1910m, "JPY").ShouldBe("¥1,910");
    }

    [Fact]
    public void Days_and_instants_are_told_where_the_person_is()
    {
        var instant = new DateTimeOffset(2026, 11, 25, 20, 30, 0, TimeSpan.Zero);

        Indian.Moment(instant).ShouldBe("26 Nov 2026, 02:00");
        Western.Moment(instant).ShouldBe("Nov 25, 2026, 20:30");
        new Formats(new UserPreferences { DayForm = DayForm.Iso }, "en").Day(new DateOnly(2026, 3, 1)).ShouldBe("2026-03-01");
        new Formats(new UserPreferences(), "hi").Day(new DateOnly(2026, 3, 1)).ShouldBe("1 मार्च 2026");
        Indian.MonthAndYear(new DateOnly(2026, 3, 1)).ShouldBe("Mar 26");
    }

    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge on Windows")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1", "Safari on iPhone")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux")]
    [InlineData("curl/8.5.0", "Unknown browser")]
    public void A_browser_is_named_as_its_person_would(string userAgent, string name) => Devices.Name(userAgent).ShouldBe(name);

    [Theory]
    [InlineData(-10, "just now")]
    [InlineData(-240, "4 min ago")]
    [InlineData(-7200, "2 h ago")]
    [InlineData(-86400, "1 day ago")]
    [InlineData(-864000, "10 days ago")]
    [InlineData(3600, "in 1 h")]
    public void Ages_are_told_in_words(int seconds, string words) =>
        Foliosync.Web.Shared.Ages.InWords(new TextLocalizer(Viewer.Of(null)), TimeSpan.FromSeconds(seconds)).ShouldBe(words);
}
