using Foliosync.Brokers.Contract;
using Foliosync.Core.Transactions;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Transactions.Rows;

namespace Foliosync.Core.Tests.Transactions;

public sealed class LedgerMergeTests
{
    private static readonly LedgerEntry Api = Row(TransactionKind.Buy, 1, 10, 100, "NSE:1:2026-08-03");
    private static readonly LedgerEntry Manual = Row(TransactionKind.Buy, 1, 10, 100, "manual:1", TransactionSource.Manual);
    private static readonly LedgerEntry Inferred = Row(TransactionKind.Buy, 2, 10, 100, "inferred:1", TransactionSource.Inferred) with
    {
        TradedAt = At(2, 18),
        RecordedAt = At(2, 18),
        Inference = new InferredFrom(Id("a"), Id("b"), At(1, 18), At(2, 18)),
    };

    [Fact]
    public void A_tradebook_row_confirms_the_trade_of_the_same_id_and_keeps_what_only_the_api_told()
    {
        var file = File("NSE:1:2026-08-03", 10, 100) with { TradedAt = At(1, 0), Fees = null, SettledOn = null };

        var merged = Merge(Api with { Fees = 3m, SettledOn = Date(2), Note = "delivery" }, file);

        var row = merged.Effective.ShouldHaveSingleItem();
        (row.Id, row.Source, row.Fees, row.SettledOn, row.Note, row.TradedAt).ShouldBe((file.Id, TransactionSource.Statement, 3m, Date(2), "delivery", At(1)));
        merged.Superseded.ShouldHaveSingleItem().ShouldBe(new(Api with { Fees = 3m, SettledOn = Date(2), Note = "delivery" }, SupersededReason.SameRow, file.Id));
    }

    [Fact]
    public void Of_one_row_told_twice_by_one_source_the_later_counts()
    {
        var corrected = Api with { Id = Id("later"), Price = 101, RecordedAt = At(5) };

        Merge(corrected, Api).Effective.ShouldHaveSingleItem().Price.ShouldBe(101m);
    }

    [Fact]
    public void A_tradebook_row_confirms_an_equal_trade_under_another_id()
    {
        var merged = Merge(Api, File("other id", 10, 100));

        merged.Effective.ShouldHaveSingleItem().Source.ShouldBe(TransactionSource.Statement);
        merged.Superseded.ShouldHaveSingleItem().Reason.ShouldBe(SupersededReason.Confirmed);
    }

    [Fact]
    public void Fills_of_a_tradebook_replace_the_order_that_the_api_told_as_one()
    {
        var merged = Merge(Api, File("f1", 4, 99), File("f2", 6, 100.6666666667m));

        merged.Effective.Sum(e => e.Quantity).ShouldBe(10m);
        merged.Superseded.ShouldHaveSingleItem().Reason.ShouldBe(SupersededReason.Replaced);
    }

    [Fact]
    public void Two_equal_trades_of_a_day_stay_two()
    {
        var again = Row(TransactionKind.Buy, 1, 10, 100, "NSE:2:2026-08-03");

        Merge(Api, again, File("f1", 10, 100), File("f2", 10, 100)).Effective.Count.ShouldBe(2);
    }

    [Fact]
    public void A_tradebook_leaves_other_days_kinds_and_instruments_to_the_api()
    {
        LedgerEntry[] others =
        [
            Row(TransactionKind.Buy, 2, 10, 100, "day"),
            Row(TransactionKind.Sell, 1, 10, 100, "kind"),
            Row(TransactionKind.Buy, 1, 10, 100, "instrument") with { InstrumentId = Id("other") },
        ];

        Merge([File("f1", 7, 100), .. others]).Superseded.ShouldBeEmpty();
    }

    [Fact]
    public void A_manual_row_is_confirmed_by_the_brokers_row_of_the_same_trade()
    {
        var merged = Merge(Manual with { Price = null, Note = "for the house" }, Api);

        merged.Effective.ShouldHaveSingleItem().Note.ShouldBe("for the house");
        merged.Superseded.ShouldHaveSingleItem().Reason.ShouldBe(SupersededReason.Confirmed);
        merged.Conflicts.ShouldBeEmpty();
    }

    [Fact]
    public void A_manual_row_that_the_broker_tells_otherwise_is_kept_and_flagged()
    {
        var merged = Merge(Manual with { Quantity = 12 }, Api);

        merged.Effective.Count.ShouldBe(2);
        merged.Conflicts.ShouldHaveSingleItem().Message
            .ShouldBe("The broker tells buy 10 at 100 on 2026-08-03, you entered buy 12 at 100 on 2026-08-03. Both count until you remove one.");
    }

    [Fact]
    public void A_manual_row_that_a_file_should_have_and_has_not_is_kept_and_flagged()
    {
        var merged = LedgerMerge.Merge([Manual], [new LedgerCoverage(Date(1), Date(30), At(40))]);

        merged.Effective.ShouldBe([Manual]);
        merged.Conflicts.ShouldHaveSingleItem();
    }

