using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Tests;
using Foliosync.Core.Prices;
using Foliosync.Core.Tests.Storage;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Prices;

public sealed class FetchPricesTests
{
    private const string Navs = "/amfi/NAVAll.txt";
    private const string Fund = "INF000000001";
    private const string Wednesday = "2026-09-02T06:00:00Z";

    [Theory, EachStore]
    public async Task A_fund_that_is_held_gets_its_value(Store store)
    {
        await using var world = await PriceWorld.CreateAsync(store, Wednesday, PriceSource.Amfi);
        var fund = await world.HoldAsync("INR", "2026-01-01T00:00:00Z", Fund, AssetClass.MutualFund);
        world.Server.With(Navs, Recorded.Bytes(AmfiNavsTests.Row("1", Fund, "10.1234") + "2;INF000000002;-;B;;;7;01-Sep-2026\r\n"));

        await world.RunJobAsync(PriceSource.Amfi);

        (await world.PricesOfAsync(fund)).ShouldBe([(new(2026, 9, 1), 10.1234m, "amfi")]);
        var state = (await world.StateAsync(PriceSource.Amfi))!;
        state.SucceededAt.ShouldBe(world.Clock.GetUtcNow());
        state.NextAt.ShouldBe(DateTimeOffset.Parse("2026-09-02T18:00:00Z", null), "23:30 in India");
    }

    [Theory, EachStore]
    public async Task The_values_of_later_days_are_added(Store store)
    {
        await using var world = await PriceWorld.CreateAsync(store, Wednesday, PriceSource.Amfi);
        var fund = await world.HoldAsync("INR", "2026-01-01T00:00:00Z", Fund, AssetClass.MutualFund);
        world.Server.With(Navs, Recorded.Bytes(AmfiNavsTests.Row("1", Fund, "10")));
        await world.RunJobAsync(PriceSource.Amfi);
        world.Server.With(Navs, Recorded.Bytes(AmfiNavsTests.Row("1", Fund, "11", "02-Sep-2026")));
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.RunJobAsync(PriceSource.Amfi);

        (await world.PricesOfAsync(fund)).ShouldBe([(new(2026, 9, 1), 10m, "amfi"), (new(2026, 9, 2), 11m, "amfi")]);
    }

