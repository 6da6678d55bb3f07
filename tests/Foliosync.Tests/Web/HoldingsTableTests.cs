using Foliosync.Brokers;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Prices;
using Foliosync.Web;
using Foliosync.Web.Holdings;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Web;

public sealed class HoldingsTableTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 6, 0, 0, TimeSpan.Zero);
    private static readonly HeldAccount Kite = Account("Kite", "zerodha");
    private static readonly HeldAccount Vested = Account("Vested", "vested");
    private static readonly Guid Infy = Guid.NewGuid();

    // 100 rupees are 1.25 dollars.
    private static readonly Worth InRupees = new("INR", new DateOnly(2026, 11, 26), new FxTable(
        [new FxRate { Currency = "USD", Day = new(2026, 11, 25), Source = "ecb", PerEuro = 1.25m }, new FxRate { Currency = "INR", Day = new(2026, 11, 25), Source = "ecb", PerEuro = 100m }]));

    private static readonly HeldSheet Sheet = new(
        [Kite, Vested],
        [
            Lot("INFY", Kite, 10, 120, cost: 1_000, instrument: Infy) with { Name = "Infosys", PriceBefore = 100 },
            Lot("INFY", Vested, 5, 110, cost: 600, instrument: Infy) with { Name = "Infosys" },
            Lot("GOLD", Kite, 2, 5_000, cost: null) with { AssetClass = AssetClass.Etf, PricedAt = Now.AddDays(-9) },
            Lot("AAPL", Vested, 4, 100, cost: 300, currency: "USD"),
            Lot("XXX", Kite, 1, null, cost: 50),
        ],
        [new HeldCash(Kite, "equity", "INR", 77, Now)]);

    [Fact]
    public void Rows_are_worth_what_they_are_in_the_currency_of_the_page_and_the_sums_match_them()
    {
        var table = Table("");

        // 400 dollars are 32,000 rupees.
        Symbols(table).ShouldBe(["AAPL", "GOLD", "INFY", "INFY", "XXX"]);
        table.Groups[0].Rows.Select(r => r.BaseValue).ShouldBe([32_000m, 10_000m, 1_200m, 550m, null]);
        table.Total.ShouldBe(new HoldingsSum(5, 43_750m, 25_650m, 200m - 50m + 8_000m, 200m, WithoutValue: 1, WithoutCost: 1));
        table.Totals.Select(t => (t.Currency, t.Sum.Value, t.Sum.Cost)).ShouldBe([("INR", 11_750m, 1_650m), ("USD", 400m, 300m)]);
        table.Total.GainRate.ShouldBeNull();
    }

    [Fact]
    public void What_is_not_known_comes_last_whichever_way_it_is_sorted()
    {
        Symbols(Table("sort=gain")).ShouldBe(["AAPL", "INFY", "INFY", "GOLD", "XXX"]);
        Symbols(Table("sort=gain&dir=reversed")).ShouldBe(["INFY", "INFY", "AAPL", "GOLD", "XXX"]);
        Symbols(Table("sort=name")).ShouldBe(["AAPL", "GOLD", "INFY", "INFY", "XXX"]);
        Symbols(Table("sort=quantity")).ShouldBe(["INFY", "INFY", "AAPL", "GOLD", "XXX"]);
        Symbols(Table("sort=dayChange"))[0].ShouldBe("INFY");
    }

    [Fact]
    public void Search_and_filters_narrow_it()
    {
        Symbols(Table("q=infos")).ShouldBe(["INFY", "INFY"]);
        Symbols(Table("class=etf")).ShouldBe(["GOLD"]);
        Symbols(Table("currency=usd")).ShouldBe(["AAPL"]);
        Symbols(Table($"account={Vested.Id}")).ShouldBe(["AAPL", "INFY"]);
        Symbols(Table($"portfolio={Guid.NewGuid()}")).ShouldBeEmpty();
        Symbols(Table("only=costUnknown")).ShouldBe(["GOLD"]);
        Symbols(Table("only=priceOld")).ShouldBe(["GOLD", "XXX"]);
    }

    [Fact]
    public void Lots_of_one_instrument_become_one_row()
    {
        var row = Table("group=instrument").Groups[0].Rows.Single(r => r.InstrumentId == Infy);

        // Each account's units at its own price.
        (row.Quantity, row.Value, row.Cost, row.Gain, row.Lots, row.Account).ShouldBe((15m, 1_750m, 1_600m, 150m, 2, null));
        row.AveragePrice!.Value.ShouldBe(1_600m / 15m);
        row.DayChange.ShouldBeNull();
    }

    [Fact]
    public void Groups_have_sums_of_their_own_and_the_most_valuable_comes_first()
    {
        Table("group=currency").Groups.Select(g => (g.Title, g.Sum.Rows, g.Sum.Value)).ShouldBe([("USD", 1, 32_000m), ("INR", 4, 11_750m)]);
        Table("group=class").Groups.Select(g => g.Title).ShouldBe(["Shares", "Exchange-traded funds"]);
        Table("group=broker").Groups.Select(g => (g.Title, g.Sum.Rows)).ShouldBe([("Vested", 2), ("Zerodha", 3)]);
    }

    [Fact]
    public void Thousands_of_rows_come_a_hundred_at_a_time_over_groups()
    {
        var many = Sheet with { Lots = [.. Enumerable.Range(0, 250).Select(i => Lot($"S{i}", i < 120 ? Kite : Vested, 1, 1_000 - i, cost: 1))] };

        var first = HoldingsTable.Of(many, Query("group=account"), InRupees, Catalog, Now, Text);
        var second = HoldingsTable.Of(many, Query("group=account&page=2"), InRupees, Catalog, Now, Text);
        var last = HoldingsTable.Of(many, Query("group=account&page=99"), InRupees, Catalog, Now, Text);

        (first.First, first.Last, first.HasMore, first.Groups.Count).ShouldBe((1, 100, true, 1));
        (second.First, second.Last, second.Groups.Count).ShouldBe((101, 200, 2));
        second.Groups.Select(g => g.Rows.Count).ShouldBe([20, 80]);
        second.Groups.Select(g => g.Sum.Rows).ShouldBe([120, 130]);
        (last.First, last.Last, last.HasMore).ShouldBe((201, 250, false));
    }

    [Fact]
    public void A_question_survives_its_address()
    {
        var query = Query("q=a%26b&portfolio=" + Kite.PortfolioId + "&class=mutualFund&only=margin&group=account&sort=gainRate&dir=reversed&page=3");

        HoldingsQuery.Of(new QueryCollection(QueryHelpers.ParseQuery(new Uri("http://x" + query.ToAddress("/holdings")).Query))).ShouldBe(query);
        new HoldingsQuery().ToAddress("/holdings").ShouldBe("/holdings");
        Query("sort=7&group=nonsense&page=-1&class=99&account=x").ShouldBe(new HoldingsQuery());
    }

    private static BrokerCatalog Catalog { get; } = new(BuiltInBrokers.All, new Dictionary<string, BrokerOverride>());

    private static TextLocalizer Text { get; } = new(Viewer.Of(null));

    private static HoldingsTable Table(string query) => HoldingsTable.Of(Sheet, Query(query), InRupees, Catalog, Now, Text);

    private static HoldingsQuery Query(string query) => HoldingsQuery.Of(new QueryCollection(QueryHelpers.ParseQuery(query)));

    private static string[] Symbols(HoldingsTable table) => [.. table.Groups.SelectMany(g => g.Rows).Select(r => r.Symbol)];

    private static HeldAccount Account(string name, string broker) => new()
    {
        Id = Guid.NewGuid(),
        Name = name,
        PortfolioId = Guid.NewGuid(),
        ConnectionId = Guid.NewGuid(),
        ConnectionLabel = name,
        BrokerId = broker,
        ReportedAt = Now,
    };

    private static HeldLot Lot(string symbol, HeldAccount account, decimal quantity, decimal? price, decimal? cost, string currency = "INR", Guid? instrument = null) => new()
    {
        Id = Guid.NewGuid(),
        Account = account,
        InstrumentId = instrument ?? Guid.NewGuid(),
        Symbol = symbol,
        AssetClass = AssetClass.Equity,
        Currency = currency,
        Lot = string.Empty,
        Quantity = quantity,
        Price = price,
        Cost = cost,
        PricedAt = price is null ? null : Now,
        ReportedAt = Now,
    };
}
