using Foliosync.Brokers.Contract;
using Foliosync.Core.Exports;
using Foliosync.Core.Storage;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Tests.Sync;
using Foliosync.Core.Transactions;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Statements.StatementWorld;

namespace Foliosync.Core.Tests.Statements;

/// <summary>What an account's own export does when it is imported into the account it is of.</summary>
public sealed class OwnExportTests
{
    private static readonly DateTimeOffset Traded = new(2026, 8, 3, 4, 0, 0, TimeSpan.Zero);

    [Theory, EachStore]
    public async Task Everything_in_it_is_known_whoever_told_it(Store store)
    {
        await using var world = await OfManySourcesAsync(store);
        var before = await world.EverythingAsync();
        foreach (var format in new[] { ExportFormat.Csv, ExportFormat.Json })
        {
            var result = await world.ImportBytesAsync(await ExportAsync(world, format));

            (result.NewTransactions, result.KnownTransactions, result.ConflictingTransactions).ShouldBe((0, 3, 0));
            (await world.EverythingAsync()).ShouldBe(before);
        }
    }

    [Theory, EachStore]
    public async Task What_was_changed_in_it_is_a_conflict_and_not_another_row(Store store)
    {
        await using var world = await OfManySourcesAsync(store);
        var before = await world.EverythingAsync();
        var text = System.Text.Encoding.UTF8.GetString(await ExportAsync(world, ExportFormat.Csv));

        var result = await world.ImportTextAsync(text.Replace(",1500,", ",1499,", StringComparison.Ordinal));

        (result.NewTransactions, result.ConflictingTransactions).ShouldBe((0, 1));
        result.Warnings.ShouldContain(w => w.Code == "conflict" && w.Message.Contains("What is stored under this id says otherwise"));
        (await world.EverythingAsync()).ShouldBe(before);
    }

    [Theory, EachStore]
    public async Task A_row_that_another_counts_for_is_in_no_export(Store store)
    {
        await using var world = await OfManySourcesAsync(store);

        // The same trade, as a file tells it.
        await world.ImportAsync("2026-08-03T09:30:00+05:30,buy,INFY,,NSE,,,10,1500,,12.5,,INR,,F2,");

        var lines = System.Text.Encoding.UTF8.GetString(await ExportAsync(world, ExportFormat.Csv)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(1 + 3);
        lines.Count(l => l.Contains(",api,", StringComparison.Ordinal)).ShouldBe(0);
    }

    /// <summary>A trade from the API, one from a file, and one that was inferred.</summary>
    private static async Task<StatementWorld> OfManySourcesAsync(Store store)
    {
        var world = await OfScriptedAsync(store, s =>
        {
            s.Holdings = [SyncWorld.Share("TCS", 4m)];
            s.Transactions = [Trade("T1", TransactionKind.Buy, "INFY", 10m, 1500m, Traded)];
        });
        await world.ImportAsync("2026-08-02,buy,WIPRO,,NSE,,,7,250,,,,INR,,F1,a note");
        world.Sync.Time.Advance(TimeSpan.FromDays(1));
        world.Sync.Broker["key1"].Holdings = [SyncWorld.Share("TCS", 6m, 102m)];
        await world.Sync.SyncAsync();
        (await world.CountingAsync()).Select(t => t.Source).ShouldBe([TransactionSource.Statement, TransactionSource.Api, TransactionSource.Inferred]);
        return world;
    }

    private static async Task<byte[]> ExportAsync(StatementWorld world, ExportFormat format)
    {
        var export = await new LedgerExport(world.Sync.Database, world.Sync.Catalog, world.Sync.Clock)
            .OfAccountAsync(world.AccountId, new ExportRequest(format), OwnerScope.Everyone, default);
        using var file = new MemoryStream();
        await export.WriteAsync(file, default);
        return file.ToArray();
    }
}
