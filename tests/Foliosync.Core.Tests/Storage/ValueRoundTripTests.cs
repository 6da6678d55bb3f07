using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Sync;
using Foliosync.Core.Transactions;
using FsCheck.Fluent;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Storage;

/// <summary>Whatever is written, by Entity Framework or by the bulk path, is read back equal by both.</summary>
public sealed class ValueRoundTripTests
{
    private static readonly decimal[] Extremes =
    [
        0m, -0.0m, 1m, -1m, 1.10m, 0.0000000000000000000000000001m, -0.0000000000000000000000000001m, decimal.MaxValue, decimal.MinValue,
        7.9228162514264337593543950335m, 1234567890.123456789012345678m, 999999999999.12345678m, 12345678901234567890m, 100m, 20m, 1e-7m,
    ];

    [Theory, EachStore]
    public async Task Every_decimal_survives_the_bulk_path(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);
        var holdings = WithEveryNumber(rows);

        await rows.RunAsync(script => script.Rows(SyncStatements.InsertHoldings, holdings));

        ShouldBeAsWritten(await ReadByEntityFrameworkAsync(database), holdings);
        ShouldBeAsWritten(await ReadByBulkPathAsync(rows), holdings);
    }

    [Theory, EachStore]
    public async Task Every_decimal_survives_entity_framework(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);
        var holdings = WithEveryNumber(rows);

        await using (var db = database.Open())
        {
            db.AddRange(holdings);
            await db.SaveChangesAsync();
        }

        ShouldBeAsWritten(await ReadByEntityFrameworkAsync(database), holdings);
        ShouldBeAsWritten(await ReadByBulkPathAsync(rows), holdings);
    }

    [Theory, EachStore]
    public async Task Every_decimal_survives_a_bulk_update(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);
        var holdings = WithEveryNumber(rows);
        var before = holdings.ConvertAll(h => new Holding
        {
            Id = h.Id,
            AccountId = h.AccountId,
            InstrumentId = h.InstrumentId,
            Lot = h.Lot,
            Symbol = h.Symbol,
            Quantity = 7.5m,
            Since = h.Since,
        });

        await rows.RunAsync(script =>
        {
            script.Rows(SyncStatements.InsertHoldings, before);
            script.Rows(SyncStatements.UpdateHoldings, holdings);
        });

        ShouldBeAsWritten(await ReadByEntityFrameworkAsync(database), holdings);
    }

    [Theory, EachStore]
    public async Task Instants_survive_to_the_microsecond_on_both_ways(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);
        var instants = Gen.Choose(0, int.MaxValue).Two().Sample(200)
            .Select(t => DateTimeOffset.UnixEpoch.AddSeconds(t.Item1).AddMicroseconds(t.Item2 % 1_000_000)).ToList();
        var bulk = instants.Select((at, i) => Dated(rows, $"bulk {i}", at)).ToList();
        var entities = instants.Select((at, i) => Dated(rows, $"ef {i}", at)).ToList();

        await rows.RunAsync(script => script.Rows(SyncStatements.InsertHoldings, bulk));
        await using (var db = database.Open())
        {
            db.AddRange(entities);
            await db.SaveChangesAsync();
        }

        await using var reading = database.Open();
        var byEntityFramework = await reading.Holdings.ToDictionaryAsync(h => h.Lot, h => (h.Since, h.PricedAt));
        var byBulkPath = new Dictionary<string, (DateTimeOffset, DateTimeOffset?)>();
        await rows.RunAsync(script => script.Query(
            "select lot, since, priced_at from holdings", null, r => byBulkPath.Add(r.GetString(0), (r.Instant(1), r.InstantOrNull(2)))));
        foreach (var holding in bulk.Concat(entities))
        {
            byEntityFramework[holding.Lot].ShouldBe((holding.Since, holding.PricedAt));
            byBulkPath[holding.Lot].ShouldBe((holding.Since, holding.PricedAt));
            byEntityFramework[holding.Lot].Since.Offset.ShouldBe(TimeSpan.Zero);
        }
    }

    [Theory, EachStore]
    public async Task Instants_of_another_time_zone_are_the_same_instants_in_utc(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);
        var india = new DateTimeOffset(2026, 8, 3, 10, 30, 0, TimeSpan.FromHours(5.5));

        await rows.RunAsync(script => script.Rows(SyncStatements.InsertHoldings, [Dated(rows, "bulk", india)]));
        await using (var db = database.Open())
        {
            db.Add(Dated(rows, "ef", india));
            await db.SaveChangesAsync();
        }

        await using var reading = database.Open();
        (await reading.Holdings.Select(h => h.Since).ToListAsync())
            .ShouldAllBe(at => at == india && at.Offset == TimeSpan.Zero);
    }

    [Theory, EachStore]
    public async Task Instants_sort_and_compare_in_the_database(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);
        var start = new DateTimeOffset(2026, 8, 3, 5, 0, 0, TimeSpan.Zero);
        await rows.RunAsync(script => script.Rows(
            SyncStatements.InsertHoldings, [.. new[] { 3, 1, 2 }.Select(i => Dated(rows, $"{i}", start.AddMicroseconds(i)))]));

        await using var db = database.Open();
        var bound = start.AddMicroseconds(2);

        (await db.Holdings.Where(h => h.Since >= bound).OrderByDescending(h => h.Since).Select(h => h.Lot).ToListAsync()).ShouldBe(["3", "2"]);
    }

    [Theory, EachStore]
    public async Task Null_stays_null_and_zero_stays_zero(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);
        var unknown = rows.Holding("unknown");
        var zero = rows.Holding("zero");
        (zero.AveragePrice, zero.CostBasis, zero.LastPrice, zero.Exchange) = (0m, 0m, 0m, string.Empty);

        await rows.RunAsync(script => script.Rows(SyncStatements.InsertHoldings, [unknown, zero]));

        await using var db = database.Open();
        var read = await db.Holdings.ToDictionaryAsync(h => h.Lot, h => (h.AveragePrice, h.CostBasis, h.LastPrice, h.PricedAt, h.LastReportedAt, h.Exchange));
        read["unknown"].ShouldBe((null, null, null, null, null, null));
        read["zero"].ShouldBe((0m, 0m, 0m, null, null, string.Empty));
    }

    [Theory, EachStore]
    public async Task Every_kind_of_transaction_is_read_as_it_was_written(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);
        var transactions = (
            from kind in Enum.GetValues<TransactionKind>()
            from source in Enum.GetValues<TransactionSource>()
            select new Transaction
            {
                Id = Guid.NewGuid(),
                AccountId = rows.AccountId,
                InstrumentId = kind == TransactionKind.Deposit ? null : rows.InstrumentId,
                ExternalId = $"{kind} {source}",
                Kind = kind,
                Source = source,
                Currency = "INR",
                TradedAt = DateTimeOffset.UnixEpoch,
                SettledOn = kind == TransactionKind.Buy ? new DateOnly(2026, 2, 28) : null,
                Note = kind == TransactionKind.Fee ? "Gebühr ₹ 'quoted' {ids} @at" : null,
            }).ToList();

        await rows.RunAsync(script => script.Rows(SyncStatements.InsertTransactions, transactions));

        await using var db = database.Open();
        (await db.Transactions.ToListAsync()).Select(t => (t.ExternalId, t.Kind, t.Source, t.InstrumentId, t.SettledOn, t.Note)).ShouldBe(
            transactions.Select(t => (t.ExternalId, t.Kind, t.Source, t.InstrumentId, t.SettledOn, t.Note)), ignoreOrder: true);
        (await db.Transactions.CountAsync(t => t.Kind == TransactionKind.TransferIn && t.Source == TransactionSource.Inferred)).ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task Flags_and_ids_of_the_bulk_path_are_found_by_entity_framework(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);
        var holding = rows.Holding("x");
        holding.Reads = ReadKinds.Holdings | ReadKinds.Funds;

        await rows.RunAsync(script => script.Rows(SyncStatements.InsertHoldings, [holding]));

        await using var db = database.Open();
        var found = await db.Holdings.Include(h => h.Account).Include(h => h.Instrument).SingleAsync(h => h.Id == holding.Id);
        (found.Reads, found.Account!.ExternalId, found.Instrument!.Symbol).ShouldBe((ReadKinds.Holdings | ReadKinds.Funds, "AB1234", "INFY"));
    }

    private static List<Holding> WithEveryNumber(StoredRows rows) =>
    [
        .. Extremes.Concat(Cases.Decimals().Sample(1_500)).Select((number, i) =>
        {
            var holding = rows.Holding($"{i}");
            (holding.Quantity, holding.CostBasis, holding.LastPrice) = (number, i % 7 == 0 ? null : number, -number);
            return holding;
        }),
    ];

    private static Holding Dated(StoredRows rows, string lot, DateTimeOffset at)
    {
        var holding = rows.Holding(lot);
        (holding.Since, holding.PricedAt) = (at, at.AddDays(1));
        return holding;
    }

    private static (decimal, decimal?, decimal?) Numbers(Holding holding) => (holding.Quantity, holding.CostBasis, holding.LastPrice);

    private static void ShouldBeAsWritten(Dictionary<string, (decimal, decimal?, decimal?)> read, List<Holding> written)
    {
        read.Count.ShouldBe(written.Count);
        written.Where(h => read[h.Lot] != Numbers(h)).Select(h => (Written: Numbers(h), Read: read[h.Lot])).ShouldBeEmpty();
    }

    private static async Task<Dictionary<string, (decimal, decimal?, decimal?)>> ReadByEntityFrameworkAsync(TestDatabase database)
    {
        await using var db = database.Open();
        return (await db.Holdings.AsNoTracking().ToListAsync()).ToDictionary(h => h.Lot, Numbers);
    }

    private static async Task<Dictionary<string, (decimal, decimal?, decimal?)>> ReadByBulkPathAsync(StoredRows rows)
    {
        var read = new Dictionary<string, (decimal, decimal?, decimal?)>();
        await rows.RunAsync(script => script.Query(
            "select lot, quantity, cost_basis, last_price from holdings where account_id {ids}",
            [rows.AccountId],
            r => read.Add(r.GetString(0), (r.Number(1), r.NumberOrNull(2), r.NumberOrNull(3)))));
        return read;
    }
}