    [Fact]
    public async Task Nothing_is_fetched_while_no_fund_is_held()
    {
        await using var world = await PriceWorld.CreateAsync(Store.Sqlite, Wednesday, PriceSource.Amfi);
        await world.HoldAsync("INR", "2026-01-01T00:00:00Z", "INE002A01018");

        await world.RunJobAsync(PriceSource.Amfi);

        world.Server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_that_has_not_changed_is_not_sent_again()
    {
        await using var world = await PriceWorld.CreateAsync(Store.Sqlite, Wednesday, PriceSource.Amfi);
        await world.HoldAsync("INR", "2026-01-01T00:00:00Z", Fund, AssetClass.MutualFund);
        world.Server.With(Navs, Recorded.Bytes(AmfiNavsTests.Row("1", Fund, "10")));

        (await world.Feeds.FetchAsync(PriceSource.Amfi, default)).ShouldBe(1);
        (await world.Feeds.FetchAsync(PriceSource.Amfi, default)).ShouldBe(0);

        world.Server.Requests[1].Tag.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("2;INF000000001;-;B;;;12;31-Aug-2026", 10)] // an older row of a dead scheme
    [InlineData("2;INF000000001;-;B;;;12;02-Sep-2026", 12)]
    [InlineData("2;INF000000001;-;B;;;10;01-Sep-2026", 10)] // two codes that agree
    [InlineData("2;INF000000001;-;B;;;12;01-Sep-2026", null)] // two that do not
    public async Task Of_two_schemes_with_one_isin_the_freshest_counts_and_a_tie_counts_only_when_they_agree(string other, int? value)
    {
        await using var world = await PriceWorld.CreateAsync(Store.Sqlite, Wednesday, PriceSource.Amfi);
        var fund = await world.HoldAsync("INR", "2026-01-01T00:00:00Z", Fund, AssetClass.MutualFund);
        world.Server.With(Navs, Recorded.Bytes(AmfiNavsTests.Row("1", Fund, "10") + other + "\r\n"));

        await world.RunJobAsync(PriceSource.Amfi);

        (await world.PricesOfAsync(fund)).Select(p => (int?)p.Value).SingleOrDefault().ShouldBe(value);
    }

    [Fact]
    public async Task Another_file_leaves_the_prices_as_they_were()
    {
        await using var world = await PriceWorld.CreateAsync(Store.Sqlite, Wednesday, PriceSource.Amfi);
        var fund = await world.HoldAsync("INR", "2026-01-01T00:00:00Z", Fund, AssetClass.MutualFund);
        world.Server.With(Navs, Recorded.Bytes(AmfiNavsTests.Row("1", Fund, "10")));
        await world.RunJobAsync(PriceSource.Amfi);
        world.Server.With(Navs, Recorded.Bytes("Under maintenance"));
        world.Clock.Advance(TimeSpan.FromDays(1));

        (await Should.ThrowAsync<BrokerException>(() => world.RunJobAsync(PriceSource.Amfi))).Kind.ShouldBe(BrokerErrorKind.InvalidData);

        (await world.PricesOfAsync(fund)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_closes_of_an_exchange_come_packed_or_not()
    {
        await using var world = await PriceWorld.CreateAsync(Store.Sqlite, "2026-09-25T12:00:00Z", PriceSource.Nse, PriceSource.Bse);
        var share = await world.HoldAsync("INR", "2026-01-01T00:00:00Z", "INE002A01018");
        const string Csv = "TradDt,ISIN,TckrSymb,SctySrs,ClsPric\n2026-09-25,INE002A01018,RELIANCE,BE,1\n2026-09-25,INE002A01018,RELIANCE,EQ,1428.3\n";
        world.Server
            .With("/nse/BhavCopy_NSE_CM_0_0_0_20260925_F_0000.csv.zip", Recorded.Zip("a.csv", Csv))
            .With("/bse/BhavCopy_BSE_CM_0_0_0_20260925_F_0000.CSV", Recorded.Bytes(Csv));

        await world.RunJobAsync(PriceSource.Nse);
        await world.RunJobAsync(PriceSource.Bse);

        (await world.PricesOfAsync(share)).ShouldBe(
            [(new(2026, 9, 25), 1428.3m, "bse"), (new(2026, 9, 25), 1428.3m, "nse")], ignoreOrder: true);
    }

    [Theory, EachStore]
    public async Task The_samples_of_the_exchange_and_of_Yahoo_give_what_they_say_however_often_they_come(Store store)
    {
        await using var world = await PriceWorld.CreateAsync(store, "2026-09-25T12:00:00Z", PriceSource.Nse, PriceSource.Yahoo);
        var reliance = await world.HoldAsync("INR", "2026-01-01T00:00:00Z", "INE002A01018");
        var test = await world.HoldAsync("USD", "2023-01-01T00:00:00Z", mic: "XNYS", symbol: "TEST");
        var gone = await world.HoldAsync("USD", "2023-01-01T00:00:00Z", mic: "XNYS", symbol: "NOWHERE");
        world.Server
            .With("/nse/BhavCopy_NSE_CM_0_0_0_20260925_F_0000.csv.zip", new MemoryStream(RepositoryRoot.MarketSample("nse-udiff-cm-bhavcopy.csv")))
            .With("/yahoo/TEST", new MemoryStream(RepositoryRoot.MarketSample("yahoo-chart-minimal.json")))
            .With("/yahoo/NOWHERE", new MemoryStream(RepositoryRoot.MarketSample("yahoo-chart-notfound.json")));

        foreach (var source in (PriceSource[])[PriceSource.Nse, PriceSource.Yahoo, PriceSource.Nse, PriceSource.Yahoo])
        {
            await world.Feeds.FetchAsync(source, default);
        }

        (await world.PricesOfAsync(reliance)).ShouldBe([(new(2026, 9, 25), 1428.3m, "nse")]);
        (await world.PricesOfAsync(test)).ShouldBe([(new(2023, 11, 14), 101m, "yahoo"), (new(2023, 11, 15), 102m, "yahoo")], ignoreOrder: true);
        (await world.PricesOfAsync(gone)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_holiday_of_the_exchange_is_no_failure()
    {
        await using var world = await PriceWorld.CreateAsync(Store.Sqlite, "2026-09-25T12:00:00Z", PriceSource.Nse);
        await world.HoldAsync("INR", "2026-01-01T00:00:00Z", "INE002A01018");

        await world.RunJobAsync(PriceSource.Nse);

        world.Server.Requests.Count.ShouldBe(1);
        (await world.StateAsync(PriceSource.Nse))!.Problem.ShouldBeNull();
    }

    [Theory, EachStore]
    public async Task A_share_that_nobody_prices_is_asked_for_by_its_symbol(Store store)
    {
        await using var world = await PriceWorld.CreateAsync(store, "2023-11-16T06:00:00Z", PriceSource.Yahoo);
        var share = await world.HoldAsync("USD", "2023-01-01T00:00:00Z", mic: "XNYS", symbol: "TEST");
        await world.HoldAsync("USD", "2023-01-01T00:00:00Z", symbol: "NOWHERE");
        world.Server.With("/yahoo/TEST", Recorded.Bytes(
            """{"chart":{"result":[{"meta":{"currency":"USD","gmtoffset":-14400},"timestamp":[1700000000],"indicators":{"quote":[{"close":[101.5]}]}}]}}"""));

        await world.RunJobAsync(PriceSource.Yahoo);

        (await world.PricesOfAsync(share)).ShouldBe([(new(2023, 11, 14), 101.5m, "yahoo")]);
        world.Server.Requests.Select(r => r.Path).ShouldBe(["/yahoo/TEST?range=5d&interval=1d"]);
    }

    [Fact]
    public async Task A_share_that_its_broker_has_priced_lately_is_not_asked_for()
    {
        await using var world = await PriceWorld.CreateAsync(Store.Sqlite, "2023-11-16T06:00:00Z", PriceSource.Yahoo);
        var share = await world.HoldAsync("USD", "2023-01-01T00:00:00Z", mic: "XNYS", symbol: "TEST");
        await using (var db = world.Open())
        {
            db.Prices.Add(new() { InstrumentId = share, Day = new(2023, 11, 14), Source = "zerodha", Value = 1, Currency = "USD" });
            await db.SaveChangesAsync();
        }

        await world.RunJobAsync(PriceSource.Yahoo);

        world.Server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_source_that_is_off_says_why_and_how_to_switch_it_on()
    {
        await using var world = await PriceWorld.CreateAsync(Store.Sqlite, Wednesday);

        var error = await Should.ThrowAsync<InputException>(() => world.Feeds.FetchAsync(PriceSource.Yahoo, default));

        error.Message.ShouldStartWith("Yahoo Finance is switched off. Undocumented and without a contract");
        error.Message.ShouldEndWith("FOLIOSYNC_PRICES__YAHOO__ENABLED.");
    }

    [Fact]
    public void Only_the_central_bank_and_the_fund_association_are_on_by_default() =>
        PriceSource.All.Where(PriceSettings.Default.IsEnabled).Select(s => s.Id).ShouldBe(["ecb", "amfi"]);
}
