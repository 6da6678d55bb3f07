using System.CommandLine;
using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Foliosync.Bench.Machine;
using Foliosync.Core.Monitoring;
using Foliosync.Core.Storage;

namespace Foliosync.Bench.Monitor;

/// <summary><c>monitor</c>: how soon operators find runs among many.</summary>
internal static class MonitorCommand
{
    private const int Times = 5;

    private static readonly (string Name, string Question, RunOrder Order)[] Searches =
    [
        ("first page", "", RunOrder.Newest), ("oldest first", "", RunOrder.Oldest), ("longest first", "", RunOrder.Longest),
        ("failed", "state:failed", RunOrder.Newest), ("one connection", "connection:c-17", RunOrder.Newest), ("slow ones of a day", "started:<1d duration:>20s", RunOrder.Newest),
        ("free text", "\"number 4711\"", RunOrder.Newest), ("nothing at all", "nosuchword", RunOrder.Newest), ("not", "NOT state:succeeded -broker:demo attempt:>1", RunOrder.Newest),
    ];

    public static Command Create()
    {
        var runs = new Option<int>("--runs") { Description = "Runs to search in.", DefaultValueFactory = _ => 1_000_000 };
        var store = new Option<string>("--store") { Description = "sqlite or postgres.", DefaultValueFactory = _ => "sqlite" };
        store.AcceptOnlyFromAmong("sqlite", "postgres");
        var command = new Command("monitor", "Makes many runs, searches them as the monitor does, and prints JSON.") { runs, store };
        command.SetAction(async (arguments, cancellationToken) => Console.WriteLine(JsonSerializer.Serialize(
            await MeasureAsync(arguments.GetRequiredValue(store) == "postgres", arguments.GetValue(runs), cancellationToken), BenchJson.Options)));
        return command;
    }

    /// <summary>Seeds an instance and measures.</summary>
    public static async Task<MonitorMeasurement> MeasureAsync(bool postgres, int runs, CancellationToken cancellationToken)
    {
        await using var program = await FoliosyncProgram.CreateSyncedAsync(postgres, accounts: 200, holdings: 1, cancellationToken);
        await using var database = program.OpenDatabase();
        await SeedAsync(database, runs, cancellationToken);
        var search = new RunSearch(database, TimeProvider.System);
        var milliseconds = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, question, order) in Searches)
        {
            var times = new List<double>();
            for (var i = 0; i <= Times; i++)
            {
                var began = Stopwatch.GetTimestamp();
                await search.PageAsync(RunQuery.Parse(question), order, null, 50, cancellationToken);
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            // The first one compiles the query.
            milliseconds[name] = Math.Round(times.Skip(1).Max(), 1);
        }

        return new MonitorMeasurement(postgres ? "postgres" : "sqlite", runs, milliseconds);
    }

    // Runs of the last 90 days, one of 20 failed; made by the database itself, so that a million takes seconds.
    private static async Task SeedAsync(Database database, int runs, CancellationToken cancellationToken)
    {
        await using var write = await database.BeginWriteAsync(cancellationToken);
        await using var command = write.Connection.CreateCommand();
        command.Transaction = write.Transaction;
        command.CommandTimeout = 0;
        command.CommandText = (database.IsPostgres ? Postgres : Sqlite).Replace("@runs", runs.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await write.CommitAsync(cancellationToken);
        await using var connection = await database.ConnectAsync(cancellationToken);
        await using DbCommand analyze = connection.CreateCommand();
        analyze.CommandTimeout = 0;
        analyze.CommandText = "analyze";
        await analyze.ExecuteNonQueryAsync(cancellationToken);
    }

    private const string Columns =
        "id, connection_id, trigger, state, queued_at, started_at, finished_at, attempt, worker, received, inserted, updated, closed, unchanged, skipped, warnings, steps, error_kind, error_message";

    private const string Postgres = $"""
        insert into sync_runs ({Columns})
        select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8' || substr(md5(n::text), 1, 15))::uuid,
            c.id, 'schedule', case when n % 20 = 0 then 'failed' else 'succeeded' end, at, at, at + (n % 30000) * interval '1 ms', 1 + n % 3, 'host/1/1', 10, 0, 0, 0, 10, 0, '[]', '[]',
            case when n % 20 = 0 then 'transient' end, case when n % 20 = 0 then 'The broker did not answer, number ' || n end
        from (select n, now() - n * (interval '90 days' / @runs) as at from generate_series(1, @runs) n) s
        join (select id, row_number() over (order by id) as row, count(*) over () as all_rows from connections) c on c.row = 1 + n % c.all_rows
        """;

    private const string Sqlite = $"""
        with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < @runs),
        times as (select n, cast((unixepoch('now') - n * (7776000.0 / @runs)) * 1000 as integer) as ms from numbers),
        c as materialized (select id, row_number() over (order by id) as row from connections)
        insert into sync_runs ({Columns})
        select upper(substr(printf('%012x', ms), 1, 8) || '-' || substr(printf('%012x', ms), 9, 4) || '-7' || printf('%03x', n % 4096) || '-8' || printf('%03x', (n / 4096) % 4096) || '-' || printf('%012x', n)),
            c.id, 'schedule', case when n % 20 = 0 then 'failed' else 'succeeded' end, ms * 1000, ms * 1000, ms * 1000 + (n % 30000) * 1000, 1 + n % 3, 'host/1/1', 10, 0, 0, 0, 10, 0, '[]', '[]',
            case when n % 20 = 0 then 'transient' end, case when n % 20 = 0 then 'The broker did not answer, number ' || n end
        from times join c on c.row = 1 + n % (select count(*) from connections)
        """;
}

/// <summary>How soon runs are found.</summary>
/// <param name="Store">sqlite or postgres.</param>
/// <param name="Runs">Among how many.</param>
/// <param name="Milliseconds">The slowest of five, by search.</param>
internal sealed record MonitorMeasurement(string Store, int Runs, IReadOnlyDictionary<string, double> Milliseconds);
