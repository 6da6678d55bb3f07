using Foliosync.Brokers.Contract;
using Foliosync.Core.Transactions;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Transactions.Rows;

namespace Foliosync.Core.Tests.Transactions;

/// <summary>Random lives of a holding, of which the ledger sees only what the broker says in the evening.</summary>
public sealed class LedgerInferenceProperties
{
    private const int Many = 10_000;

    [Fact]
    public void From_daily_snapshots_alone_units_are_the_brokers_and_cost_to_rounding() => Cases.ForAll(
        HoldingLife.Any(),
        life =>
        {
            var inferred = LedgerInference.Over(life.Snapshots, [], [], Rules());

            life.ShouldBeFollowedBy(inferred);
            Lots.Fold(inferred, HoldingLife.BrokersRules).Warnings.ShouldBeEmpty();
            inferred.Count(e => e.Confidence is null || e.Inference is null || e.Note is null || e.Source != TransactionSource.Inferred).ShouldBe(0);
        },
        Many);

    [Fact]
    public void With_any_part_of_the_rows_known_the_rest_is_inferred_and_nothing_twice() => Cases.ForAll(
        from life in HoldingLife.Any()
        from seed in Gen.Choose(0, int.MaxValue)
        select (life, seed),
        drawn =>
        {
            var random = new Random(drawn.seed);
            var known = drawn.life.Rows.Where(_ => random.Next(2) == 0).ToList();

            drawn.life.ShouldBeFollowedBy([.. known, .. LedgerInference.Over(drawn.life.Snapshots, known, [], Rules())]);
        },
        Many);

    [Fact]
    public void With_all_rows_known_nothing_is_inferred() => Cases.ForAll(
        HoldingLife.Any(),
        life => LedgerInference.Over(life.Snapshots, life.Rows, [], Rules()).ShouldBeEmpty(),
        Many);

    [Fact]
    public void A_file_that_comes_later_takes_the_place_of_every_inference_it_tells_about() => Cases.ForAll(
        HoldingLife.Any(),
        life =>
        {
            var inferred = LedgerInference.Over(life.Snapshots, [], [], Rules());
            LedgerEntry[] file = [.. life.Rows.Select(r => r with { Source = TransactionSource.Statement, RecordedAt = At(90) })];

            var merged = LedgerMerge.Merge([.. inferred, .. file], [new LedgerCoverage(Date(0), Date(60), At(90)) { Kinds = Enum.GetValues<TransactionKind>().ToHashSet() }]);

            merged.Effective.ShouldBe(LedgerEntry.InOrder(file));
            life.ShouldBeFollowedBy(merged.Effective);
        },
        Many);
}
