namespace Foliosync.Core.Performance;

/// <summary>What is to be said of a day's value.</summary>
[Flags]
public enum DayMarks : byte
{
    /// <summary>Nothing: prices and rates are of the day.</summary>
    None = 0,

    /// <summary>A price or rate is of an earlier day.</summary>
    Carried = 1,

    /// <summary>A price or rate is more than a week old.</summary>
    Stale = 2,

    /// <summary>An instrument has no price yet: the value is not known.</summary>
    PriceMissing = 4,

    /// <summary>A currency has no rate: the value is not known.</summary>
    RateMissing = 8,

    /// <summary>Units or cash changed and no transaction says why: the change counts as money moved, at the day's value.</summary>
    FlowInferred = 16,

    /// <summary>Money moved and its amount is not known.</summary>
    FlowUnknown = 32,

    /// <summary>A transaction does not tell its fees.</summary>
    FeesUnknown = 64,
}

/// <summary>Money that moved on one day, and the parts of the day's gain that transactions tell.</summary>
/// <param name="Day">The day.</param>
/// <param name="In">Money that came from outside.</param>
/// <param name="Out">Money that went outside; a charge that was paid from outside is money that did not, and negative.</param>
/// <param name="MovedIn">Money that came from another account or class: it nets where both are in one sum.</param>
/// <param name="MovedOut">Money that went to another account or class; negative like <paramref name="Out"/>.</param>
/// <param name="Income">Dividends and interest, before fees and taxes.</param>
/// <param name="Fees">Fees paid.</param>
/// <param name="Taxes">Taxes paid.</param>
public readonly record struct DayFlow(
    DateOnly Day, decimal In, decimal Out, decimal MovedIn, decimal MovedOut, decimal Income, decimal Fees, decimal Taxes)
{
    /// <summary>Everything that came in; counts at the start of the day.</summary>
    public decimal AllIn => In + MovedIn;

    /// <summary>Everything that went out; counts at the end of the day.</summary>
    public decimal AllOut => Out + MovedOut;

    internal DayFlow Plus(DayFlow other) => new(
        Day, In + other.In, Out + other.Out, MovedIn + other.MovedIn, MovedOut + other.MovedOut, Income + other.Income, Fees + other.Fees, Taxes + other.Taxes);

    internal DayFlow Netted() => MovedIn >= MovedOut
        ? this with { MovedIn = MovedIn - MovedOut, MovedOut = 0 }
        : this with { MovedIn = 0, MovedOut = MovedOut - MovedIn };
}

/// <summary>
/// Value at the close of each day, in one currency, and the money that moved. Before the first day there was nothing. Amounts have at
/// most <see cref="Scale"/> decimals, so that their sums are exact.
/// </summary>
public sealed class DailySeries
{
    /// <summary>Amounts are rounded to this many decimals, half to even, when they are converted.</summary>
    public const int Scale = 8;

    private readonly decimal[] _values;
    private readonly decimal[] _currencyGains;
    private readonly DayMarks[] _marks;
    private readonly DayFlow[] _flows;

    /// <summary>Takes the arrays as they are; they must not change any more.</summary>
    internal DailySeries(string currency, DateOnly first, decimal[] values, decimal[] currencyGains, DayMarks[] marks, DayFlow[] flows)
    {
        Currency = currency;
        First = first;
        _values = values;
        _currencyGains = currencyGains;
        _marks = marks;
        _flows = flows;
    }

    /// <summary>ISO 4217 of all amounts.</summary>
    public string Currency { get; }

    /// <summary>The first day.</summary>
    public DateOnly First { get; }

    /// <summary>The last day.</summary>
    public DateOnly Last => First.AddDays(_values.Length - 1);

    /// <summary>Values by day. One whose day is marked missing is a part only: see <see cref="ValueAt"/>.</summary>
    public ReadOnlySpan<decimal> Values => _values;

    /// <summary>Marks by day.</summary>
    public ReadOnlySpan<DayMarks> Marks => _marks;

    /// <summary>Days on which money moved or a part of the gain is told, in order.</summary>
    public ReadOnlySpan<DayFlow> Flows => _flows;

    /// <summary>The value at the close of a day; 0 before the first, null when it is not known. After the last it is not known.</summary>
    public decimal? ValueAt(DateOnly day)
    {
        var index = day.DayNumber - First.DayNumber;
        return index < 0 ? 0 : index >= _values.Length || IsMissing(_marks[index]) ? null : _values[index];
    }

