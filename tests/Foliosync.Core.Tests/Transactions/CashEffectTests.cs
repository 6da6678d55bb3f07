using Foliosync.Brokers.Contract;
using Foliosync.Core.Transactions;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Transactions.Rows;

namespace Foliosync.Core.Tests.Transactions;

public sealed class CashEffectTests
{
    [Fact]
    public void Spending_more_than_was_paid_in_leaves_cash_owed()
    {
        // 100 - (10 x 15 + 1) = -51.
        CashEffect.Sum([Cash(TransactionKind.Deposit, 1, 100), Buy(2, 10, 15) with { Fees = 1 }]).ShouldBe([new LedgerCash("INR", -51m, 0)]);
    }

    [Fact]
    public void Currencies_are_never_added_up()
    {
        CashEffect.Sum([
            Cash(TransactionKind.Deposit, 1, 100),
            Cash(TransactionKind.Deposit, 2, 7, "USD"),
            Cash(TransactionKind.Withdrawal, 3, -30),
            Cash(TransactionKind.Interest, 4, -2, "USD"),
        ]).ShouldBe([new LedgerCash("INR", 70m, 0), new LedgerCash("USD", 5m, 0)]);
    }

    [Fact]
    public void Withheld_tax_lowers_the_dividend_that_arrives()
    {
        CashEffect.Of(Row(TransactionKind.Dividend, 1) with { Amount = 80m, Taxes = 20m }).ShouldBe(60m);
    }

    [Fact]
    public void A_derivative_without_an_amount_does_not_tell_its_cash()
    {
        var future = Buy(1, 2, 6_000) with { Multiplier = 10 };

        CashEffect.Of(future).ShouldBeNull();
        CashEffect.Sum([future]).ShouldBe([new LedgerCash("INR", 0m, 1)]);
    }

    [Theory]
    [InlineData(TransactionKind.Split)]
    [InlineData(TransactionKind.Bonus)]
    [InlineData(TransactionKind.TransferIn)]
    [InlineData(TransactionKind.TransferOut)]
    [InlineData(TransactionKind.Adjustment)]
    public void Units_that_move_without_payment_move_no_cash(TransactionKind kind)
    {
        CashEffect.Of(Row(kind, 1, 10, 100)).ShouldBe(0m);
    }
}
