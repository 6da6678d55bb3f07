using System.Numerics;

namespace Foliosync.Core.Performance;

/// <summary>
/// Finds every growth that makes payments worth nothing on balance, and knows when it has found all. The only place where numbers are
/// <see cref="double"/>; it always ends.
/// </summary>
/// <remarks>
/// The value is <c>f(x) = Σ aᵢ·e^(-x·tᵢ)</c>, with x the logarithm of growth. The positive and the negative terms each fall with x, so
/// over any interval their ends bound the curvature of f, that bounds its slope, and the slope bounds f. An interval whose bounds leave
/// 0 out has no root; one whose slope keeps its sign has at most one, which its ends tell; any other is halved. So no pair of roots is
/// overlooked. For x below 0 time is turned around, which keeps every exponent negative: nothing overflows, however long the time.
/// </remarks>
internal static class DiscountRoots
{
    // Growth between a thousand millionth and a thousand million over the whole time.
    private const double Widest = 20.72;
    private const double Narrowest = 1e-10;
    private const double SameRoot = 1e-9;
    private const double Noise = 1e-14;
    private const int MaxIntervals = 20_000;
    private const int MaxTerms = 20_000_000;

    /// <summary>Finds the growths over the whole time.</summary>
    /// <param name="amounts">The payments.</param>
    /// <param name="times">When they were made, from 0 to 1.</param>
    /// <returns>The growths in order, and whether there can be no others.</returns>
    public static (decimal[] Growths, bool IsComplete) Find(double[] amounts, double[] times)
    {
        var forward = new Search(amounts, times);
        forward.Between(0, Widest);
        var backward = new Search(amounts, [.. times.Select(t => 1 - t)]);
        backward.Between(0, Widest);
        var roots = new List<double>();
        foreach (var root in backward.Roots.Select(r => -r).Concat(forward.Roots).Order())
        {
            if (roots.Count == 0 || root - roots[^1] > SameRoot)
            {
                roots.Add(root);
            }
        }

        return ([.. roots.Select(r => (decimal)Math.Exp(r))], forward.IsComplete && backward.IsComplete);
    }

    private sealed class Search(double[] amounts, double[] times)
    {
        private int _intervals = Math.Min(MaxIntervals, MaxTerms / amounts.Length);

        public List<double> Roots { get; } = [];

        public bool IsComplete { get; private set; } = true;

        public void Between(double low, double high) => Between(low, At(low), high, At(high));

        private void Between(double low, Point atLow, double high, Point atHigh)
        {
            var width = high - low;
            var slope = Range.From(atLow.Slope, new Range(atHigh.PlusCurve - atLow.MinusCurve, atLow.PlusCurve - atHigh.MinusCurve), width)
                .And(new Range(atHigh.MinusSlope - atLow.PlusSlope, atLow.MinusSlope - atHigh.PlusSlope));
            var value = Range.From(atLow.Value, slope, width).And(new Range(atHigh.Plus - atLow.Minus, atLow.Plus - atHigh.Minus));
            if (!value.HasZero(Noise * (atLow.Plus + atLow.Minus)))
            {
                return;
            }

            if (!slope.HasZero(Noise * (atLow.PlusSlope + atLow.MinusSlope)))
            {
                if (atLow.Value == 0)
                {
                    Roots.Add(low);
                }
                else if (atHigh.Value == 0)
                {
                    Roots.Add(high);
                }
                else if (atLow.Value > 0 != atHigh.Value > 0)
                {
                    Roots.Add(Narrow(low, high, atLow.Value > 0));
                }

                return;
            }

            if (width < Narrowest || --_intervals < 0)
            {
                IsComplete = false;
                return;
            }

            var middle = (low + high) / 2;
            var atMiddle = At(middle);
            Between(low, atLow, middle, atMiddle);
            Between(middle, atMiddle, high, atHigh);
        }

        // Newton's step where it stays inside, half the interval where it does not. Each round makes the interval smaller.
        private double Narrow(double low, double high, bool isPositiveAtLow)
        {
            var x = (low + high) / 2;
            for (var round = 0; round < 200; round++)
            {
                var at = At(x);
                if (at.Value == 0)
                {
                    return x;
                }

                (low, high) = at.Value > 0 == isPositiveAtLow ? (x, high) : (low, x);
                var next = x - (at.Value / at.Slope);
                next = next > low && next < high ? next : (low + high) / 2;
                if (next == x || high - low <= double.Epsilon || next == low || next == high)
                {
                    return next;
                }

                x = next;
            }

            return x;
        }

        private Point At(double x)
        {
            // Thousands of payments, each discounted for every guess: several at a time.
            var zero = Vector<double>.Zero;
            var (plus, minus, plusSlope, minusSlope, plusCurve, minusCurve) = (zero, zero, zero, zero, zero, zero);
            var whole = amounts.Length - (amounts.Length % Vector<double>.Count);
            for (var i = 0; i < whole; i += Vector<double>.Count)
            {
                Add(new Vector<double>(amounts, i), new Vector<double>(times, i));
            }

            if (whole < amounts.Length)
            {
                // What is left, filled up with payments of nothing.
                Span<double> lastAmounts = stackalloc double[Vector<double>.Count];
                Span<double> lastTimes = stackalloc double[Vector<double>.Count];
                lastAmounts.Clear();
                lastTimes.Clear();
                amounts.AsSpan(whole).CopyTo(lastAmounts);
                times.AsSpan(whole).CopyTo(lastTimes);
                Add(new Vector<double>(lastAmounts), new Vector<double>(lastTimes));
            }

            return new Point(
                Vector.Sum(plus), Vector.Sum(minus), Vector.Sum(plusSlope), Vector.Sum(minusSlope), Vector.Sum(plusCurve), Vector.Sum(minusCurve));

            void Add(Vector<double> amount, Vector<double> time)
            {
                var discounted = amount * Vector.Exp(time * -x);
                var (received, paid) = (Vector.Max(discounted, zero), Vector.Max(-discounted, zero));
                plus += received;
                minus += paid;
                plusSlope += received * time;
                minusSlope += paid * time;
                plusCurve += received * time * time;
                minusCurve += paid * time * time;
            }
        }
    }

    /// <summary>Sums of the positive and of the negative payments: as they are, and weighted with their time once and twice.</summary>
    private readonly record struct Point(
        double Plus, double Minus, double PlusSlope, double MinusSlope, double PlusCurve, double MinusCurve)
    {
        public double Value => Plus - Minus;

        public double Slope => MinusSlope - PlusSlope;
    }

    /// <summary>All that a quantity can be within an interval.</summary>
    private readonly record struct Range(double Low, double High)
    {
        /// <summary>True unless zero is out of it by more than sums of doubles are wrong.</summary>
        public bool HasZero(double noise) => Low <= noise && High >= -noise;

        /// <summary>What becomes of a value that changes by a rate from a range.</summary>
        public static Range From(double start, Range rate, double width) =>
            new(start + Math.Min(0, rate.Low * width), start + Math.Max(0, rate.High * width));

        public Range And(Range other) => new(Math.Max(Low, other.Low), Math.Min(High, other.High));
    }
}
