using System.Text;
using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Tests;
using Foliosync.Core.Prices;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Prices;

public sealed class EcbRatesTests
{
    [Fact]
    public void The_sample_of_a_day_gives_its_rates()
    {
        using var file = new MemoryStream(RepositoryRoot.MarketSample("ecb-eurofxref-daily.xml"));

        var day = new DateOnly(2026, 9, 11);
        EcbRates.ReadXml(file).ShouldBe(
        [
            new(day, "USD", 1.1592m), new(day, "CZK", 24.264m), new(day, "DKK", 7.4748m),
            new(day, "PLN", 4.3250m), new(day, "SEK", 11.2373m), new(day, "NOK", 10.7805m),
        ]);
    }

    [Fact]
    public void A_history_has_many_days_and_quotes_of_either_kind()
    {
        EcbRates.ReadXml(Recorded.Xml(("2026-09-11", "USD", "1.1592"), ("2026-09-11", "INR", "102.4"), ("2026-09-10", "USD", "1.1601"))).ShouldBe(
        [
            new(new(2026, 9, 11), "USD", 1.1592m), new(new(2026, 9, 11), "INR", 102.4m), new(new(2026, 9, 10), "USD", 1.1601m),
        ]);
    }

    [Fact]
    public void The_csv_form_has_a_column_too_many_and_says_where_a_rate_is_missing()
    {
        using var csv = new StringReader("Date,USD,BGN,INR,\r\n2026-01-02,1.1725,N/A,105.5,\r\n2025-12-31,1.175,1.9558,105.6,\r\n");

        EcbRates.ReadCsv(csv).ShouldBe(
        [
            new(new(2026, 1, 2), "USD", 1.1725m), new(new(2026, 1, 2), "INR", 105.5m),
            new(new(2025, 12, 31), "USD", 1.175m), new(new(2025, 12, 31), "BGN", 1.9558m), new(new(2025, 12, 31), "INR", 105.6m),
        ]);
    }

    [Fact]
    public void The_csv_of_one_day_spells_the_month_out()
    {
        using var csv = new StringReader("Date, USD, JPY, \n11 September 2026, 1.1592, 170.55, \n");

        EcbRates.ReadCsv(csv).ShouldBe([new(new(2026, 9, 11), "USD", 1.1592m), new(new(2026, 9, 11), "JPY", 170.55m)]);
    }

    [Theory]
    [InlineData("<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>")]
    [InlineData("<html><body>Will be right back</body></html>")]
    [InlineData("<html><body>Will be right back<br></body></html>")]
    [InlineData("")]
    public void Xml_that_is_no_table_of_rates_is_refused(string xml)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(xml));

        Should.Throw<BrokerException>(() => EcbRates.ReadXml(file)).Kind.ShouldBe(BrokerErrorKind.InvalidData);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1,5")]
    [InlineData("")]
    public void A_rate_that_cannot_be_one_is_refused(string rate) =>
        Should.Throw<BrokerException>(() => EcbRates.ReadXml(Recorded.Xml(("2026-09-11", "USD", rate)))).Kind.ShouldBe(BrokerErrorKind.InvalidData);

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("Date,USD,\n2026-09-11,1.2,3,\n")]
    [InlineData("Date,USD,\nyesterday,1.2,\n")]
    public void Csv_that_is_no_table_of_rates_is_refused(string text)
    {
        using var csv = new StringReader(text);

        Should.Throw<BrokerException>(() => EcbRates.ReadCsv(csv)).Kind.ShouldBe(BrokerErrorKind.InvalidData);
    }
}
