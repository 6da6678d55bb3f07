using Foliosync.Brokers.Contract;
using Foliosync.Core.Performance;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Performance.Script;

namespace Foliosync.Core.Tests.Performance;

/// <summary>In the order price, currency, income, fees, taxes; worked out by hand beside each.</summary>
public sealed class GainBreakdownTests
{
    private readonly Script _script = new();

    // 10 units from 10 to 12.
    [Fact]
    public void A_price_that_rises()
    {
        var (account, share) = (_script.Account(), _script.Instrument());
        _script.Deposit(account, 0, 100).Buy(account, 0, share, 10, 10).Priced(share, 0, 10m, 12m);

        Parts(0, 1).ShouldBe((20m, 20m, 0m, 0m, 0m, 0m));
    }

    // 1 unit at 100 USD, bought at 1.25 USD for a euro, worth 80 EUR. It rises to 110 USD while the euro falls to 1.00 USD: worth 110 EUR.
    // Price: 10 USD at today's rate of 1.00 = 10 EUR. Currency: 100 USD * (1.00 - 0.80) = 20 EUR.
    [Fact]
    public void A_price_and_a_currency_that_rise()
    {
        var (account, share) = (_script.Account("USD", cash: false), _script.Instrument("USD"));
        _script.Buy(account, 0, share, 1, 100).Priced(share, 0, 100m, 110m).Rated("USD", 0, 1.25m, 1m);

        Parts(0, 1).ShouldBe((30m, 10m, 20m, 0m, 0m, 0m));
    }

    // 100 USD in cash: 80 EUR become 100 EUR.
    [Fact]
    public void Cash_in_a_currency_that_rises()
    {
        var account = _script.Account("USD");
        _script.Deposit(account, 0, 100, "USD").Rated("USD", 0, 1.25m, 1m);

        Parts(0, 1).ShouldBe((20m, 0m, 20m, 0m, 0m, 0m));
    }

    // A euro share pays 10 USD less 2 USD tax when a euro is 1.25 USD: 8 EUR income, 1.6 EUR tax. It falls by 7 EUR.
    [Fact]
    public void A_dividend_in_another_currency()
    {
        var (account, share) = (_script.Account(), _script.Instrument());
        _script.Deposit(account, 0, 100).Buy(account, 0, share, 10, 10).Priced(share, 0, 10m, 9.3m)
            .Dividend(account, 1, share, 10, taxes: 2, currency: "USD").Rated("USD", 0, 1.25m, 1.25m);

        Parts(0, 1).ShouldBe((-0.6m, -7m, 0m, 8m, 0m, -1.6m));
    }

    // 10 units at 10 with a fee of 1 and a tax of 0.5, sold at 11 with a fee of 1: 110 - 1 - 100 - 1.5 = 7.5; price 10.
    [Fact]
    public void Fees_and_taxes_of_trades()
    {
        var (account, share) = (_script.Account(), _script.Instrument());
        _script.Deposit(account, 0, 200).Buy(account, 0, share, 10, 10, fees: 1, taxes: 0.5m).Sell(account, 1, share, 10, 11, fees: 1).Priced(share, 0, 10m, 11m);

        Parts(-1, 1).ShouldBe((7.5m, 10m, 0m, 0m, -2m, -0.5m));
    }

    // The same where cash is not known.
    [Fact]
    public void Fees_and_taxes_of_trades_without_known_cash()
    {
        var (account, share) = (_script.Account(cash: false), _script.Instrument());
        _script.Buy(account, 0, share, 10, 10, fees: 1, taxes: 0.5m).Sell(account, 1, share, 10, 11, fees: 1).Priced(share, 0, 10m, 11m);

        Parts(-1, 1).ShouldBe((7.5m, 10m, 0m, 0m, -2m, -0.5m));
    }

    // Interest 3, a charge of 2 (negative for money that left), a tax of 1.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Interest_and_charges_that_belong_to_no_instrument(bool cash)
    {
        var account = _script.Account(cash: cash);
        _script.Deposit(account, 0, 100)
            .Entry(account, 1, TransactionKind.Interest, null, null, 3)
            .Entry(account, 1, TransactionKind.Fee, null, null, -2)
            .Entry(account, 1, TransactionKind.Tax, null, null, -1);

        Parts(0, 1).ShouldBe((0m, 0m, 0m, 3m, -2m, -1m));
    }

    // Bought at 9 in the morning, close 10: 10 units gain 10 on the day of the purchase.
    [Fact]
    public void The_gain_of_the_day_of_a_purchase_counts_from_its_price()
    {
        var (account, share) = (_script.Account(cash: false), _script.Instrument());
        _script.Buy(account, 0, share, 10, 9).Priced(share, 0, 10m);

        Parts(-1, 0).ShouldBe((10m, 10m, 0m, 0m, 0m, 0m));
    }

    // 100 USD at 1.25 = 80 EUR, moved to another account on day 1 at 1.00. No gain but the currency's 20.
    [Fact]
    public void Money_that_goes_from_one_own_account_to_another_gains_nothing()
    {
        var (a, b) = (_script.Account("USD"), _script.Account("USD"));
        _script.Deposit(a, 0, 100, "USD").Rated("USD", 0, 1.25m, 1m)
            .Entry(a, 1, TransactionKind.TransferOut, null, null, -100, currency: "USD")
            .Entry(b, 1, TransactionKind.TransferIn, null, null, 100, currency: "USD");

        Parts(0, 1).ShouldBe((20m, 0m, 20m, 0m, 0m, 0m));
    }

    [Fact]
    public void Fees_that_are_not_told_are_said_to_be_unknown()
    {
        var (account, share) = (_script.Account(), _script.Instrument());
        _script.Deposit(account, 0, 100).Buy(account, 0, share, 10, 10, fees: null).Priced(share, 0, 10m, 11m);

        GainBreakdown.Of(_script.Until(1).Total, Between(-1, 1))!.FeesAreKnown.ShouldBeFalse();
        GainBreakdown.Of(_script.Until(1).Total, Between(0, 1))!.FeesAreKnown.ShouldBeTrue();
    }

    [Fact]
    public void Without_a_rate_there_is_no_gain_in_base_currency_and_there_is_one_in_the_accounts()
    {
        var (account, share) = (_script.Account("AED", cash: false), _script.Instrument("AED"));
        _script.Buy(account, 0, share, 1, 100).Priced(share, 0, 100m, 110m);

        GainBreakdown.Of(_script.Until(1).Total, Between(0, 1)).ShouldBeNull();
        GainBreakdown.Of(_script.Until(1).Parts[0].InAccountCurrency, Between(0, 1))!.Total.ShouldBe(10m);
    }

    private (decimal Total, decimal Price, decimal Currency, decimal Income, decimal Fees, decimal Taxes) Parts(int start, int end)
    {
        var gain = GainBreakdown.Of(_script.Until(end).Total, Between(start, end)).ShouldNotBeNull();
        (gain.Price + gain.Currency + gain.Income + gain.Fees + gain.Taxes).ShouldBe(gain.Total);
        return (gain.Total, gain.Price, gain.Currency, gain.Income, gain.Fees, gain.Taxes);
    }
}