    /// <summary>The marks of a day; none outside the series.</summary>
    public DayMarks MarksAt(DateOnly day)
    {
        var index = day.DayNumber - First.DayNumber;
        return index < 0 || index >= _marks.Length ? DayMarks.None : _marks[index];
    }

    /// <summary>The flows of the days that a period measures.</summary>
    public ReadOnlySpan<DayFlow> FlowsIn(Period period)
    {
        var from = LowerBound(period.Start.DayNumber + 1);
        var to = LowerBound(period.End.DayNumber + 1);
        return to > from ? _flows.AsSpan(from, to - from) : [];
    }

    /// <summary>Marks of any day that a period measures, those of its start included.</summary>
    public DayMarks MarksIn(Period period)
    {
        var marks = DayMarks.None;
        var last = Math.Min(period.End.DayNumber - First.DayNumber, _marks.Length - 1);
        for (var i = Math.Max(period.Start.DayNumber - First.DayNumber, 0); i <= last; i++)
        {
            marks |= _marks[i];
        }

        return marks;
    }

    /// <summary>Adds series of one currency up.</summary>
    /// <param name="series">At least one.</param>
    /// <param name="netMoves">
    /// True when they belong together, so that money moved from one to another has not moved at all. False for parts that are only
    /// shown together, like a class over several accounts.
    /// </param>
    public static DailySeries Sum(IReadOnlyList<DailySeries> series, bool netMoves)
    {
        ArgumentNullException.ThrowIfNull(series);
        var first = series.Min(s => s.First);
        var length = series.Max(s => s.Last).DayNumber - first.DayNumber + 1;
        var (values, gains, marks) = (new decimal[length], new decimal[length], new DayMarks[length]);
        var flows = new List<DayFlow>();
        foreach (var one in series)
        {
            if (one.Currency != series[0].Currency)
            {
                throw new ArgumentException($"Series in {one.Currency} and {series[0].Currency} cannot be added up.", nameof(series));
            }

            var offset = one.First.DayNumber - first.DayNumber;
            for (var i = 0; i < one._values.Length; i++)
            {
                values[offset + i] += one._values[i];
                gains[offset + i] += one._currencyGains[i];
                marks[offset + i] |= one._marks[i];
            }

            // What was gained stays gained after a series ends.
            for (var i = offset + one._values.Length; i < length; i++)
            {
                gains[i] += one._currencyGains[^1];
            }

            flows.AddRange(one._flows);
        }

        return new DailySeries(series[0].Currency, first, values, gains, marks, MergedByDay(flows, first, length, netMoves));
    }

    /// <summary>A day without any value.</summary>
    internal static DailySeries Nothing(string currency, DateOnly day) => new(currency, day, [0], [0], [DayMarks.None], []);

    /// <summary>What changed exchange rates have added until the close of a day.</summary>
    internal decimal CurrencyGainUntil(DateOnly day)
    {
        var index = day.DayNumber - First.DayNumber;
        return index < 0 ? 0 : _currencyGains[Math.Min(index, _currencyGains.Length - 1)];
    }

    internal static bool IsMissing(DayMarks marks) => (marks & (DayMarks.PriceMissing | DayMarks.RateMissing)) != 0;

    /// <summary>Adds flows of the same day up, in order of days. No flow is before the first day or after the last.</summary>
    internal static DayFlow[] MergedByDay(List<DayFlow> flows, DateOnly first, int days, bool netMoves)
    {
        // Thousands of flows on thousands of days: each finds the place of its day, which is much faster than to sort them.
        var places = new int[days];
        var count = 0;
        for (var i = 0; i < flows.Count; i++)
        {
            ref var place = ref places[flows[i].Day.DayNumber - first.DayNumber];
            if (place == 0)
            {
                flows[count] = flows[i];
                place = ++count;
            }
            else
            {
                flows[place - 1] = flows[place - 1].Plus(flows[i]);
            }
        }

        var merged = new DayFlow[count];
        var next = 0;
        foreach (var place in places)
        {
            if (place > 0)
            {
                merged[next++] = netMoves ? flows[place - 1].Netted() : flows[place - 1];
            }
        }

        return merged;
    }

    private int LowerBound(int dayNumber)
    {
        var (low, high) = (0, _flows.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _flows[middle].Day.DayNumber < dayNumber ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
