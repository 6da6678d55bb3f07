using Foliosync.Brokers.Contract;
using Foliosync.Core.Tests.Sync;
using Foliosync.Core.Transactions;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Transactions.Rows;

namespace Foliosync.Core.Tests.Transactions;

public sealed class LedgerVerdictTests
{
    [Fact]
    public void Units_that_agree_are_in_balance()
    {
        var verdict = Compare([Buy(1, 10, 100)], Units(10, from: 1));

        (verdict.IsInBalance, verdict.Badge).ShouldBe((true, "in balance"));
        Only(verdict).ShouldBe(new VerdictLine { InstrumentId = Infy, Name = "INFY", Ledger = 10, Broker = 10 });
    }

    [Fact]
    public void A_missing_row_is_flagged_with_the_day_on_which_the_two_parted()
    {
        // Both have 10; on day 3 the broker has 13, on day 5 both sell 4.
        var verdict = Compare([Buy(1, 10, 100), Sell(5, 4, 100)], Units(10, from: 1, to: 3), Units(13, from: 3, to: 5), Units(9, from: 5));

        verdict.Badge.ShouldBe("off by 3 INFY since 2026-08-05");
        (Only(verdict).Difference, Only(verdict).Since, Only(verdict).Cause).ShouldBe((-3m, Date(3), DifferenceCause.Unexplained));
    }

    [Fact]
    public void A_difference_that_passed_is_not_told()
    {
        // The trade of day 3 was reported by the broker on day 4.
        Compare([Buy(1, 10, 100), Buy(3, 5, 100)], Units(10, from: 1, to: 4), Units(15, from: 4)).IsInBalance.ShouldBeTrue();
    }

    [Fact]
    public void The_first_day_of_the_present_difference_counts_not_of_one_before()
    {
        var verdict = Compare(
            [Buy(1, 10, 100), Buy(4, 2, 100), Buy(6, 7, 100)], Units(10, from: 1, to: 2), Units(12, from: 2));

        Only(verdict).Since.ShouldBe(Date(6));
    }

    [Fact]
    public void A_trade_that_closes_the_gap_until_its_report_comes_does_not_hide_it()
    {
        // 5 are missing since day 2. The purchase of 5 on day 4 is reported in the evening.
        var verdict = Compare([Buy(1, 10, 100), Buy(4, 5, 100)], Units(10, from: 1, to: 2), Units(15, from: 2, to: 4), Units(20, from: 4));

        (Only(verdict).Difference, Only(verdict).Since).ShouldBe((-5m, Date(2)));
    }

    [Fact]
    public void What_only_one_of_the_two_has_is_compared_with_nothing()
    {
        Only(Compare([Buy(2, 10, 100)])).Difference.ShouldBe(10m);
        Only(Compare([], Units(10, from: 2))).Difference.ShouldBe(-10m);
    }

    [Fact]
    public void A_balance_that_rests_on_inference_alone_says_so()
    {
        var verdict = Compare([Buy(1, 10, 100) with { Source = TransactionSource.Inferred }], Units(10, from: 1));

        (verdict.IsInBalance, Only(verdict).Cause).ShouldBe((true, DifferenceCause.InferredOnly));
    }

    [Fact]
    public void A_trade_before_its_settlement_is_on_its_way()
    {
        var verdict = Compare([Buy(1, 10, 100), Buy(20, 5, 100) with { SettledOn = Date(21) }], Units(10, from: 1));

        (verdict.IsInBalance, Only(verdict).Cause).ShouldBe((true, DifferenceCause.Unsettled));
    }

    [Fact]
    public void Units_that_are_bought_and_not_delivered_may_have_no_row_yet()
    {
        Only(Compare([Buy(1, 10, 100)], Units(10, from: 1, to: 20), Units(15, from: 20) with { Unsettled = 5 })).Cause.ShouldBe(DifferenceCause.Unsettled);
    }

    [Fact]
    public void A_trade_that_should_have_arrived_long_ago_is_not_on_its_way()
    {
        Only(Compare([Buy(1, 10, 100), Buy(10, 5, 100)], Units(10, from: 1))).Cause.ShouldBe(DifferenceCause.Unexplained);
    }

    [Fact]
    public void Pledged_units_explain_a_difference_of_their_number()
    {
        Only(Compare([Buy(1, 10, 100)], Units(10, from: 1, to: 5), Units(16, from: 5) with { Pledged = 6 })).Cause.ShouldBe(DifferenceCause.Pledged);
    }

    [Fact]
    public void Margin_funded_units_are_kept_apart()
    {
        var verdict = Compare([Buy(1, 10, 100)], Units(10, from: 1), Units(4, from: 5, lot: "margin"));

        (verdict.IsInBalance, Only(verdict).Cause).ShouldBe((true, DifferenceCause.MarginFunded));
    }

    [Fact]
    public void A_dropped_fraction_is_rounding()
    {
        // 5 x 3:2 = 7.5; the broker has 7.
        Only(Compare([Buy(1, 5, 100), Split(3, 3, 2)], Units(5, from: 1, to: 3), Units(7, from: 3))).Cause.ShouldBe(DifferenceCause.FractionalRounding);
    }

    [Fact]
    public void Units_in_a_usual_ratio_tell_of_a_missing_split()
    {
        var line = Only(Compare([Buy(1, 10, 100)], Units(10, from: 1, to: 7), Units(50, from: 7)));

        (line.Cause, line.Explanation, line.IsInBalance).ShouldBe(
            (DifferenceCause.SplitMissing, "On that day the broker's units became 5:1: enter a split or bonus issue.", false));
    }

