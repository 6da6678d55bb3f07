using Foliosync.Web.Shared.Charts;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Web;

public sealed class ChartLineTests
{
    private static readonly DateOnly First = new(2026, 1, 1);

    [Fact]
    public void The_line_goes_from_edge_to_edge_with_air_above_and_below()
    {
        var line = ChartLine.Of(Points(100, 150, 200))!;

        // A tenth of 100 and more lies below 100: the axis need not begin at zero. 6 % of 100 is air.
        (line.Low, line.High).ShouldBe((94m, 206m));
        (line.X(0), line.X(1), line.X(2)).ShouldBe((0d, 500d, 1000d));
        (line.Y(206), line.Y(94), line.Y(150)).ShouldBe((0d, 1000d, 500d));
        line.Line(p => p.Value).ShouldBe("M0 946.4L500 500L1000 53.6");
        line.Area().ShouldBe("M0 1000L0 946.4L500 500L1000 53.6L1000 1000Z");
        line.Steps.ShouldBe([100m, 120m, 140m, 160m, 180m, 200m]);
    }

    [Fact]
    public void A_line_is_broken_where_a_value_is_not_known()
    {
        var line = ChartLine.Of(Points(1, null, 2, 3))!;

        line.Line(p => p.Value).Count(c => c == 'M').ShouldBe(2);
        line.Area().Count(c => c == 'Z').ShouldBe(2);
        line.Y(3).ShouldBeLessThan(line.Y(1));
    }

    [Fact]
    public void A_value_that_never_moves_lies_in_the_middle()
    {
        var line = ChartLine.Of(Points(500, 500))!;

        line.Y(500).ShouldBe(500d);
    }

    [Fact]
    public void Values_near_zero_begin_at_zero()
    {
        ChartLine.Of(Points(0, 10, 100))!.Low.ShouldBe(0m);
        ChartLine.Of(Points(-50, 10))!.Low.ShouldBeLessThan(-50m);
    }

    [Fact]
    public void Many_days_are_thinned_evenly_and_the_last_one_stays()
    {
        var line = ChartLine.Of([.. Enumerable.Range(0, 4_000).Select(i => new ChartPoint(First.AddDays(i), i))])!;

        line.Points.Count.ShouldBeInRange(150, 190);
        line.Points[^1].Value.ShouldBe(3_999m);
        line.Points.Zip(line.Points.Skip(1), (a, b) => b.Day.DayNumber - a.Day.DayNumber).Distinct().Count().ShouldBe(1);
        line.Ticks(8).Count.ShouldBeLessThanOrEqualTo(8);
        line.Ticks(8).ShouldAllBe(t => t.IsMonth);
    }

    [Fact]
    public void Nothing_known_is_no_line() => ChartLine.Of(Points(null, null)).ShouldBeNull();

    [Fact]
    public void The_rest_of_many_parts_is_one_part()
    {
        var parts = Slice.Largest(Enumerable.Range(1, 9).Select(i => new Slice($"P{i}", i)).Append(new Slice("debt", -5)), 3, n => $"{n} others");

        parts.ShouldBe([new Slice("P9", 9), new Slice("P8", 8), new Slice("7 others", 28)]);
    }

    private static List<ChartPoint> Points(params decimal?[] values) => [.. values.Select((v, i) => new ChartPoint(First.AddDays(i), v))];
}
