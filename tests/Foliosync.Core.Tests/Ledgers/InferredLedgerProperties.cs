using Foliosync.Brokers.Contract;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Statements;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Tests.Sync;
using Foliosync.Core.Tests.Transactions;
using Foliosync.Core.Transactions;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Ledgers;

/// <summary>
/// Random lives of holdings, of which an account's syncs see the evenings: what <see cref="LedgerInferenceProperties"/> holds of the rules holds
/// of what is stored, too. One account lives many lives at once, and the rules themselves are tried on many more.
/// </summary>
public sealed class InferredLedgerProperties
{
    private const int Many = 60;
    private const int Days = 8;

    [Theory, EachStore]
    public async Task From_daily_syncs_alone_units_are_the_brokers_and_cost_to_rounding(Store store)
    {
        var lives = HoldingLife.Any().Sample(Many).ToList();

        var ledger = await LiveAsync(store, lives, _ => false);

        foreach (var (life, number) in lives.Select((l, i) => (l, i)))
        {
            ShouldFollow(life, ledger[SymbolOf(number)], withCost: true);
        }

        ledger.Values.SelectMany(rows => rows).ShouldAllBe(e => e.Source == TransactionSource.Inferred && e.Confidence != null && e.Note != null);
    }

    [Theory, EachStore]
    public async Task With_any_part_of_the_trades_told_by_the_API_units_are_the_brokers_and_none_counts_twice(Store store)
    {
        var lives = HoldingLife.Any().Sample(Many).ToList();
        var random = new Random(7);

        var ledger = await LiveAsync(store, lives, _ => random.Next(2) == 0);

        foreach (var (life, number) in lives.Select((l, i) => (l, i)))
        {
            ShouldFollow(life, ledger[SymbolOf(number)], withCost: false);
        }
    }

    /// <summary>Syncs one evening after the other, and reads what counts.</summary>
    private static async Task<Dictionary<string, List<LedgerEntry>>> LiveAsync(Store store, List<HoldingLife> lives, Func<LedgerEntry, bool> isTold)
    {
        // Beside them lies something so large that no evening looks as if most were lost.
        var anchor = SyncWorld.Share("ANCHOR", 1_000_000_000m);
        await using var world = await StatementWorld.OfScriptedAsync(store, s => s.Holdings = [anchor, .. Enumerable.Range(0, 2 * Many).Select(i => SyncWorld.Share("REST" + i, 1m))]);
        var start = world.Sync.Clock.GetUtcNow();
        var script = world.Sync.Broker["key1"];
        var rest = script.Holdings.ToList();
        var told = lives.SelectMany((life, number) => life.Rows.Where(isTold).Select(row => (Number: number, Row: row))).ToList();
        for (var day = 1; day <= Days; day++)
        {
            world.Sync.Time.Advance(TimeSpan.FromDays(1));
            script.Holdings = [.. rest, .. lives.Select((life, number) => Held(life, number, day)).OfType<ReportedHolding>()];
            script.Transactions = [.. told.Where(t => DayOf(t.Row) == day).Select(t => ToReported(t.Number, t.Row, start))];
            await world.Sync.SyncAsync();
            (await world.Sync.LastRunAsync()).State.ShouldBe(SyncRunState.Succeeded);
        }

        var zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Kolkata");
        var entries = (await world.CountingAsync()).ToLookup(t => t.Symbol, t => LedgerEntry.From(t, zone, SqlValues.InstantOf(t.Id)));
        return lives.Select((_, number) => SymbolOf(number)).ToDictionary(symbol => symbol, symbol => entries[symbol].ToList());
    }

    private static void ShouldFollow(HoldingLife life, List<LedgerEntry> ledger, bool withCost)
    {
        var start = FakeClock.OnAWorkday().GetUtcNow();
        var slack = 0m;
        for (var day = 1; day <= Days; day++)
        {
            var book = Lots.Fold(ledger.Where(e => e.TradedAt <= start.AddDays(day)), HoldingLife.BrokersRules);
            var lot = LotOf(life, day);
            slack += 0.02m + (0.005m * (lot?.Quantity ?? 0m));

            // What the API tells and the broker's holdings do not show waits until they change.
            if (withCost || lot?.Quantity != LotOf(life, day - 1)?.Quantity)
            {
                book.Quantity.ShouldBe(lot?.Quantity ?? 0m, $"day {day} of {life}");
            }

            if (withCost)
            {
                book.CostBasis!.Value.ShouldBe(lot?.CostBasis ?? 0m, slack, $"day {day} of {life}");
            }
        }
    }

    private static ReportedHolding? Held(HoldingLife life, int number, int day) => LotOf(life, day) is not { } lot ? null : SyncWorld.Share(SymbolOf(number), lot.Quantity) with
    {
        AveragePrice = lot.CostBasis / lot.Quantity,
        CostBasis = lot.CostBasis,
        LastPrice = lot.LastPrice,
    };

    private static SnapshotLot? LotOf(HoldingLife life, int day) => life.Snapshots[Math.Min(day, life.Snapshots.Count - 1)].Lots.SingleOrDefault();

    private static ReportedTransaction ToReported(int number, LedgerEntry row, DateTimeOffset start) => new()
    {
        ExternalId = $"{number}-{row.ExternalId}",
        Kind = row.Kind,
        Instrument = SyncWorld.Share(SymbolOf(number), 1m).Instrument,
        Quantity = row.Quantity,
        Price = row.Price,
        Currency = row.Currency,
        // In the hours before the sync of its day.
        TradedAt = start.AddDays(DayOf(row)).AddHours(row.TradedAt.Hour - 14),
    };

    private static int DayOf(LedgerEntry row) => row.Day.DayNumber - Rows.Date(0).DayNumber;

    private static string SymbolOf(int number) => $"S{number}";
}