    [Fact]
    public void An_inference_gives_way_to_a_row_that_is_learnt_later()
    {
        var learnt = Row(TransactionKind.Buy, 2, 10, 98, "api") with { RecordedAt = At(3) };

        var merged = Merge(Inferred, learnt);

        merged.Effective.ShouldBe([learnt]);
        merged.Superseded.ShouldBe([new(Inferred, SupersededReason.InferenceReplaced, learnt.Id)]);
    }

    [Fact]
    public void An_inference_stays_beside_the_rows_that_it_took_into_account()
    {
        var before = Row(TransactionKind.Buy, 2, 4, 98, "api") with { RecordedAt = At(2, 18) };

        Merge(Inferred, before).Superseded.ShouldBeEmpty();
    }

    [Fact]
    public void A_row_of_another_day_says_nothing_about_an_inference()
    {
        Merge(
            Inferred,
            Row(TransactionKind.Buy, 1, 10, 98, "before") with { RecordedAt = At(9) },
            Row(TransactionKind.Buy, 3, 10, 98, "after") with { RecordedAt = At(9) },
            Row(TransactionKind.Buy, 1, 10, 98, "bare day") with { RecordedAt = At(9), TradedAt = At(1, 0) }).Superseded.ShouldBeEmpty();
    }

    [Fact]
    public void A_file_that_covers_the_days_of_an_inference_and_has_no_such_row_refutes_it()
    {
        LedgerMerge.Merge([Inferred], [new LedgerCoverage(Date(1), Date(2), At(9))])
            .Superseded.ShouldBe([new(Inferred, SupersededReason.InferenceRefuted, null)]);
    }

    [Theory]
    [InlineData(2, 30, 9, TransactionKind.Buy)] // does not cover the first of the two days
    [InlineData(1, 30, 1, TransactionKind.Buy)] // was known before the inference
    [InlineData(1, 30, 9, TransactionKind.Split)] // a tradebook has no splits
    public void A_file_does_not_refute_what_it_would_not_tell(int from, int to, int recorded, TransactionKind kind)
    {
        LedgerMerge.Merge([Inferred with { Kind = kind }], [new LedgerCoverage(Date(from), Date(to), At(recorded))]).Superseded.ShouldBeEmpty();
    }

    [Fact]
    public void Every_row_counts_or_is_superseded_in_any_order_and_merging_again_drops_nothing() => Cases.ForAll(
        from count in Gen.Choose(0, 8)
        from rows in AnyRow().ArrayOf(count)
        from seed in Gen.Choose(0, int.MaxValue)
        select (rows, seed),
        drawn =>
        {
            LedgerEntry[] rows = [.. drawn.rows.DistinctBy(r => r.Id)];
            LedgerEntry[] shuffled = [.. rows];
            new Random(drawn.seed).Shuffle(shuffled);
            LedgerCoverage[] coverage = [new(Date(1), Date(2), At(6))];

            var merged = LedgerMerge.Merge(rows, coverage);

            merged.Effective.Select(e => e.Id).Concat(merged.Superseded.Select(s => s.Entry.Id)).ShouldBe(rows.Select(r => r.Id), ignoreOrder: true);
            LedgerMerge.Merge(shuffled, coverage).Effective.ShouldBe(merged.Effective);

            // One row of the broker confirms one of two equal manual rows; without the first it would confirm the second.
            LedgerEntry[] told = [.. merged.Effective.Where(e => e.Source != TransactionSource.Manual)];
            var again = LedgerMerge.Merge(told, coverage);
            again.Effective.ShouldBe(told);
            again.Superseded.ShouldBeEmpty();
        },
        10_000);

    private static FsCheck.Gen<LedgerEntry> AnyRow() =>
        from source in Gen.Elements(Enum.GetValues<TransactionSource>())
        from kind in Gen.Elements(TransactionKind.Buy, TransactionKind.Sell)
        from day in Gen.Choose(1, 2)
        from units in Gen.Choose(1, 2)
        from number in Gen.Choose(1, 4)
        from recorded in Gen.Choose(3, 9)
        let row = Row(kind, day, units, 100, source == TransactionSource.Inferred ? $"inferred {kind} {day} {number}" : $"{kind} {day} {number}", source)
        select row with
        {
            Id = Id($"{row.ExternalId} {source} {units} {recorded}"),
            RecordedAt = At(recorded),
            Inference = source == TransactionSource.Inferred ? new InferredFrom(Id("a"), Id("b"), At(day - 1, 18), At(day, 18)) : null,
        };

    private static LedgerEntry File(string id, decimal units, decimal price) =>
        Row(TransactionKind.Buy, 1, units, price, id, TransactionSource.Statement) with { RecordedAt = At(9) };

    private static MergedLedger Merge(params LedgerEntry[] entries) => LedgerMerge.Merge(entries, []);
}
