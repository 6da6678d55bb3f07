using System.Diagnostics;
using System.Globalization;
using Foliosync.Bench.Machine;
using Foliosync.Brokers;
using Foliosync.Core.Connections;
using Foliosync.Core.Jobs;
using Foliosync.Core.Monitoring;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Users;

namespace Foliosync.Bench.Monitor;

/// <summary>How soon operators find runs among very many, and see how all is: what the monitor's pages read, as they read it.</summary>
internal static class MonitorBench
{
    private const int Connections = 200;
    private const string Pick = "200";

    private static readonly (string Name, string Question, RunOrder Order)[] Searches =
    [
        ("first page", "", RunOrder.Newest), ("oldest first", "", RunOrder.Oldest), ("longest first", "", RunOrder.Longest),
        ("failed", "state:failed", RunOrder.Newest), ("failed or waiting", "state:failed,needsReview", RunOrder.Newest), ("none in that state", "state:needsLogin", RunOrder.Newest),
        ("failed and rare", "state:failed \"number 4700\"", RunOrder.Newest), ("one connection", "connection:c-17", RunOrder.Newest), ("one broker", "broker:demo", RunOrder.Newest),
        ("slow ones of a day", "started:<1d duration:>20s", RunOrder.Newest), ("free text", "\"number 4700\"", RunOrder.Newest), ("nothing at all", "nosuchword", RunOrder.Newest),
        ("not", "NOT state:succeeded -broker:zerodha attempt:>1", RunOrder.Newest), ("failed, longest", "state:failed", RunOrder.Longest),
    ];

    /// <summary>Seeds a database and measures.</summary>
    /// <param name="isPostgres">The database.</param>
    /// <param name="runs">Runs of the last 90 days; one of 20 has failed.</param>
    /// <param name="repeats">How often each is asked; the first, which makes the query ready, is told apart.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<MonitorMeasurement> MeasureAsync(bool isPostgres, int runs, int repeats, CancellationToken cancellationToken)
    {
        await using var bench = await BenchDatabase.CreateAsync(isPostgres, cancellationToken);
        var began = Stopwatch.GetTimestamp();
        await SeedAsync(bench, runs, cancellationToken);
        var seeded = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var clock = TimeProvider.System;
        var search = new RunSearch(bench.Database, clock);
        var times = new SortedDictionary<string, Answer>(StringComparer.Ordinal);
        foreach (var (name, question, order) in Searches)
        {
            var page = await search.PageAsync(RunQuery.Parse(question), order, null, 50, cancellationToken);
            times[name] = await AskAsync(() => search.PageAsync(RunQuery.Parse(question), order, null, 50, cancellationToken), page.Items.Count, repeats);
            if (page.Next is { } next)
            {
                times[name + ", next page"] = await AskAsync(() => search.PageAsync(RunQuery.Parse(question), order, next, 50, cancellationToken), null, repeats);
            }
        }

        var catalog = new BrokerCatalog(BuiltInBrokers.All, new Dictionary<string, BrokerOverride>());
        var reader = new MonitorReader(bench.Database, new Workers(bench.Database, clock), new SyncBacklog(bench.Database, catalog, clock), catalog, clock);
        times["at a glance"] = await AskAsync(() => reader.LookAsync(cancellationToken), null, repeats);
        return new MonitorMeasurement(isPostgres ? "postgres" : "sqlite", runs, Math.Round(seeded, 1), times);
    }

    private static async Task<Answer> AskAsync<T>(Func<Task<T>> ask, int? found, int repeats)
    {
        var times = new List<double>();
        for (var i = 0; i < repeats; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await ask();
            times.Add(Math.Round(Stopwatch.GetElapsedTime(began).TotalMilliseconds, 1));
        }

        times.Sort();
        return new Answer(found, times[times.Count / 2], times[^1]);
    }

