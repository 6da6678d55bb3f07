using System.Globalization;
using Foliosync.Core.Alerts;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Alerts;

public sealed class ChannelTimesTests
{
    [Theory]
    // Kolkata is 5:30 ahead: 22:00 there is 16:30 UTC, 07:00 is 01:30 UTC.
    [InlineData("22:00", "07:00", "Asia/Kolkata", "2026-08-03T16:29:59Z", "2026-08-03T16:29:59Z")]
    [InlineData("22:00", "07:00", "Asia/Kolkata", "2026-08-03T16:30:00Z", "2026-08-04T01:30:00Z")]
    [InlineData("22:00", "07:00", "Asia/Kolkata", "2026-08-03T23:00:30Z", "2026-08-04T01:30:00Z")]
    [InlineData("22:00", "07:00", "Asia/Kolkata", "2026-08-04T01:30:00Z", "2026-08-04T01:30:00Z")]
    [InlineData("12:00", "13:30", "UTC", "2026-08-03T12:45:00Z", "2026-08-03T13:30:00Z")]
    // New York springs forward on 8 March 2026: 02:00 becomes 03:00, and 02:30 is not there. Quiet ends when it would have come: at 03:00, 07:00 UTC.
    [InlineData("22:00", "02:30", "America/New_York", "2026-03-08T06:15:00Z", "2026-03-08T07:00:00Z")]
    // The night is an hour shorter: 23:00 is 04:00 UTC, 07:00 is 11:00 UTC.
    [InlineData("23:00", "07:00", "America/New_York", "2026-03-08T04:00:00Z", "2026-03-08T11:00:00Z")]
    // And falls back on 1 November 2026, an hour longer: 23:00 is 03:00 UTC, 07:00 is 12:00 UTC.
    [InlineData("23:00", "07:00", "America/New_York", "2026-11-01T03:00:00Z", "2026-11-01T12:00:00Z")]
    public void Quiet_hours_end_at_their_local_time(string from, string to, string zone, string now, string expected) =>
        Times(from, to, null, zone).AfterQuiet(At(now)).ShouldBe(At(expected));

    [Theory]
    [InlineData("08:00", "Asia/Kolkata", "2026-08-03T02:29:00Z", "2026-08-03T02:30:00Z")]
    [InlineData("08:00", "Asia/Kolkata", "2026-08-03T02:30:00Z", "2026-08-04T02:30:00Z")]
    [InlineData("00:00", "UTC", "2026-08-03T23:59:59Z", "2026-08-04T00:00:00Z")]
    [InlineData("02:30", "America/New_York", "2026-03-08T05:00:00Z", "2026-03-08T07:00:00Z")]
    [InlineData("02:30", "America/New_York", "2026-03-08T08:00:00Z", "2026-03-09T06:30:00Z")]
    public void The_daily_message_goes_out_at_its_local_time(string at, string zone, string now, string expected) =>
        Times(null, null, at, zone).FirstFrom(At(now)).ShouldBe(At(expected));

    [Fact]
    public void A_daily_message_in_quiet_hours_waits_for_their_end() =>
        Times("22:00", "07:00", "06:00", "UTC").FirstFrom(At("2026-08-03T12:00:00Z")).ShouldBe(At("2026-08-04T07:00:00Z"));

    [Fact]
    public void Without_times_everything_is_told_at_once() =>
        Times(null, null, null, "UTC").FirstFrom(At("2026-08-03T12:00:01Z")).ShouldBe(At("2026-08-03T12:00:01Z"));

    [Fact]
    public void Backoff_doubles_up_to_two_hours()
    {
        DeliveryPolicy.Backoff(1, 0.5).ShouldBe(TimeSpan.FromSeconds(15));
        DeliveryPolicy.Backoff(3, 0.5).ShouldBe(TimeSpan.FromMinutes(1));
        DeliveryPolicy.Backoff(3, 0).ShouldBe(TimeSpan.FromSeconds(48));
        DeliveryPolicy.Backoff(3, 1).ShouldBe(TimeSpan.FromSeconds(72));
        DeliveryPolicy.Backoff(100, 0.5).ShouldBe(TimeSpan.FromHours(2));
    }

    [Fact]
    public void A_channel_gets_a_dozen_messages_an_hour_at_most_whatever_happens()
    {
        var start = At("2026-08-03T12:00:00Z");
        var sent = new List<DateTimeOffset>();
        for (var now = start; now < start.AddHours(1); now = now.AddSeconds(5))
        {
            if (DeliveryPolicy.NextMessageAt(sent, now) <= now)
            {
                sent.Add(now);
            }
        }

        sent[0].ShouldBe(start);
        sent[1].ShouldBe(start.AddMinutes(1));
        sent.Count.ShouldBeLessThanOrEqualTo(12);
    }

    private static ChannelTimes Times(string? from, string? to, string? digest, string zone) => new(Time(from), Time(to), Time(digest), zone);

    private static TimeOnly? Time(string? text) => text is null ? null : TimeOnly.ParseExact(text, "HH:mm", CultureInfo.InvariantCulture);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
