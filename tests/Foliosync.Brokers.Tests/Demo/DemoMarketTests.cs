using Foliosync.Brokers.Demo;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Demo;

public sealed class DemoMarketTests
{
    [Fact]
    public void The_same_instant_always_has_the_same_price()
    {
        // Written down once: a change here rewrites the history that people have seen.
        DemoMarket.PriceAt(DemoCatalog.Infosys, DemoSession.Now)
            .ShouldBe(new DemoPrice(1_923.90m, new DateTimeOffset(2026, 11, 20, 9, 30, 0, TimeSpan.Zero)));
    }

    [Fact]
    public void A_share_moves_within_minutes()
    {
        var prices = Enumerable.Range(0, 10).Select(minute => DemoMarket.PriceAt(DemoCatalog.Reliance, DemoSession.Now.AddMinutes(minute)));

        prices.Select(price => price.Value).Distinct().Count().ShouldBeGreaterThan(3);
    }

    [Fact]
    public void A_fund_has_one_price_a_day()
    {
        var morning = DemoMarket.PriceAt(DemoCatalog.UtiNifty50, DemoSession.Now);
        var evening = DemoMarket.PriceAt(DemoCatalog.UtiNifty50, DemoSession.Now.AddHours(8));

        evening.ShouldBe(morning);
        morning.At.ShouldBe(new DateTimeOffset(2026, 11, 19, 18, 30, 0, TimeSpan.Zero));
    }

    [Fact]
    public void Prices_stay_positive_and_never_jump_for_twenty_years()
    {
        var instruments = DemoPlan.All.SelectMany(plan => plan.Rules).Select(rule => rule.Instrument).OfType<DemoInstrument>().Distinct();
        foreach (var instrument in instruments)
        {
            var before = DemoMarket.PriceAt(instrument, DemoSession.Now).Value;
            for (var day = 1; day < 20 * 365; day++)
            {
                var price = DemoMarket.PriceAt(instrument, DemoSession.Now.AddDays(day)).Value;
                price.ShouldBeGreaterThan(0);
                (Math.Abs(price - before) / before).ShouldBeLessThan(0.15m, $"{instrument.Symbol} after {day} days");
                before = price;
            }
        }
    }
}
