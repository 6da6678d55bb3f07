using System.Text;
using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Tests.Contract;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Zerodha;

public sealed class ZerodhaLedgerTests
{
    private const string Header = "particulars,posting_date,cost_center,voucher_type,debit,credit,net_balance";

    [Theory]
    [InlineData("Payin", "Bank Receipts", "0", "500.00", TransactionKind.Deposit, 500)]
    [InlineData("Payout", "Bank Payments", "500.00", "0", TransactionKind.Withdrawal, -500)]
    [InlineData("Payin reversed", "Bank Receipts", "500.00", "0", TransactionKind.Adjustment, -500)]
    [InlineData("DP Charges for Sale of INFY", "Journal Entry", "15.00", "0", TransactionKind.Fee, -15)]
    [InlineData("Reversal of DP charges", "Journal Entry", "0", "15.00", TransactionKind.Adjustment, 15)]
    [InlineData("Interest on delayed payment", "Journal Entry", "3.00", "0", TransactionKind.Interest, -3)]
    [InlineData("Something new", "Magic Voucher", "3.00", "0", TransactionKind.Unclassified, -3)]
    public async Task A_row_is_what_its_voucher_says(string particulars, string voucher, string debit, string credit, TransactionKind kind, int amount)
    {
        var reading = await ReadAsync($"{particulars},2025-04-01,NSE-EQ - Z,{voucher},{debit},{credit},");

        var transaction = reading.Transactions.ShouldHaveSingleItem();
        (transaction.Kind, transaction.Amount).ShouldBe((kind, (decimal)amount));

        // Midnight of 1 April in India.
        transaction.TradedAt.ShouldBe(new DateTimeOffset(2025, 3, 31, 18, 30, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task The_settlement_of_trades_is_no_flow_of_its_own() =>
        (await ReadAsync("Net settlement for Equity,2025-04-01,NSE-EQ - Z,Book Voucher,500,0,")).Transactions.ShouldBeEmpty();

    [Fact]
    public async Task A_balance_that_does_not_follow_names_its_row()
    {
        var reading = await ReadAsync(
            "Opening Balance,,,,0,0,100",
            "Payin,2025-04-01,NSE-EQ - Z,Bank Receipts,0,500,600",
            "Payin,2025-04-02,NSE-EQ - Z,Bank Receipts,0,500,1200",
            "Closing Balance,,,,0,0,1200");

        reading.Transactions.Count.ShouldBe(2);
        reading.Warnings.ShouldHaveSingleItem().Message.ShouldStartWith("Line 4: the balance does not follow");
    }

    [Fact]
    public async Task Bank_accounts_handles_and_tax_ids_are_not_kept()
    {
        var reading = await ReadAsync(
            "Funds added using UPI from asha@okbank,2025-04-01,NSE-EQ - Z,Bank Receipts,0,500,",
            "\"Charges, account 123456789012, PAN ABCDE1234F, asha@example.com\",2025-04-01,NSE-EQ - Z,Journal Entry,5,0,");

        reading.Transactions.Select(t => t.Note).ShouldBe([null, "Charges, account ***, PAN ***, ***"]);
    }

    [Fact]
    public async Task Days_of_the_older_form_give_the_same_ids()
    {
        var now = await ReadAsync("Payin,2025-04-01,NSE-EQ - Z,Bank Receipts,0,500.00,");
        var old = await ReadAsync("Payin,01-04-2025,NSE-EQ - Z,Bank Receipts,0,500,");

        old.Transactions.Single().ShouldBe(now.Transactions.Single());
    }

    private static Task<StatementReading> ReadAsync(params string[] rows) =>
        StatementReading.OfAsync(Kite.Broker, Encoding.UTF8.GetBytes(string.Join('\n', [Header, .. rows])));
}
