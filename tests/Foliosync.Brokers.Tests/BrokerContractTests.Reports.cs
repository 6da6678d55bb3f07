using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Tests.Contract;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests;

public abstract partial class BrokerContractTests
{
    [Theory]
    [MemberData(nameof(Readings))]
    public async Task A_recorded_day_gives_exactly_the_approved_text(string reading)
    {
        if (Find(reading) is not { } read)
        {
            NotApplicable(reading);
            return;
        }

        ShouldBeApproved(await read(RecordedSession(), await AccountAsync(), CancellationToken.None), reading);
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public async Task Reading_twice_gives_the_same(string reading)
    {
        if (Find(reading) is not { } read)
        {
            NotApplicable(reading);
            return;
        }

        var account = await AccountAsync();

        var first = await read(RecordedSession(), account, CancellationToken.None);
        var second = await read(RecordedSession(), account, CancellationToken.None);

        second.ShouldBe(first);
    }

    [Fact]
    public async Task There_is_at_least_one_account_with_an_id_and_a_currency()
    {
        var accounts = await Broker.ListAccountsAsync(RecordedSession(), CancellationToken.None);

        accounts.ShouldNotBeEmpty();
        accounts.Select(account => account.ExternalId).ShouldBeUnique();
        accounts.ShouldAllBe(account => account.ExternalId.Length > 0 && account.Currency.Length == 3);
    }

    [Theory]
    [InlineData("holdings")]
    [InlineData("positions")]
    [InlineData("funds")]
    public async Task An_empty_account_is_a_complete_empty_report(string reading)
    {
        if (Find(reading) is null)
        {
            NotApplicable(reading);
            return;
        }

        if (!UsesNetwork)
        {
            NotApplicableOffline();
            return;
        }

        var border = new RecordedBorder(EmptyAccount());
        var report = await ReadHoldingsAsync(reading, Session(border));

        report.IsComplete.ShouldBeTrue();
        report.Holdings.ShouldBeEmpty();
        report.Warnings.ShouldBeEmpty();
        report.SkippedRows.ShouldBe(0);
        EmptyAccount().ShouldContain(
            recording => recording.FileName.StartsWith("empty.", StringComparison.Ordinal) && border.Played(recording),
            $"No empty.*.http answers what {reading} asks for.");
    }

    [Theory]
    [InlineData("holdings")]
    [InlineData("positions")]
    [InlineData("funds")]
    public async Task Reports_keep_their_own_rules(string reading)
    {
        if (Find(reading) is null)
        {
            NotApplicable(reading);
            return;
        }

        var report = await ReadHoldingsAsync(reading, RecordedSession());

        report.AsOf.Offset.ShouldBe(TimeSpan.Zero);
        report.IsComplete.ShouldBe(report.SkippedRows == 0, "A report that leaves rows out is not complete.");
        report.Warnings.ShouldAllBe(warning => warning.Code.All(c => char.IsAsciiLetterLower(c) || c == '-') && warning.Message.Length > 0);
        foreach (var holding in report.Holdings)
        {
            var instrument = holding.Instrument;
            instrument.Symbol.ShouldNotBeNullOrWhiteSpace();
            instrument.BrokerKey.ShouldNotBeNullOrWhiteSpace();
            instrument.Currency.Length.ShouldBe(3);
            holding.Quantity.ShouldNotBe(0, instrument.Symbol);
            holding.UnsettledQuantity.ShouldBeInRange(0, Math.Abs(holding.Quantity), instrument.Symbol);
            holding.PledgedQuantity.ShouldBeInRange(0, Math.Abs(holding.Quantity), instrument.Symbol);
            holding.Multiplier.ShouldBePositive(instrument.Symbol);
        }
    }

    [Fact]
    public async Task Transactions_have_unique_ids_and_cash_that_agrees_with_quantity_and_price()
    {
        if (Broker is not ITransactionsSource source)
        {
            NotApplicable("transactions");
            return;
        }

        var pages = await source.ReadTransactionsAsync(RecordedSession(), await AccountAsync(), after: null, CancellationToken.None).ToListAsync();
        var transactions = pages.SelectMany(page => page.Transactions).ToList();

        transactions.ShouldNotBeEmpty("Record at least one transaction.");
        transactions.Select(transaction => transaction.ExternalId).ShouldBeUnique();
        foreach (var transaction in transactions)
        {
            var because = transaction.ExternalId;
            transaction.TradedAt.Offset.ShouldBe(TimeSpan.Zero, because);
            (transaction.Quantity ?? 0).ShouldBeGreaterThanOrEqualTo(0, because);
            (transaction.Fees ?? 0).ShouldBeGreaterThanOrEqualTo(0, because);
            (transaction.Taxes ?? 0).ShouldBeGreaterThanOrEqualTo(0, because);
            ShouldAgree(transaction);
        }
    }

    [Fact]
    public async Task Transactions_resume_from_the_cursor_of_every_page()
    {
        if (Broker is not ITransactionsSource source)
        {
            NotApplicable("transactions");
            return;
        }

        var account = await AccountAsync();
        var pages = await source.ReadTransactionsAsync(RecordedSession(), account, after: null, CancellationToken.None).ToListAsync();
        for (var i = 0; i < pages.Count; i++)
        {
            if (pages[i].Cursor is not { } cursor)
            {
                continue;
            }

            var rest = await source.ReadTransactionsAsync(RecordedSession(), account, cursor, CancellationToken.None).ToListAsync();

            // What was read before may come again; what was not read yet must come.
            var resumed = rest.SelectMany(page => page.Transactions).Select(transaction => transaction.ExternalId).ToHashSet();
            var missing = pages.Skip(i + 1).SelectMany(page => page.Transactions).Select(transaction => transaction.ExternalId);
            missing.Except(resumed).ShouldBeEmpty();
            cursor.Value.Length.ShouldBeLessThanOrEqualTo(1000);
            cursor.Value.ShouldNotContain(Planted);
        }
    }

    private async Task<HoldingsReport> ReadHoldingsAsync(string reading, BrokerSession session)
    {
        var account = await AccountAsync();
        return reading switch
        {
            "holdings" => await ((IHoldingsSource)Broker).ReadHoldingsAsync(session, account, CancellationToken.None),
            "positions" => await ((IPositionsSource)Broker).ReadPositionsAsync(session, account, CancellationToken.None),
            _ => await ((IFundsSource)Broker).ReadFundsAsync(session, account, CancellationToken.None),
        };
    }

    /// <summary>The amount is the cash effect before fees: money leaves for what is bought, and comes for what is sold.</summary>
    private static void ShouldAgree(ReportedTransaction transaction)
    {
        if (transaction.Amount is not { } amount)
        {
            return;
        }

        switch (transaction.Kind)
        {
            case TransactionKind.Buy:
                amount.ShouldBe(-transaction.Quantity.GetValueOrDefault() * transaction.Price.GetValueOrDefault(), 0.01m, transaction.ExternalId);
                break;
            case TransactionKind.Sell:
                amount.ShouldBe(transaction.Quantity.GetValueOrDefault() * transaction.Price.GetValueOrDefault(), 0.01m, transaction.ExternalId);
                break;
            case TransactionKind.Deposit or TransactionKind.Dividend:
                amount.ShouldBeGreaterThanOrEqualTo(0, transaction.ExternalId);
                break;
            case TransactionKind.Withdrawal or TransactionKind.Fee or TransactionKind.Tax:
                amount.ShouldBeLessThanOrEqualTo(0, transaction.ExternalId);
                break;
            default:
                break;
        }
    }
}
