using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Zerodha;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Zerodha;

public sealed class ZerodhaAssetClassTests
{
    [Theory]
    [InlineData("INE009A01021", "INFY", AssetClass.Equity)]
    [InlineData("INE721A07AB5", "SHRIRAM-NB", AssetClass.Bond)]
    [InlineData("INE721A08AB5", "SHRIRAM", AssetClass.Bond)]
    [InlineData("INE041025011", "EMBASSY-RR", AssetClass.Fund)]
    [InlineData("INE219X23014", "INDIGRID-IV", AssetClass.Fund)]
    [InlineData("INF204KB14I2", "NIFTYBEES", AssetClass.Etf)]
    [InlineData("INF204KB14I2", "CLOSEDEND-MF", AssetClass.MutualFund)]
    [InlineData("IN0020200195", "SGBAUG28V-GB", AssetClass.GovernmentBond)]
    [InlineData(null, "SGBAUG28V-GB", AssetClass.GovernmentBond)]
    [InlineData(null, "754GS2036-GS", AssetClass.GovernmentBond)]
    [InlineData(null, "HUDCO-N8", AssetClass.Bond)]
    [InlineData(null, "EXAMPLE-Y1", AssetClass.Bond)]
    [InlineData(null, "CENTRALBK-BE", AssetClass.Equity)]
    [InlineData(null, "BAJAJ-AUTO", null)]
    [InlineData("INE009A20021", "PARTLYPAID", null)]
    [InlineData("US0378331005", "AAPL", null)]
    public void The_isin_tells_first_and_the_series_second(string? isin, string symbol, AssetClass? expected) =>
        ZerodhaAssetClass.OfShare(isin, symbol).ShouldBe(expected);

    [Theory]
    [InlineData("NIFTY26JANFUT", AssetClass.Future)]
    [InlineData("NIFTY26JAN25000CE", AssetClass.Option)]
    [InlineData("NIFTY26JAN25000PE", AssetClass.Option)]
    [InlineData("GOLD", AssetClass.Other)]
    public void The_ending_of_a_derivative_tells_its_class(string symbol, AssetClass expected) =>
        ZerodhaAssetClass.OfDerivative(symbol).ShouldBe(expected);

    [Fact]
    public async Task A_class_that_nothing_tells_is_assumed_with_a_warning()
    {
        var report = await new Kite()
            .With("/portfolio/holdings", """[{"tradingsymbol":"AAPL","exchange":"NSE","isin":"US0378331005","quantity":1}]""")
            .HoldingsAsync();

        report.Holdings[0].Instrument.AssetClass.ShouldBe(AssetClass.Equity);
        report.Warnings.ShouldHaveSingleItem().Code.ShouldBe("asset-class-assumed");
    }
}