    [Fact]
    public void A_difference_as_old_as_the_reports_comes_from_before_them()
    {
        var verdict = Compare([Buy(3, 10, 100)], Units(25, from: 1, to: 3), Units(35, from: 3));

        (Only(verdict).Cause, verdict.Badge).ShouldBe((DifferenceCause.MissingHistory, "off by 25 INFY since 2026-08-03"));
    }

    [Fact]
    public void Opposite_differences_of_two_accounts_are_a_transfer()
    {
        var from = Compare([Buy(1, 10, 100)], Units(10, from: 1, to: 5), Units(3, from: 5));
        var to = Compare([Buy(1, 5, 100)], Units(5, from: 1, to: 6), Units(12, from: 6));

        LedgerVerdict.ExplainTransfers([from, to]).Select(v => Only(v).Cause).ShouldBe([DifferenceCause.Transfer, DifferenceCause.Transfer]);
        LedgerVerdict.ExplainTransfers([from, from]).Select(v => Only(v).Cause).ShouldBe([DifferenceCause.Unexplained, DifferenceCause.Unexplained]);
    }

    [Fact]
    public void Several_places_are_counted_since_the_first()
    {
        var tcs = Reported.Instrument("TCS");
        var verdict = Compare([Buy(1, 10, 100)], Units(10, from: 1, to: 4), Units(17, from: 4), new ReportedUnits(tcs, "", 3, At(2, 18)));

        verdict.Badge.ShouldBe("off in 2 places since 2026-08-04");
    }

    [Fact]
    public void Cash_is_compared_currency_by_currency()
    {
        // 1,000 - 10 x 60 - 5 = 395; the broker says 400 in two segments: 5 too much since day 2, the fee.
        var verdict = LedgerVerdict.Compare(Both([Cash(TransactionKind.Deposit, 1, 1_000), Buy(2, 10, 60) with { Fees = 5 }], [Units(10, from: 1)]) with
        {
            Money = [new("INR", 1_000, At(1, 18), At(2, 18)), new("INR", 300, At(2, 18)), new("INR", 100, At(2, 18)), new("USD", 7, At(1, 18))],
        });

        var rupees = verdict.Lines.Single(l => l.Name == "INR");
        (rupees.Ledger, rupees.Broker, rupees.Since, rupees.Cause).ShouldBe((395m, 400m, Date(2), DifferenceCause.Unexplained));
        verdict.Lines.Single(l => l.Name == "USD").Cause.ShouldBe(DifferenceCause.CashNotKept);
    }

    [Fact]
    public void Cash_of_a_ledger_without_deposits_means_nothing_and_is_no_fault()
    {
        var verdict = LedgerVerdict.Compare(Both([Buy(1, 10, 100)], [Units(10, from: 1)]) with { Money = [new("INR", 500, At(1, 18))] });

        (verdict.IsInBalance, verdict.Lines[^1].Cause).ShouldBe((true, DifferenceCause.CashNotKept));
    }

    [Fact]
    public void Rows_that_hide_their_amount_explain_cash_that_is_off()
    {
        LedgerEntry[] entries = [Cash(TransactionKind.Deposit, 1, 1_000), Cash(TransactionKind.Interest, 3, null)];

        var verdict = LedgerVerdict.Compare(Both(entries, []) with { Money = [new("INR", 1_000, At(1, 18), At(3, 18)), new("INR", 1_012, At(3, 18))] });

        verdict.Lines[^1].Cause.ShouldBe(DifferenceCause.AmountsUnknown);
    }

    [Fact]
    public void A_ledger_that_repeats_the_broker_is_in_balance_and_one_row_more_is_off_by_that_row() => Cases.ForAll(
        from count in Gen.Choose(1, 8)
        from changes in Gen.Choose(-40, 60).ArrayOf(count)
        from extra in Gen.Choose(1, count)
        select (changes, extra),
        drawn =>
        {
            var entries = new List<LedgerEntry>();
            var periods = new List<ReportedUnits>();
            foreach (var (change, index) in drawn.changes.Select((c, i) => (c, i)))
            {
                if (change != 0)
                {
                    entries.Add(Row(change > 0 ? TransactionKind.Buy : TransactionKind.Sell, index + 1, Math.Abs(change), 10, $"{index}"));
                }

                var last = index + 1 == drawn.changes.Length;
                periods.Add(Units(drawn.changes[..(index + 1)].Sum(), from: index + 1, to: last ? null : index + 2));
            }

            Compare(entries, [.. periods]).IsInBalance.ShouldBeTrue();

            // 1,001 units are no usual multiple, and no day's change.
            var off = Only(Compare([.. entries, Row(TransactionKind.Buy, drawn.extra, 1_001, 10, "extra") with { TradedAt = At(drawn.extra, 19) }], [.. periods]));
            (off.Difference, off.Since, off.IsInBalance).ShouldBe((1_001m, Date(drawn.extra), false));
        },
        10_000);

    private static AccountVerdict Compare(IReadOnlyCollection<LedgerEntry> entries, params ReportedUnits[] units) =>
        LedgerVerdict.Compare(Both(entries, units));

    private static LedgerAndBroker Both(IReadOnlyCollection<LedgerEntry> entries, IReadOnlyCollection<ReportedUnits> units) => new()
    {
        Entries = entries,
        Units = units,
        FirstReportAt = At(1, 18),
        AsOf = At(20, 18),
        Symbols = new Dictionary<Guid, string> { [Infy] = "INFY" },
    };

    private static ReportedUnits Units(decimal units, int from, int? to = null, string lot = "") =>
        new(Infy, lot, units, At(from, 18), to is { } day ? At(day, 18) : null);

    private static VerdictLine Only(AccountVerdict verdict) => verdict.Lines.ShouldHaveSingleItem();
}
