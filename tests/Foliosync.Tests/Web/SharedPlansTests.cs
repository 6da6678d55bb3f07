using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Foliosync.Core.Storage;
using Foliosync.Core.Tests.Storage;
using Foliosync.Tests.Api;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Web;

/// <summary>What pages ask the database for a person with whom portfolios are shared.</summary>
public sealed partial class SharedPlansTests
{
    private const string Other = "other@example.org";

    // Of the others there are a few rows for each person, broker or process: reading all of them is the fastest way.
    private static readonly string[] Growing =
    [
        "accounts", "alerts", "cash_balance_periods", "cash_balances", "connections", "holding_periods", "holdings", "imported_statements", "portfolios", "reviews",
        "sync_runs", "sync_states", "transaction_tags", "transactions", "valuation_months", "valuation_states",
    ];

    [Theory, EachStore]
    public async Task No_page_reads_the_whole_of_a_table_that_grows(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var owner = await host.ClientAsync("owner@example.org");
        var seen = await SharedPagesTests.SeedAsync(host, owner);
        using var other = await PageClient.SignedInAsync(host, Other);
        using var shared = await owner.PostAsJsonAsync($"/api/v1/portfolios/{seen.Portfolio}/shares", new { email = Other, role = "editor" });
        await shared.JsonAsync();
        await owner.WaitForValuesAsync(seen.Portfolio);

        using var heard = new HeardQueries(await DatabaseNameAsync(host));
        foreach (var path in seen.Paths.Concat(["/", "/holdings", "/transactions", "/performance", "/reconciliation", "/connections", "/import", "/alerts", "/settings/sharing"]))
        {
            using var answer = await other.Http.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        }

        heard.Queries.Count.ShouldBeGreaterThan(10);
        foreach (var query in heard.Queries.DistinctBy(q => q.Text))
        {
            var plan = await PlanAsync(host, query);
            WholeTables(query, plan).ShouldBeEmpty($"{query.Text}{Environment.NewLine}{string.Join(Environment.NewLine, plan)}");
        }
    }

    [Theory, EachStore]
    public async Task A_query_that_no_index_helps_would_be_found(Store store)
    {
        await using var host = await ApiHost.StartAsync(store, jobs: false);
        var query = new HeardQuery("""SELECT t.id FROM "transactions" AS "t" WHERE t.own_note = 'x'""", []);

        WholeTables(query, await PlanAsync(host, query)).ShouldBe(["transactions"]);
    }

    // SQLite's plans name tables by what the query calls them.
    private static IEnumerable<string> WholeTables(HeardQuery query, IReadOnlyList<string> plan)
    {
        var called = TableNames().Matches(query.Text).DistinctBy(m => m.Groups[2].Value).ToDictionary(m => m.Groups[2].Value, m => m.Groups[1].Value);
        return plan.Select(line => WholeTable().Match(line)).Where(m => m.Success)
            .Select(m => called.GetValueOrDefault(m.Groups[1].Value, m.Groups[1].Value)).Intersect(Growing);
    }

    private static async Task<IReadOnlyList<string>> PlanAsync(ApiHost host, HeardQuery query)
    {
        await using var connection = await host.Services.GetRequiredService<Database>().ConnectAsync(default);
        await using var command = connection.CreateCommand();
        if (connection is NpgsqlConnection)
        {
            // In a small table reading it all is always cheaper; this asks whether there is another way.
            command.CommandText = "set enable_seqscan = off";
            await command.ExecuteNonQueryAsync();
        }

        command.CommandText = (connection is NpgsqlConnection ? "explain " : "explain query plan ") + query.Text;
        foreach (var parameter in query.Parameters)
        {
            command.Parameters.Add(parameter is NpgsqlParameter npgsql ? npgsql.Clone() : new SqliteParameter(parameter.ParameterName, parameter.Value));
        }

        var lines = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(reader.FieldCount - 1));
        }

        return lines;
    }

    private static async Task<string> DatabaseNameAsync(ApiHost host)
    {
        await using var connection = await host.Services.GetRequiredService<Database>().ConnectAsync(default);
        return connection is SqliteConnection ? connection.DataSource : connection.Database;
    }

    [GeneratedRegex(@"^SCAN (\w+)|Seq Scan on (?<1>\w+)")]
    private static partial Regex WholeTable();

    [GeneratedRegex("""(?:FROM|JOIN) "?(\w+)"? AS "?(\w+)"?""")]
    private static partial Regex TableNames();

    /// <summary>A query that was run.</summary>
    private sealed record HeardQuery(string Text, IReadOnlyList<DbParameter> Parameters);

    /// <summary>Hears what Entity Framework asks one database, until it is disposed of.</summary>
    private sealed class HeardQueries : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly string _database;
        private readonly List<IDisposable> _subscriptions = [];
        public HeardQueries(string database)
        {
            _database = database;
            _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
        }

        public ConcurrentQueue<HeardQuery> Queries { get; } = [];

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == DbLoggerCategory.Name)
            {
                lock (_subscriptions)
                {
                    _subscriptions.Add(value.Subscribe(this));
                }
            }
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Value is CommandEventData { Command: { } command } && value.Key == RelationalEventId.CommandExecuting.Name
                && (command.Connection!.DataSource == _database || command.Connection.Database == _database)
                // What jobs ask is limited to nobody's rows.
                && command.Parameters.Cast<DbParameter>().Any(p => p.ParameterName.Contains("filter", StringComparison.Ordinal)))
            {
                Queries.Enqueue(new HeardQuery(command.CommandText, [.. command.Parameters.Cast<DbParameter>()]));
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        public void Dispose()
        {
            lock (_subscriptions)
            {
                _subscriptions.ForEach(s => s.Dispose());
            }
        }
    }
}
