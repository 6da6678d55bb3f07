namespace Foliosync.Simulator;

/// <summary>
/// Lets time move the market: with each step, some of the portfolios have another price and one more unit in a tenth of their rows, so
/// that whoever syncs always finds something to do.
/// </summary>
internal sealed class MovingMarket(TimeProvider clock)
{
    private volatile Course _course = new(StepsBefore: 0, Since: null, TimeSpan.FromSeconds(1), OneOf: 1);

    /// <summary>Steps from now on.</summary>
    /// <param name="every">Time between two steps.</param>
    /// <param name="oneOf">With each step, one of so many portfolios moves, each in its turn.</param>
    public void Start(TimeSpan every, int oneOf)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(every, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(oneOf, 1);
        var now = clock.GetUtcNow();
        _course = new Course(_course.StepsAt(now), now, every, oneOf);
    }

    /// <summary>Stands still where it is.</summary>
    public void Stop() => _course = _course with { StepsBefore = _course.StepsAt(clock.GetUtcNow()), Since = null };

    /// <summary>The moment as a portfolio sees it.</summary>
    public KiteMoment For(KitePortfolio portfolio, KiteMoment moment)
    {
        var course = _course;
        var steps = course.StepsAt(clock.GetUtcNow());
        if (steps == 0)
            return moment;

        var moved = (steps + (portfolio.Shape % course.OneOf)) / course.OneOf;
        return moment with { PriceTicks = moment.PriceTicks + moved, QuantityTicks = moment.QuantityTicks + moved };
    }

    private sealed record Course(int StepsBefore, DateTimeOffset? Since, TimeSpan Every, int OneOf)
    {
        public int StepsAt(DateTimeOffset now) => Since is { } since ? StepsBefore + (int)((now - since) / Every) : StepsBefore;
    }
}
