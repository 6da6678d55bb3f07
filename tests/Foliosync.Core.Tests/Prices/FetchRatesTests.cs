using Foliosync.Brokers.Contract;
using Foliosync.Core.Prices;
using Foliosync.Core.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Prices;

public sealed class FetchRatesTests
{
    private const string Daily = "/ecb/eurofxref-daily.xml";
    private const string Last90Days = "/ecb/eurofxref-hist-90d.xml";
    private const string AllDays = "/ecb/eurofxref-hist.zip";

    // 17:00 in Frankfurt, a Friday.
    private const string Friday = "2026-09-11T15:00:00Z";

    [Theory, EachStore]
    public async Task Nothing_is_fetched_while_everything_is_in_the_base_currency(Store store)
    {
        await using var world = await PriceWorld.CreateAsync(store, Friday, PriceSource.Ecb);
        await world.HoldAsync("INR", "2026-01-01T00:00:00Z");

        await world.RunJobAsync(PriceSource.Ecb);

        world.Server.Requests.ShouldBeEmpty();
    }

    [Theory, EachStore]
    public async Task The_first_foreign_holding_brings_the_rates_of_its_time(Store store)
    {
        await using var world = await PriceWorld.CreateAsync(store, Friday, PriceSource.Ecb);
        await world.HoldAsync("USD", "2026-08-20T00:00:00Z");
        world.Server.With(Last90Days, Recorded.Xml(
            ("2026-09-11", "USD", "1.25"), ("2026-09-11", "INR", "100"), ("2026-08-20", "USD", "1.2"), ("2026-08-20", "INR", "99"), ("2026-07-01", "USD", "1")));

        await world.RunJobAsync(PriceSource.Ecb);

        (await world.FxRates.FindAsync("USD", "INR", new(2026, 9, 11), default)).ShouldBe(new FxQuote(80m, new(2026, 9, 11), false));
        (await world.FxRates.FindAsync("USD", "INR", new(2026, 8, 23), default)).ShouldBe(new FxQuote(82.5m, new(2026, 8, 20), false));
        (await world.FxRates.FindAsync("USD", "INR", new(2026, 7, 2), default)).ShouldBeNull("it was not needed, so it was not kept");
    }

    [Theory, EachStore]
    public async Task An_old_holding_brings_the_whole_history(Store store)
    {
        await using var world = await PriceWorld.CreateAsync(store, Friday, PriceSource.Ecb);
        await world.HoldAsync("USD", "2020-03-02T00:00:00Z");
        world.Server.With(AllDays, Recorded.Zip("eurofxref-hist.csv", "Date,USD,INR,\n2026-09-11,1.25,100,\n2020-02-28,1.1,80,\n2019-01-02,1.2,N/A,\n"));

        await world.RunJobAsync(PriceSource.Ecb);

        await using var db = world.Open();
        (await db.FxRates.Select(r => r.Day).Distinct().OrderBy(d => d).ToListAsync()).ShouldBe([new(2020, 2, 28), new(2026, 9, 11)]);
    }

    [Theory, EachStore]
    public async Task A_day_later_only_the_day_is_fetched(Store store)
    {
        await using var world = await PriceWorld.CreateAsync(store, "2026-09-10T15:00:00Z", PriceSource.Ecb);
        await world.HoldAsync("USD", "2026-09-10T00:00:00Z");
        world.Server
            .With(Last90Days, Recorded.Xml(("2026-09-10", "USD", "1.2"), ("2026-09-01", "USD", "1.1")))
            .With(Daily, Recorded.Xml(("2026-09-11", "USD", "1.25")));
        await world.RunJobAsync(PriceSource.Ecb);
        await world.RunJobAsync(PriceSource.Ecb);
        world.Server.Requests.Select(r => r.Path).ShouldBe([Last90Days], "nothing new was expected at once");

        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.RunJobAsync(PriceSource.Ecb);

        world.Server.Requests.Select(r => r.Path).ShouldBe([Last90Days, Daily]);
        (await world.FxRates.FindAsync("EUR", "USD", new(2026, 9, 11), default))!.Value.Value.ShouldBe(1.25m);
    }