    private static async Task SeedAsync(BenchDatabase bench, int runs, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        var user = new User { Id = Guid.CreateVersion7(now), UserName = "bench", Email = "bench@example.org" };
        var portfolio = new Portfolio { Id = Guid.CreateVersion7(now), OwnerId = user.Id, Name = "Main", BaseCurrency = "INR" };
        await using (var db = bench.Database.Open(OwnerScope.Everyone))
        {
            db.AddRange(user, portfolio);
            for (var i = 1; i <= Connections; i++)
            {
                var connection = new BrokerConnection { Id = Guid.CreateVersion7(now), OwnerId = user.Id, PortfolioId = portfolio.Id, BrokerId = i % 2 == 0 ? "demo" : "zerodha", Label = $"c-{i}" };
                db.AddRange(connection, new SyncState { ConnectionId = connection.Id, BrokerId = connection.BrokerId, Shard = SyncState.ShardOf(connection.Id) });
            }

            await db.SaveChangesAsync(cancellationToken);
        }

        var text = (bench.Database.IsPostgres ? Postgres : Sqlite).Replace("@runs", runs.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        await bench.FillAsync("sync_runs", text.Split(";\n", StringSplitOptions.RemoveEmptyEntries), cancellationToken);
    }

    private const string Columns =
        "id, connection_id, trigger, state, queued_at, started_at, finished_at, attempt, worker, received, inserted, updated, closed, unchanged, skipped, warnings, steps, error_kind, error_message";

    // Oldest first, as they come; ids begin with the time, as real ones do.
    private const string Postgres = $"""
        create temporary table c as select id, row_number() over (order by id) - 1 as n from connections;
        analyze c;
        insert into sync_runs ({Columns})
        select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(s.n % 4096), 3, '0') || '8' || lpad(to_hex(s.n), 15, '0'))::uuid,
            c.id, 'schedule', case when s.n % 20 = 0 then 'failed' else 'succeeded' end, at, at, at + (s.n::bigint * 7919 % 30000) * interval '1 ms', 1 + s.n % 3, 'host/1/1', 10, 0, 0, 0, 10, 0, '[]', '[]',
            case when s.n % 20 = 0 then 'transient' end, case when s.n % 20 = 0 then 'The broker did not answer, number ' || s.n end
        from (select g as n, now() - (@runs - g) * (interval '90 days' / @runs) as at from generate_series(1, @runs) g) s join c on c.n = s.n % {Pick}
        """;

    private const string Sqlite = $"""
        create temporary table c as select id, row_number() over (order by id) - 1 as n from connections;
        create unique index temp.c_n on c (n);
        insert into sync_runs ({Columns})
        with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < @runs),
        times as (select n, cast((unixepoch('now') - (@runs - n) * (7776000.0 / @runs)) * 1000 as integer) as ms from numbers)
        select upper(substr(printf('%012x', ms), 1, 8) || '-' || substr(printf('%012x', ms), 9, 4) || '-7' || printf('%03x', times.n % 4096) || '-8000-' || printf('%012x', times.n)),
            c.id, 'schedule', case when times.n % 20 = 0 then 'failed' else 'succeeded' end, ms * 1000, ms * 1000, ms * 1000 + (times.n * 7919 % 30000) * 1000, 1 + times.n % 3, 'host/1/1', 10, 0, 0, 0, 10, 0, '[]', '[]',
            case when times.n % 20 = 0 then 'transient' end, case when times.n % 20 = 0 then 'The broker did not answer, number ' || times.n end
        from times join c on c.n = times.n % {Pick}
        """;

    /// <summary>How soon one question is answered.</summary>
    /// <param name="Found">Runs on the page; null for what is no list.</param>
    /// <param name="MedianMs">Half of the answers came sooner.</param>
    /// <param name="SlowestMs">The slowest answer.</param>
    internal sealed record Answer(int? Found, double MedianMs, double SlowestMs);
}

/// <summary>How soon runs are found.</summary>
/// <param name="Store">sqlite or postgres.</param>
/// <param name="Runs">Among how many.</param>
/// <param name="SeededInSeconds">How long it took to make them.</param>
/// <param name="Answers">By question.</param>
internal sealed record MonitorMeasurement(string Store, int Runs, double SeededInSeconds, IReadOnlyDictionary<string, MonitorBench.Answer> Answers);
