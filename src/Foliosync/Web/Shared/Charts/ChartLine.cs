using System.Globalization;
using System.Text;

namespace Foliosync.Web.Shared.Charts;

/// <summary>One point of a chart over time; null where a value is not known.</summary>
/// <param name="Day">The day.</param>
/// <param name="Value">The main line.</param>
/// <param name="Beside">The second line; null without one.</param>
public readonly record struct ChartPoint(DateOnly Day, decimal? Value, decimal? Beside = null);

/// <summary>
/// The geometry of a chart over time: pure, in a box of 1000 by 1000 that the page stretches to the room there is. Texts are placed in
/// percent, so that they keep their size.
/// </summary>
public sealed class ChartLine
{
    /// <summary>Both sides of the box.</summary>
    public const int Box = 1000;

    // More points than pixels of a phone only make the page larger.
    private const int MostPoints = 190;

    // Room above the highest and below the lowest value.
    private const decimal Air = 0.06m;

    private ChartLine(IReadOnlyList<ChartPoint> points, decimal low, decimal high, IReadOnlyList<decimal> steps)
    {
        Points = points;
        Low = low;
        High = high;
        Steps = steps;
    }

    /// <summary>The points that are drawn.</summary>
    public IReadOnlyList<ChartPoint> Points { get; }

    /// <summary>Value at the lower edge.</summary>
    public decimal Low { get; }

    /// <summary>Value at the upper edge.</summary>
    public decimal High { get; }

    /// <summary>Round values for the lines across.</summary>
    public IReadOnlyList<decimal> Steps { get; }

    /// <summary>Lays points out, thinned evenly when there are many; the last one always stays.</summary>
    /// <returns>Null when nothing is known.</returns>
    public static ChartLine? Of(IReadOnlyList<ChartPoint> all)
    {
        var every = Math.Max(1, (int)Math.Ceiling(all.Count / (double)MostPoints));
        ChartPoint[] points = [.. all.Where((_, i) => (all.Count - 1 - i) % every == 0)];
        var known = points.SelectMany(p => new[] { p.Value, p.Beside }).OfType<decimal>().ToList();
        if (known.Count == 0)
        {
            return null;
        }

        var (low, high) = (known.Min(), known.Max());
        var span = high - low;
        // A line that does not move lies in the middle.
        var air = span == 0 ? Math.Max(Math.Abs(high) * 0.01m, 1m) : span * Air;
        (low, high) = (low >= 0 && low < span * 0.25m ? Math.Min(low, 0m) : low - air, high + air);
        return new ChartLine(points, low, high, StepsOf(low, high));
    }

    /// <summary>Where a point is, from the left.</summary>
    public double X(int index) => Points.Count == 1 ? Box / 2.0 : Math.Round((double)Box * index / (Points.Count - 1), 1);

    /// <summary>Where a value is, from above.</summary>
    public double Y(decimal value) => Math.Round((double)((High - value) / (High - Low)) * Box, 1);

    /// <summary>A line through the known values, broken where one is not known.</summary>
    public string Line(Func<ChartPoint, decimal?> valueOf)
    {
        var path = new StringBuilder();
        var isDrawing = false;
        for (var i = 0; i < Points.Count; i++)
        {
            if (valueOf(Points[i]) is not { } value)
            {
                isDrawing = false;
                continue;
            }

            path.Append(isDrawing ? 'L' : 'M').Append(Text(X(i))).Append(' ').Append(Text(Y(value)));
            isDrawing = true;
        }

        return path.ToString();
    }

    /// <summary>The area between the main line and the lower edge.</summary>
    public string Area()
    {
        var path = new StringBuilder();
        for (var i = 0; i < Points.Count; i++)
        {
            if (Points[i].Value is null || (i > 0 && Points[i - 1].Value is not null))
            {
                continue;
            }

            var end = i;
            while (end + 1 < Points.Count && Points[end + 1].Value is not null)
            {
                end++;
            }

            path.Append('M').Append(Text(X(i))).Append(' ').Append(Box);
            for (var at = i; at <= end; at++)
            {
                path.Append('L').Append(Text(X(at))).Append(' ').Append(Text(Y(Points[at].Value!.Value)));
            }

            path.Append('L').Append(Text(X(end))).Append(' ').Append(Box).Append('Z');
        }

        return path.ToString();
    }

    /// <summary>Days to write below, about evenly: the first of months where there are some, else every few days.</summary>
    public IReadOnlyList<(int Index, bool IsMonth)> Ticks(int most)
    {
        var months = Enumerable.Range(1, Math.Max(0, Points.Count - 1))
            .Where(i => Points[i].Day.Month != Points[i - 1].Day.Month || Points[i].Day.Year != Points[i - 1].Day.Year).ToList();
        if (months.Count >= 3)
        {
            var every = (int)Math.Ceiling(months.Count / (double)most);
            return [.. months.Where((_, i) => i % every == 0).Select(i => (i, true))];
        }

        var step = Math.Max(1, (int)Math.Ceiling(Points.Count / (double)most));
        return [.. Enumerable.Range(0, Points.Count).Where(i => i % step == step / 2).Select(i => (i, false))];
    }

    /// <summary>A number as SVG reads it.</summary>
    public static string Text(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    // 1, 2 or 5 times a power of ten, so that there are three to five of them.
    private static List<decimal> StepsOf(decimal low, decimal high)
    {
        var rough = (double)((high - low) / 4);
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = (decimal)(power * ((rough / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 }));
        var steps = new List<decimal>();
        for (var value = Math.Ceiling(low / step) * step; value <= high; value += step)
        {
            steps.Add(value);
        }

        return steps;
    }
}
