using System.Text;
using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Tests;
using Foliosync.Core.Prices;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Prices;

public sealed class BhavcopyTests
{
    [Fact]
    public void The_sample_gives_the_closes_and_leaves_block_deals_out()
    {
        using var csv = new StringReader(Encoding.UTF8.GetString(RepositoryRoot.MarketSample("nse-udiff-cm-bhavcopy.csv")));
        var day = new DateOnly(2026, 9, 25);

        Bhavcopy.Read(csv, "NSE").ShouldBe(
        [
            new("INE002A01018", "RELIANCE-EQ", day, 1428.30m, "INR", 0),
            new("INE999999999", "TINYCO-EQ", day, 10.5m, "INR", 0),
        ]);
    }

    [Fact]
    public void The_series_that_counts_first_has_the_lowest_rank()
    {
        using var csv = new StringReader(
            "TradDt,ISIN,TckrSymb,SctySrs,ClsPric\n" +
            "2026-09-25,INE002A01018,X,N1,1\n2026-09-25,INE002A01018,X,BE,2\n2026-09-25,INE002A01018,X,EQ,3\n2026-09-25,INE002A01018,X,EQ,-\n");

        Bhavcopy.Read(csv, "NSE").Select(p => (p.Value, p.Rank)).ShouldBe([(1m, 5), (2m, 1), (3m, 0)]);
    }

    [Fact]
    public void Another_file_is_refused()
    {
        using var csv = new StringReader("<html><body>No file</body></html>");

        Should.Throw<BrokerException>(() => Bhavcopy.Read(csv, "BSE").ToList()).Kind.ShouldBe(BrokerErrorKind.InvalidData);
    }

    [Theory]
    [InlineData("2026-09-25T12:00:00Z", "BhavCopy_NSE_CM_0_0_0_20260925_F_0000.csv.zip")] // 17:30 in India
    [InlineData("2026-09-25T11:00:00Z", "BhavCopy_NSE_CM_0_0_0_20260924_F_0000.csv.zip")] // 16:30
    [InlineData("2026-09-27T12:00:00Z", "BhavCopy_NSE_CM_0_0_0_20260925_F_0000.csv.zip")] // a Sunday
    public void The_file_is_that_of_the_last_day_that_is_over(string now, string file) =>
        Bhavcopy.OfNse.AddressAt(DateTimeOffset.Parse(now, null)).ShouldBe(file);
}
