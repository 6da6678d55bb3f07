using Foliosync.Core.Performance;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Performance.Script;

namespace Foliosync.Core.Tests.Performance;

/// <summary>What must hold whatever happens.</summary>
public sealed class PerformanceProperties
{
    private const int Count = 10_000;
    private const int Last = RandomPortfolio.Days - 1;

    private static readonly Period Whole = Between(-1, Last);

    private static Gen<int> Seeds() => Gen.Choose(0, int.MaxValue - 1);

    [Fact]
    public void The_time_weighted_return_of_one_share_is_that_of_its_price_however_money_comes_and_goes() => Cases.ForAll(Seeds(), seed =>
    {
        var random = new Random(seed);
        var script = new Script();
        var (account, share) = (script.Account(cash: random.Next(2) == 0), script.Instrument());
        var prices = Enumerable.Range(0, 20).Select(_ => random.Next(50, 200) / 10m).ToArray();
        script.Priced(share, 0, prices).Deposit(account, 0, 10 * prices[0]).Buy(account, 0, share, 10, prices[0]);
        var held = 10m;
        for (var day = 1; day < prices.Length; day++)
        {
            var units = random.Next(1, 5);
            switch (random.Next(4))
            {
                case 0: // at the start of the day, which is the close of the day before
                    script.Deposit(account, day, units * prices[day - 1]).Buy(account, day, share, units, prices[day - 1]);
                    held += units;
                    break;
                case 1 when held > units: // at the close
                    script.Sell(account, day, share, units, prices[day]).Withdraw(account, day, units * prices[day]);
                    held -= units;
                    break;
            }
        }

        TimeWeightedReturn.Of(script.Until(19).Total, Between(0, 19)).Total!.Value.ShouldBe((prices[19] / prices[0]) - 1, 1e-20m);
    }, Count);

    [Fact]
    public void Money_that_only_comes_and_goes_has_no_return() => Cases.ForAll(Seeds(), seed =>
    {
        var random = new Random(seed);
        var script = new Script();
        var account = script.Account();
        script.Deposit(account, 0, 1_000);
        for (var day = 1; day < 20; day++)
        {
            script.Deposit(account, day, random.Next(100)).Withdraw(account, day, random.Next(50));
        }

        TimeWeightedReturn.Of(script.Until(19).Total, Between(0, 19)).Total.ShouldBe(0m);
        GainBreakdown.Of(script.Until(19).Total, Between(0, 19))!.Total.ShouldBe(0m);
    }, Count);

    [Fact]
    public void The_accounts_add_up_to_the_portfolio_and_so_do_the_classes() => Cases.ForAll(Seeds(), seed =>
    {
        var portfolio = new RandomPortfolio(seed);
        var valuation = portfolio.Script.Until(Last);
        var total = valuation.Total;
        var accounts = portfolio.Accounts.ConvertAll(valuation.OfAccount);
        var classes = valuation.Parts.Select(p => p.Class).Distinct().Select(valuation.OfClass).ToList();
        foreach (var parts in new[] { accounts, classes })
        {
            for (var day = 0; day <= Last; day++)
            {
                parts.Sum(p => p.ValueAt(Day(day)) ?? 0).ShouldBe(total.ValueAt(Day(day)) ?? 0);
            }

            Sum(parts, g => g.Total).ShouldBe(GainBreakdown.Of(total, Whole)!.Total);
            Sum(parts, g => g.Currency).ShouldBe(GainBreakdown.Of(total, Whole)!.Currency);
            Sum(parts, g => g.Income).ShouldBe(GainBreakdown.Of(total, Whole)!.Income);
        }

        static decimal Sum(List<DailySeries> parts, Func<GainBreakdown, decimal> part) => parts.Sum(p => part(GainBreakdown.Of(p, Whole)!));
    }, Count);

    [Fact]
    public void The_parts_of_a_gain_add_up_exactly_and_so_do_those_of_two_periods() => Cases.ForAll(Seeds(), seed =>
    {
        var total = new RandomPortfolio(seed).Script.Until(Last).Total;
        var split = (seed % (Last - 1)) + 1;

        var whole = GainBreakdown.Of(total, Whole)!;
        var (first, second) = (GainBreakdown.Of(total, Between(-1, split))!, GainBreakdown.Of(total, Between(split, Last))!);

        (whole.Price + whole.Currency + whole.Income + whole.Fees + whole.Taxes).ShouldBe(whole.Total);
        (first.Total + second.Total).ShouldBe(whole.Total);
        (first.Price + second.Price).ShouldBe(whole.Price);
        (first.Currency + second.Currency).ShouldBe(whole.Currency);
        (first.Fees + second.Fees).ShouldBe(whole.Fees);
    }, Count);

    [Fact]
    public void What_the_currency_gained_is_the_value_of_the_day_before_times_the_change_of_the_rate() => Cases.ForAll(Seeds(), seed =>
    {
        var random = new Random(seed);
        var script = new Script();
        var (account, share) = (script.Account("USD", cash: false), script.Instrument("USD"));
        var prices = Enumerable.Range(0, 10).Select(_ => random.Next(50, 200) / 10m).ToArray();
        var rates = Enumerable.Range(0, 10).Select(_ => random.Next(100, 150) / 100m).ToArray();
        script.Priced(share, 0, prices).Rated("USD", 0, rates).Buy(account, 0, share, 7, prices[0]).Buy(account, 4, share, 3, prices[4]);

        var gain = GainBreakdown.Of(script.Until(9).Total, Between(-1, 9))!;

        var (price, currency) = (0m, 0m);
        for (var day = 1; day < 10; day++)
        {
            var held = day > 4 ? 10 : 7;
            price += held * (prices[day] - prices[day - 1]) / rates[day];
            currency += held * prices[day - 1] * ((1 / rates[day]) - (1 / rates[day - 1]));
        }

        gain.Price.ShouldBe(price, 1e-6m);
        gain.Currency.ShouldBe(currency, 1e-6m);
    }, Count);

