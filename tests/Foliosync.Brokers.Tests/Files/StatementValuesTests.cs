using System.Globalization;
using Foliosync.Brokers.Files;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Files;

public sealed class StatementValuesTests
{
    [Theory]
    [InlineData("1234.5", "1234.5")]
    [InlineData("1,234.50", "1234.50")]
    [InlineData("1,23,456.00", "123456.00")]
    [InlineData("$1,000", "1000")]
    [InlineData("-$5", "-5")]
    [InlineData("₹ 12", "12")]
    [InlineData("(12.30)", "-12.30")]
    [InlineData("25%", "25")]
    [InlineData("2E-05", "0.00002")]
    [InlineData("0.123456789", "0.123456789")]
    [InlineData("+3", "3")]
    public void Numbers_of_brokers_are_read(string text, string number)
    {
        StatementValues.TryNumber(text, out var read).ShouldBeTrue();

        read.ShouldBe(decimal.Parse(number, CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1,5")]
    [InlineData("1.234,56")]
    [InlineData("12,34")]
    [InlineData("1e400")]
    [InlineData("NaN")]
    [InlineData("1e12")]
    [InlineData("0x10")]
    [InlineData("١٢")]
    [InlineData("1 2")]
    public void What_could_mean_two_things_or_nothing_is_no_number(string text) => StatementValues.TryNumber(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("2025-12-31")]
    [InlineData("31-12-2025")]
    [InlineData("31 Dec 2025")]
    [InlineData("2025-12-31T00:00:00")]
    [InlineData("2025-12-31 10:00:00")]
    [InlineData("46022")]
    public void Days_of_brokers_are_read(string text)
    {
        StatementValues.TryDay(text, out var day).ShouldBeTrue();

        day.ShouldBe(new DateOnly(2025, 12, 31));
    }

    [Theory]
    [InlineData("12/31/2025")]
    [InlineData("31/12/2025")]
    [InlineData("2025-02-30")]
    [InlineData("1979-12-31")]
    [InlineData("2101-01-01")]
    [InlineData("99999")]
    [InlineData("20251231")]
    public void Other_days_are_refused(string text) => StatementValues.TryDay(text, out _).ShouldBeFalse();
}
