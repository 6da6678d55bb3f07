using System.Diagnostics;
using Foliosync.Bench.Machine;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Admin;
using Foliosync.Core.Connections;
using Foliosync.Core.Instruments;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Foliosync.Core.Users;

namespace Foliosync.Bench.Admin;

/// <summary>A list of the admin area over millions of rows of holding history: what the page reads, as the page reads it.</summary>
internal static class AdminBench
{
    private const int Accounts = 1000;
    private const int Instruments = 200;

    public static async Task<object> MeasureAsync(bool isPostgres, int rows, int repeats, CancellationToken cancellationToken)
    {
        await using var bench = await BenchDatabase.CreateAsync(isPostgres, cancellationToken);
        var database = bench.Database;
        var seeding = Stopwatch.GetTimestamp();
        var account = await SeedAsync(bench, rows, cancellationToken);
        var seeded = Stopwatch.GetElapsedTime(seeding).TotalSeconds;

        var catalog = new AdminCatalog(database);
        var reader = new AdminReader(database, catalog);
        var table = catalog.Get("holding-history");
        var open = new AdminQuery { Table = table };
        var filtered = AdminQuery.Of(table, [new("accountId", account.ToString())]);
        var sorted = AdminQuery.Of(table, [new("sort", "accountId,-to")]);
        return new
        {
            rows,
            seededInSeconds = Math.Round(seeded, 1),
            open = await AskAsync(reader, open, repeats, cancellationToken),
            nextPage = await AskAsync(reader, open with { After = (await reader.ListAsync(open, cancellationToken)).Next }, repeats, cancellationToken),
            filterByIndexedColumn = await AskAsync(reader, filtered, repeats, cancellationToken),
            nextPageOfFilter = await AskAsync(reader, filtered with { After = (await reader.ListAsync(filtered, cancellationToken)).Next }, repeats, cancellationToken),
            sortByIndexedColumn = await AskAsync(reader, sorted, repeats, cancellationToken),
        };
    }

    // Rows and their number, which is what the page waits for.
    private static async Task<object> AskAsync(AdminReader reader, AdminQuery query, int repeats, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        AdminPage page = null!;
        AdminCount count = null!;
        for (var i = 0; i < repeats; i++)
        {
            var started = Stopwatch.GetTimestamp();
            page = await reader.ListAsync(query, cancellationToken);
            count = await reader.CountAsync(query, cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        var first = Math.Round(times[0], 1);
        times.Sort();
        return new
        {
            rows = page.Rows.Count,
            counted = $"{count.Certainty} {count.Rows}",
            firstMs = first,
            medianMs = Math.Round(times[times.Count / 2], 1),
            slowestMs = Math.Round(times[^1], 1),
        };
    }

    private static async Task<Guid> SeedAsync(BenchDatabase bench, int rows, CancellationToken cancellationToken)
    {
        var database = bench.Database;
        var now = TimeProvider.System.GetUtcNow();
        var user = new User { Id = Guid.CreateVersion7(now), UserName = "bench", Email = "bench@example.org" };
        var portfolio = new Portfolio { Id = Guid.CreateVersion7(now), OwnerId = user.Id, Name = "Main", BaseCurrency = "INR" };
        var connection = new BrokerConnection { Id = Guid.CreateVersion7(now), OwnerId = user.Id, PortfolioId = portfolio.Id, BrokerId = "demo", Label = "Bench" };
        var accounts = Enumerable.Range(0, Accounts).Select(i => new BrokerAccount
        {
            Id = Guid.CreateVersion7(now),
            OwnerId = user.Id,
            ConnectionId = connection.Id,
            PortfolioId = portfolio.Id,
            ExternalId = $"A{i}",
            Name = $"Account {i}",
            Currency = "INR",
        }).ToList();
        await using (var db = database.Open(OwnerScope.Everyone))
        {
            db.AddRange(user, portfolio, connection);
            db.AddRange(accounts);
            db.AddRange(Enumerable.Range(0, Instruments).Select(i => new Instrument
            {
                Id = Guid.CreateVersion7(now),
                Symbol = $"SYM{i}",
                AssetClass = AssetClass.Equity,
                Currency = "INR",
            }));
            await db.SaveChangesAsync(cancellationToken);
        }

        await bench.FillAsync("holding_periods", database.IsPostgres ? Postgres(rows) : Sqlite(rows), cancellationToken);
        return accounts[Accounts / 2].Id;
    }

    // Ids begin with the time, as real ones do.
    private static string[] Postgres(int rows) =>
    [
        "create temporary table a as select id, row_number() over () - 1 as n from accounts",
        "create temporary table i as select id, row_number() over () - 1 as n from instruments",
        $"""
        insert into holding_periods (id, account_id, instrument_id, lot, quantity, cost_basis, multiplier, "from", "to")
        select (lpad(to_hex(1700000000000 + g), 12, '0') || '7' || substr(md5(g::text), 1, 3) || '8' || substr(md5(g::text), 4, 15))::uuid, a.id, i.id, '', g % 500 + 1, g % 90000, 1, now() - (g % 4000) * interval '1 hour', now() - (g % 4000) * interval '1 hour' + interval '1 day'
        from generate_series(1, {rows}) g join a on a.n = g % {Accounts} join i on i.n = g / {Accounts} % {Instruments}
        """,
    ];

    private static string[] Sqlite(int rows) =>
    [
        "create temporary table a as select id, row_number() over () - 1 as n from accounts",
        "create temporary table i as select id, row_number() over () - 1 as n from instruments",
        "create index temp.a_n on a (n)",
        "create index temp.i_n on i (n)",
        $"""
        insert into holding_periods (id, account_id, instrument_id, lot, quantity, cost_basis, multiplier, "from", "to")
        with recursive s(g) as (select 1 union all select g + 1 from s where g < {rows})
        select upper(substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-7000-8000-' || substr(h, 1, 12)), a.id, i.id, '',
            (g % 500 + 1) || '.0', (g % 90000) || '.0', '1.0', 1700000000000000 + (g % 4000) * 3600000000, 1700086400000000 + (g % 4000) * 3600000000
        from (select g, printf('%012X', 1700000000000 + g) as h from s) join a on a.n = g % {Accounts} join i on i.n = g / {Accounts} % {Instruments}
        """,
    ];
}
