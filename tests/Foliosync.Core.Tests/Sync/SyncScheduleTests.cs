using Foliosync.Core.Sync;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Sync;

/// <summary>When connections are due. India has no summer time; New York and Lord Howe have.</summary>
public sealed class SyncScheduleTests
{
    private static readonly TimeZoneInfo India = TimeZoneInfo.FindSystemTimeZoneById("Asia/Kolkata");
    private static readonly TimeZoneInfo NewYork = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");

    // The place of this id is the very beginning of an interval.
    private static readonly Guid First = Guid.Parse("01234567-89ab-7cde-8000-000000000000");

    private static readonly SyncRhythm AfterClose = new(null, [new TimeOnly(15, 45)], India);

    [Fact]
    public void A_market_that_closes_in_the_afternoon_is_read_after_it()
    {
        // 03:40 UTC is 09:10 in India.
        SyncSchedule.Next(AfterClose, First, Utc("2026-08-03T03:40:00Z")).ShouldBe(Utc("2026-08-03T10:15:00Z"));
    }

    [Fact]
    public void After_the_close_it_is_read_on_the_next_day()
    {
        SyncSchedule.Next(AfterClose, First, Utc("2026-08-03T10:15:00Z")).ShouldBe(Utc("2026-08-04T10:15:00Z"));
    }

    [Fact]
    public void The_day_is_that_of_the_market_and_not_that_of_UTC()
    {
        // 19:00 UTC on the 3rd is half past midnight on the 4th in India.
        SyncSchedule.Next(AfterClose, First, Utc("2026-08-03T19:00:00Z")).ShouldBe(Utc("2026-08-04T10:15:00Z"));
    }

    [Theory]
    [InlineData("2026-03-07T12:00:00Z", "2026-03-07T21:15:00Z")]
    [InlineData("2026-03-08T12:00:00Z", "2026-03-08T20:15:00Z")]
    [InlineData("2026-11-01T12:00:00Z", "2026-11-01T21:15:00Z")]
    public void A_changed_clock_moves_the_instant_and_not_the_time_of_the_day(string after, string expected)
    {
        SyncSchedule.Next(new SyncRhythm(null, [new TimeOnly(16, 15)], NewYork), First, Utc(after)).ShouldBe(Utc(expected));
    }

    [Fact]
    public void A_time_that_the_clock_leaps_over_is_taken_an_hour_later()
    {
        // On 8 March 2026 New York has no 02:30; 03:30 summer time is 07:30 UTC.
        SyncSchedule.Next(new SyncRhythm(null, [new TimeOnly(2, 30)], NewYork), First, Utc("2026-03-08T05:00:00Z"))
            .ShouldBe(Utc("2026-03-08T07:30:00Z"));
    }

    [Fact]
    public void A_time_that_the_clock_shows_twice_counts_once()
    {
        // On 1 November 2026 New York has 01:30 twice: 05:30 and 06:30 UTC.
        var rhythm = new SyncRhythm(null, [new TimeOnly(1, 30)], NewYork);

        var first = SyncSchedule.Next(rhythm, First, Utc("2026-11-01T05:00:00Z"));
        var second = SyncSchedule.Next(rhythm, First, first);

        first.ShouldBe(Utc("2026-11-01T05:30:00Z"));
        second.ShouldBe(Utc("2026-11-02T06:30:00Z"));
    }

    [Fact]
    public void A_zone_half_an_hour_off_at_its_change_is_no_trouble()
    {
        var lordHowe = TimeZoneInfo.FindSystemTimeZoneById("Australia/Lord_Howe");
        var rhythm = new SyncRhythm(null, [new TimeOnly(2, 15)], lordHowe);
        var at = Utc("2026-10-01T00:00:00Z");
        for (var day = 0; day < 10; day++)
        {
            var next = SyncSchedule.Next(rhythm, First, at);
            (next - at).ShouldBeLessThanOrEqualTo(TimeSpan.FromHours(25));
            at = next;
        }
    }