    [Fact]
    public void The_returns_of_two_periods_multiply() => Cases.ForAll(Seeds(), seed =>
    {
        var total = new RandomPortfolio(seed).Script.Until(Last).Total;
        var split = (seed % (Last - 1)) + 1;
        var whole = TimeWeightedReturn.Of(total, Whole).Total;
        var first = TimeWeightedReturn.Of(total, Between(-1, split)).Total;
        var second = TimeWeightedReturn.Of(total, Between(split, Last)).Total;
        if (whole is not null && first is not null && second is not null)
        {
            ((1 + first.Value) * (1 + second.Value)).ShouldBe(1 + whole.Value, 1e-18m * Math.Max(1, 1 + whole.Value));
        }
    }, Count);

    [Fact]
    public void Values_and_flows_in_another_base_currency_are_the_same_at_the_rate_of_their_day() => Cases.ForAll(Seeds(), seed =>
    {
        var script = new RandomPortfolio(seed).Script;
        var (euros, pounds) = (script.Until(Last, "EUR").Total, script.Until(Last, "GBP").Total);
        var rates = script.Rates;
        for (var day = 0; day <= Last; day++)
        {
            var rate = rates.Find("EUR", "GBP", Day(day))!.Value.Value;
            (euros.ValueAt(Day(day))!.Value * rate).ShouldBe(pounds.ValueAt(Day(day))!.Value, 1e-6m);
        }

        euros.Flows.Length.ShouldBe(pounds.Flows.Length);
        for (var i = 0; i < euros.Flows.Length; i++)
        {
            var rate = rates.Find("EUR", "GBP", euros.Flows[i].Day)!.Value.Value;
            (euros.Flows[i].AllIn * rate).ShouldBe(pounds.Flows[i].AllIn, 1e-6m);
            (euros.Flows[i].AllOut * rate).ShouldBe(pounds.Flows[i].AllOut, 1e-6m);
        }
    }, Count);

    [Fact]
    public void At_the_money_weighted_return_all_payments_are_worth_nothing() => Cases.ForAll(Seeds(), seed =>
    {
        var payments = Payments(new Random(seed)).GroupBy(p => p.Day).Select(g => new Payment(g.Key, g.Sum(p => p.Amount)))
            .Where(p => p.Amount != 0).ToList();
        if (MoneyWeightedReturn.Of(payments).Total is not { } total || total == -1)
        {
            return;
        }

        var first = payments.Min(p => p.Day).DayNumber;
        var days = payments.Max(p => p.Day).DayNumber - first;
        var terms = payments.ConvertAll(p => (double)p.Amount * Math.Pow((double)(1 + total), -(double)(p.Day.DayNumber - first) / days));
        Math.Abs(terms.Sum()).ShouldBeLessThanOrEqualTo(1e-9 * terms.Sum(Math.Abs));
    }, Count);

    [Fact]
    public void A_saver_gets_the_rate_that_the_bank_paid() => Cases.ForAll(Seeds(), seed =>
    {
        var random = new Random(seed);
        var perDay = 1 + ((random.NextDouble() - 0.4) / 500);
        var days = random.Next(2, 4_000);
        var payments = new List<Payment>();
        var balance = 0.0;
        for (var i = random.Next(1, 10); i > 0; i--)
        {
            var (day, amount) = (i == 1 ? 0 : random.Next(days), random.Next(1, 1_000));
            payments.Add(new Payment(Day(day), -amount));
            balance += amount * Math.Pow(perDay, days - day);
        }

        payments.Add(new Payment(Day(days), (decimal)balance));

        var growth = Math.Pow(perDay, days);
        ((double)MoneyWeightedReturn.Of(payments).Total!.Value + 1).ShouldBe(growth, 1e-8 * growth);
    }, Count);

    // (z - a)(z - b)(z - c) with z one over the growth of a third of the time: its three roots are the rates.
    [Fact]
    public void No_rate_is_overlooked() => Cases.ForAll(Seeds(), seed =>
    {
        var random = new Random(seed);
        var roots = new SortedSet<int>();
        while (roots.Count < 3)
        {
            roots.Add(random.Next(1, 40));
        }

        var (a, b, c) = (roots.ElementAt(0) / 20m, roots.ElementAt(1) / 20m, roots.ElementAt(2) / 20m);
        decimal[] amounts = [-a * b * c, (a * b) + (a * c) + (b * c), -(a + b + c), 1];

        var found = DiscountRoots.Find([.. amounts.Select(x => (double)x)], [0, 1 / 3.0, 2 / 3.0, 1]);

        found.IsComplete.ShouldBeTrue();
        found.Growths.Length.ShouldBe(3);
        foreach (var (growth, root) in found.Growths.Zip(roots.Reverse()))
        {
            ((double)growth).ShouldBe(Math.Pow(20.0 / root, 3), 1e-6 * Math.Pow(20.0 / root, 3));
        }
    }, Count);

    private static List<Payment> Payments(Random random)
    {
        var days = random.Next(1, 5_000);
        var payments = new List<Payment> { new(Day(0), random.Next(-1_000, 0)) };
        for (var i = random.Next(0, 12); i > 0; i--)
        {
            payments.Add(new Payment(Day(random.Next(days)), random.Next(-10_000, 10_000) / 10m));
        }

        payments.Add(new Payment(Day(days), random.Next(0, 5_000)));
        return payments;
    }
}
