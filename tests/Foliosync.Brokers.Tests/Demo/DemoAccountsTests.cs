using Foliosync.Brokers.Contract;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Demo;

public sealed class DemoAccountsTests
{
    [Fact]
    public async Task There_is_an_account_in_rupees_and_one_in_dollars()
    {
        var accounts = await DemoSession.Broker.ListAccountsAsync(DemoSession.Open(), TestContext.Current.CancellationToken);

        accounts.Select(account => (account.ExternalId, account.Currency)).ShouldBe([("DEMO-IN", "INR"), ("DEMO-US", "USD")]);
    }

    [Fact]
    public async Task The_indian_account_holds_shares_funds_with_folios_exchange_traded_funds_and_a_government_bond()
    {
        var session = DemoSession.Open();
        var holdings = await DemoSession.HoldingsAsync(session, await DemoSession.AccountAsync(session, "INR"));

        holdings.Select(holding => holding.Instrument.AssetClass).Distinct().ShouldBe(
            [AssetClass.Equity, AssetClass.GovernmentBond, AssetClass.Etf, AssetClass.MutualFund], ignoreOrder: true);
        holdings.Where(holding => holding.Instrument.AssetClass == AssetClass.MutualFund)
            .ShouldAllBe(holding => holding.Folio != null && holding.Instrument.Exchange == null);
    }

    [Fact]
    public async Task The_american_account_holds_parts_of_shares()
    {
        var session = DemoSession.Open();
        var holdings = await DemoSession.HoldingsAsync(session, await DemoSession.AccountAsync(session, "USD"));

        holdings.ShouldContain(holding => holding.Quantity % 1 != 0);
        holdings.ShouldAllBe(holding => holding.Instrument.Currency == "USD");
    }

    [Fact]
    public async Task Reading_twice_at_the_same_instant_gives_the_same_report()
    {
        var account = await DemoSession.AccountAsync(DemoSession.Open(), "INR");

        var first = await DemoSession.HoldingsAsync(DemoSession.Open(), account);
        var second = await DemoSession.HoldingsAsync(DemoSession.Open(), account);

        second.ShouldBe(first);
    }

    [Fact]
    public async Task A_seed_gives_other_accounts_with_other_amounts()
    {
        var usual = DemoSession.Open();
        var seeded = DemoSession.Open(seed: "7");
        var account = await DemoSession.AccountAsync(seeded, "INR");

        var identity = await DemoSession.Broker.CheckAsync(seeded, TestContext.Current.CancellationToken);
        var holdings = await DemoSession.HoldingsAsync(seeded, account);

        identity.UserId.ShouldBe("DEMO-7");
        account.ExternalId.ShouldBe("DEMO-IN-7");
        holdings.ShouldNotBe(await DemoSession.HoldingsAsync(usual, await DemoSession.AccountAsync(usual, "INR")));
    }

    [Fact]
    public async Task Before_the_first_day_the_account_is_complete_and_empty()
    {
        var session = DemoSession.Open(now: new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var account = await DemoSession.AccountAsync(session, "INR");

        var report = await DemoSession.Broker.ReadHoldingsAsync(session, account, TestContext.Current.CancellationToken);

        report.IsComplete.ShouldBeTrue();
        report.Holdings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("INR")]
    [InlineData("USD")]
    public async Task Every_isin_has_the_right_check_digit(string currency)
    {
        var session = DemoSession.Open();
        var holdings = await DemoSession.HoldingsAsync(session, await DemoSession.AccountAsync(session, currency));

        holdings.ShouldAllBe(holding => HasRightCheckDigit(holding.Instrument.Isin!));
    }

    // ISO 6166: letters count as two digits (A = 10), then the Luhn sum over all of them is a multiple of ten.
    private static bool HasRightCheckDigit(string isin)
    {
        var digits = string.Concat(isin.Select(c => char.IsAsciiDigit(c) ? $"{c}" : $"{c - 'A' + 10}"));
        var sum = digits.Reverse()
            .Select((c, place) => (c - '0') * (place % 2 == 0 ? 1 : 2))
            .Sum(product => (product / 10) + (product % 10));
        return isin.Length == 12 && sum % 10 == 0;
    }
}