    [Fact]
    public void The_earlier_of_interval_and_time_counts()
    {
        var both = AfterClose with { Interval = TimeSpan.FromHours(24) };

        SyncSchedule.Next(both, First, Utc("2026-08-03T09:00:00Z")).ShouldBe(Utc("2026-08-03T10:15:00Z"));
    }

    [Fact]
    public void An_interval_comes_again_at_the_same_place()
    {
        var hourly = new SyncRhythm(TimeSpan.FromHours(1), [], TimeZoneInfo.Utc);
        var id = Guid.NewGuid();
        var first = SyncSchedule.Next(hourly, id, Utc("2026-08-03T05:00:00Z"));

        var second = SyncSchedule.Next(hourly, id, first + TimeSpan.FromSeconds(20));

        second.ShouldBe(first.AddHours(1));
    }

    [Fact]
    public void Thousands_that_were_made_at_once_are_spread_evenly()
    {
        var hourly = new SyncRhythm(TimeSpan.FromHours(1), [], TimeZoneInfo.Utc);
        var at = Utc("2026-08-03T05:00:00Z");
        var ids = Enumerable.Range(0, 6_000).Select(i => Guid.CreateVersion7(at.AddTicks(i)));

        var minutes = ids.GroupBy(id => (int)(SyncSchedule.Next(hourly, id, at) - at).TotalMinutes).ToDictionary(g => g.Key, g => g.Count());

        // 100 a minute on average; a minute with 170 would be seven standard deviations off.
        minutes.Count.ShouldBe(60);
        minutes.Values.Max().ShouldBeLessThan(170);
        minutes.Values.Min().ShouldBeGreaterThan(30);
    }

    [Fact]
    public void The_next_sync_is_never_now_and_never_far()
    {
        var cases =
            from id in ArbMap.Default.GeneratorFor<Guid>()
            from seconds in Gen.Choose(1, 31 * 86_400)
            from at in Gen.Choose(0, int.MaxValue)
            select (id, Interval: TimeSpan.FromSeconds(seconds), At: DateTimeOffset.UnixEpoch.AddSeconds(at));

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(10_000),
            Prop.ForAll(cases.ToArbitrary(), c =>
            {
                var next = SyncSchedule.Next(new SyncRhythm(c.Interval, [], TimeZoneInfo.Utc), c.id, c.At);
                return next >= c.At + (c.Interval / 2) && next <= c.At + (c.Interval * 1.5);
            }));
    }

    [Fact]
    public void A_rhythm_of_nothing_is_refused() =>
        Should.Throw<ArgumentException>(() => SyncSchedule.Next(new SyncRhythm(null, [], India), First, Utc("2026-08-03T05:00:00Z")));

    [Fact]
    public void A_broker_that_suggests_times_is_not_also_read_every_hour()
    {
        var settings = new SyncSettings { BrokerRhythms = new Dictionary<string, SyncRhythm> { ["zerodha"] = AfterClose } };

        settings.RhythmOf("zerodha", own: null).Interval.ShouldBeNull();
        settings.RhythmOf("other", own: null).Interval.ShouldBe(TimeSpan.FromHours(1));
    }

    [Fact]
    public void An_interval_of_the_operator_counts_beside_the_brokers_times_and_the_persons_own_before_it()
    {
        var settings = new SyncSettings
        {
            Interval = TimeSpan.FromMinutes(30),
            IsIntervalChosen = true,
            BrokerRhythms = new Dictionary<string, SyncRhythm> { ["zerodha"] = AfterClose },
        };

        settings.RhythmOf("zerodha", own: null).ShouldBe(AfterClose with { Interval = TimeSpan.FromMinutes(30) });
        settings.RhythmOf("zerodha", TimeSpan.FromMinutes(5)).ShouldBe(AfterClose with { Interval = TimeSpan.FromMinutes(5) });
    }

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