    [Fact]
    public async Task A_rate_that_was_corrected_is_corrected()
    {
        await using var world = await PriceWorld.CreateAsync(Store.Sqlite, Friday, PriceSource.Ecb);
        await world.HoldAsync("USD", "2026-09-11T00:00:00Z");
        world.Server.With(Last90Days, Recorded.Xml(("2026-09-11", "USD", "1.2"), ("2026-09-01", "USD", "1.1")))
            .With(Daily, Recorded.Xml(("2026-09-11", "USD", "1.25")));
        await world.RunJobAsync(PriceSource.Ecb);

        await world.Feeds.FetchAsync(PriceSource.Ecb, default);

        (await world.FxRates.FindAsync("EUR", "USD", new(2026, 9, 11), default))!.Value.Value.ShouldBe(1.25m);
    }

    [Fact]
    public async Task Before_the_time_of_publishing_nothing_is_asked_for()
    {
        await using var world = await PriceWorld.CreateAsync(Store.Sqlite, Friday, PriceSource.Ecb);
        await world.HoldAsync("USD", "2026-09-11T00:00:00Z");
        world.Server.With(Last90Days, Recorded.Xml(("2026-09-11", "USD", "1.2"), ("2026-09-01", "USD", "1.1")));
        await world.RunJobAsync(PriceSource.Ecb);

        // Saturday, Sunday, and Monday until noon: the job starts and finds nothing to ask.
        for (var hours = 0; hours < 66; hours += 6)
        {
            world.Clock.Advance(TimeSpan.FromHours(6));
            await world.RunJobAsync(PriceSource.Ecb);
        }

        world.Server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Rates_that_are_late_are_asked_for_again_soon_and_a_holiday_is_recognised()
    {
        await using var world = await PriceWorld.CreateAsync(Store.Sqlite, "2026-09-10T15:00:00Z", PriceSource.Ecb);
        await world.HoldAsync("USD", "2026-09-10T00:00:00Z");
        world.Server.With(Last90Days, Recorded.Xml(("2026-09-10", "USD", "1.2"), ("2026-09-01", "USD", "1.1")))
            .With(Daily, Recorded.Xml(("2026-09-10", "USD", "1.2")));
        await world.RunJobAsync(PriceSource.Ecb);
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.RunJobAsync(PriceSource.Ecb);

        (await world.StateAsync(PriceSource.Ecb))!.NextAt.ShouldBe(world.Clock.GetUtcNow() + TimeSpan.FromMinutes(20));
        world.Clock.Advance(TimeSpan.FromHours(2.5)); // 19:30 in Frankfurt
        await world.RunJobAsync(PriceSource.Ecb);
        (await world.StateAsync(PriceSource.Ecb))!.NextAt.ShouldBe(world.Clock.GetUtcNow() + TimeSpan.FromHours(6));
    }

    [Theory, EachStore]
    public async Task Transactions_that_are_imported_later_bring_older_rates(Store store)
    {
        await using var world = await PriceWorld.CreateAsync(store, Friday, PriceSource.Ecb);
        await world.HoldAsync("USD", "2026-09-01T00:00:00Z");
        world.Server.With(Last90Days, Recorded.Xml(("2026-09-11", "USD", "1.25"), ("2026-08-20", "USD", "1.2"), ("2026-08-03", "USD", "1.1")));
        await world.RunJobAsync(PriceSource.Ecb);
        (await world.FxRates.FindAsync("EUR", "USD", new(2026, 8, 10), default)).ShouldBeNull();

        await world.HoldAsync("USD", "2026-08-10T00:00:00Z");
        world.Server.With(Last90Days, Recorded.Xml(("2026-09-11", "USD", "1.25"), ("2026-08-20", "USD", "1.2"), ("2026-08-03", "USD", "1.11")));
        world.Clock.Advance(TimeSpan.FromHours(6));
        await world.RunJobAsync(PriceSource.Ecb);

        (await world.FxRates.FindAsync("EUR", "USD", new(2026, 8, 10), default))!.Value.Value.ShouldBe(1.11m);
    }

    [Theory, EachStore]
    public async Task A_source_in_trouble_is_asked_less_and_less_often_and_the_rates_stay(Store store)
    {
        await using var world = await PriceWorld.CreateAsync(store, Friday, PriceSource.Ecb);
        await world.HoldAsync("USD", "2026-09-11T00:00:00Z");
        world.Server.Answer = http =>
        {
            http.Response.StatusCode = 503;
            return Task.CompletedTask;
        };

        var pauses = new List<TimeSpan>();
        for (var failures = 1; failures <= 8; failures++)
        {
            await Should.ThrowAsync<BrokerException>(() => world.RunJobAsync(PriceSource.Ecb));
            var state = (await world.StateAsync(PriceSource.Ecb))!;
            state.Failures.ShouldBe(failures);
            state.Problem.ShouldBe("European Central Bank gave no file (HTTP 503). It is asked again later.");
            pauses.Add(state.NextAt!.Value - world.Clock.GetUtcNow());
            world.Clock.Advance(pauses[^1]);
        }

        pauses.Select(p => p.TotalMinutes).ShouldBe([15, 30, 60, 120, 240, 480, 720, 720]);
        world.Server.Answer = null;
        world.Server.With(Last90Days, Recorded.Xml(("2026-09-11", "USD", "1.25"), ("2026-09-01", "USD", "1.1")));
        await world.RunJobAsync(PriceSource.Ecb);
        (await world.StateAsync(PriceSource.Ecb))!.Problem.ShouldBeNull();
    }

    [Fact]
    public async Task A_page_in_place_of_rates_is_trouble_of_the_source()
    {
        await using var world = await PriceWorld.CreateAsync(Store.Sqlite, Friday, PriceSource.Ecb);
        world.Server.Answer = http =>
        {
            http.Response.ContentType = "text/html";
            return Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(http.Response, "<html>");
        };

        (await Should.ThrowAsync<BrokerException>(() => world.Feeds.FetchAsync(PriceSource.Ecb, default))).Kind.ShouldBe(BrokerErrorKind.Transient);
    }

    [Theory]
    // nothing stored: 90 days are nearly as cheap as one
    [InlineData(null, null, "2026-09-11", "eurofxref-hist-90d.xml")]
    [InlineData(null, null, "2026-05-01", "eurofxref-hist.zip")]
    // up to date, or only the day is missing
    [InlineData("2026-09-01", "2026-09-11", "2026-09-01", null)]
    [InlineData("2026-09-01", "2026-09-10", "2026-09-01", "eurofxref-daily.xml")]
    // the program was off for some days, or for months
    [InlineData("2026-09-01", "2026-09-09", "2026-09-01", "eurofxref-hist-90d.xml")]
    [InlineData("2026-01-01", "2026-03-02", "2026-01-01", "eurofxref-hist.zip")]
    // older days are needed than are stored
    [InlineData("2026-09-01", "2026-09-11", "2026-08-31", "eurofxref-hist-90d.xml")]
    [InlineData("2026-09-01", "2026-09-11", "1999-01-04", "eurofxref-hist.zip")]
    public void The_smallest_file_is_taken_that_has_what_is_missing(string? first, string? last, string needed, string? file) =>
        EcbFeed.FileFor(
            first is null ? null : (DateOnly.Parse(first, null), DateOnly.Parse(last!, null)),
            DateOnly.Parse(needed, null),
            DateTimeOffset.Parse(Friday, null)).ShouldBe(file);
}
