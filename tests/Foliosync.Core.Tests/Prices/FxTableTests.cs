using Foliosync.Core.Prices;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Prices;

public sealed class FxTableTests
{
    private static readonly DateOnly Friday = new(2026, 9, 11);

    private readonly FxTable _table = new(
    [
        Rate("USD", Friday, 1.25m), Rate("INR", Friday, 100m), Rate("USD", Friday.AddDays(-1), 1.2m), Rate("RUB", Friday.AddDays(-60), 90m),
    ]);

    [Fact]
    public void A_cross_rate_goes_through_the_euro() => _table.Find("USD", "INR", Friday).ShouldBe(new FxQuote(80m, Friday, false));

    [Fact]
    public void The_euro_is_worth_what_was_published() => _table.Find("EUR", "USD", Friday)!.Value.Value.ShouldBe(1.25m);

    [Fact]
    public void A_currency_is_worth_itself_even_when_nothing_is_known_of_it() =>
        FxTable.Empty.Find("XXX", "XXX", Friday).ShouldBe(new FxQuote(1m, Friday, false));

    [Fact]
    public void On_a_Sunday_the_rate_of_Friday_counts_and_says_so() =>
        _table.Find("USD", "INR", Friday.AddDays(2)).ShouldBe(new FxQuote(80m, Friday, false));

    [Fact]
    public void A_cross_rate_is_as_old_as_the_older_of_its_two() =>
        new FxTable([Rate("USD", Friday, 1m), Rate("INR", Friday.AddDays(-2), 100m)]).Find("USD", "INR", Friday)!.Value.Day.ShouldBe(Friday.AddDays(-2));

    [Fact]
    public void When_the_source_is_silent_the_last_rate_counts_and_is_marked() =>
        _table.Find("USD", "INR", Friday.AddDays(8)).ShouldBe(new FxQuote(80m, Friday, true));

    [Fact]
    public void A_currency_that_the_source_gave_up_has_no_rate() => _table.Find("RUB", "EUR", Friday).ShouldBeNull();

    [Fact]
    public void Within_a_week_of_its_last_rate_it_still_has_one() => _table.Find("EUR", "RUB", Friday.AddDays(-55))!.Value.Value.ShouldBe(90m);

    [Fact]
    public void Before_the_first_rate_there_is_none() => _table.Find("USD", "INR", Friday.AddDays(-1)).ShouldBeNull();

    [Fact]
    public void An_unknown_currency_has_no_rate() => _table.Find("AED", "INR", Friday).ShouldBeNull();

    [Fact]
    public void A_gap_of_weeks_in_a_series_has_no_rate() =>
        new FxTable([Rate("ISK", Friday, 140m), Rate("ISK", Friday.AddDays(30), 150m)]).Find("EUR", "ISK", Friday.AddDays(20)).ShouldBeNull();

    internal static FxRate Rate(string currency, DateOnly day, decimal perEuro) =>
        new() { Currency = currency, Day = day, PerEuro = perEuro, Source = "ecb" };
}
