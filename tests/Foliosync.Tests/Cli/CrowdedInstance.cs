using System.Globalization;
using System.Text.Json;
using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Transactions;
using Foliosync.Simulator;
using Microsoft.EntityFrameworkCore;
using Shouldly;

namespace Foliosync.Tests.Cli;

/// <summary>The real program with many connections to a simulated broker, on either database.</summary>
public sealed class CrowdedInstance : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TestDatabase _database;
    private readonly int _connections;

    private CrowdedInstance(TestDatabase database, KiteSimulator simulator, int connections)
    {
        _database = database;
        _connections = connections;
        Simulator = simulator;
        Program.With("FOLIOSYNC_BROKERS__ZERODHA__APIURL", simulator.BaseAddress.ToString())
            .With("FOLIOSYNC_URLS", "http://127.0.0.1:0")
            .With(database.Store == Store.Sqlite ? "FOLIOSYNC_DATA_DIR" : "DATABASE_URL", database.Location);
    }

    public TestInstance Program { get; } = new();

    public KiteSimulator Simulator { get; }

    /// <summary>Imports the connections; nothing is synced yet.</summary>
    public static async Task<CrowdedInstance> CreateAsync(Store store, int connections, TimeSpan delay) =>
        await CreateAsync(await TestDatabases.CreateAsync(store), connections, delay);

    /// <summary>The same in a database that the test has made. It is disposed of with the instance.</summary>
    public static async Task<CrowdedInstance> CreateAsync(TestDatabase database, int connections, TimeSpan delay)
    {
        var simulator = await KiteSimulator.StartAsync(new KiteSimulatorOptions { Accounts = connections, Holdings = 20, Delay = delay });
        var crowd = new CrowdedInstance(database, simulator, connections);
        (await crowd.Program.RunAsync("user", "add", "me@example.org")).ExitCode.ShouldBe(0);
        var lines = Enumerable.Range(1, connections).Select(number => JsonSerializer.Serialize(new
        {
            user = "me@example.org",
            broker = "zerodha",
            label = string.Create(CultureInfo.InvariantCulture, $"Account {number}"),
            credentials = new { apiKey = KiteSimulator.ApiKeyOf(number), apiSecret = KiteSimulator.ApiSecretOf(number) },
            session = new { token = KiteSimulator.FirstAccessTokenOf(number), expiresAt = "2999-01-01T00:30:00Z" },
            reads = (string[])["holdings", "cash", "transactions"],
        }));
        var imported = await crowd.Program.RunWithInputAsync(string.Join('\n', lines), "connect", "import", "-");
        imported.ExitCode.ShouldBe(0, imported.Errors);
        return crowd;
    }

    /// <summary>Runs in that state.</summary>
    public async Task<int> RunsAsync(params SyncRunState[] states)
    {
        await using var db = _database.Open();
        return await db.SyncRuns.CountAsync(r => states.Contains(r.State));
    }

    /// <summary>Runs of one process in that state.</summary>
    public async Task<int> RunsOfAsync(RunningCommand process, params SyncRunState[] states)
    {
        // A worker is named by machine, process and start.
        var inName = string.Create(CultureInfo.InvariantCulture, $"/{process.ProcessId}/");
        await using var db = _database.Open();
        return await db.SyncRuns.CountAsync(r => states.Contains(r.State) && r.Worker!.Contains(inName));
    }

    /// <summary>Every connection has succeeded last, and nothing is under way.</summary>
    public async Task<bool> IsInStepAsync()
    {
        await using var db = _database.Open();
        return !await db.SyncStates.AnyAsync(s => s.LastSuccessAt == null || s.ConsecutiveFailures > 0 || s.LeaseToken != null)
            && !await db.SyncRuns.AnyAsync(r => r.State == SyncRunState.Queued || r.State == SyncRunState.Running);
    }

    /// <summary>Makes every connection due now, whatever its state.</summary>
    public async Task MakeDueAsync()
    {
        var now = TimeProvider.System.GetUtcNow();
        await using var db = _database.Open();
        await db.SyncStates.ExecuteUpdateAsync(u => u.SetProperty(s => s.NextSyncAt, now));
    }

    /// <summary>Leases that somebody holds.</summary>
    public async Task<int> LeasesAsync()
    {
        await using var db = _database.Open();
        return await db.SyncStates.CountAsync(s => s.LeaseToken != null || s.LeaseHolder != null || s.LeaseUntil != null);
    }

    /// <summary>Waits until a sync has ended so many runs, and not all.</summary>
    public Task WaitForSuccessesAsync(int runs) => WaitUntilAsync(async () => await RunsAsync(SyncRunState.Succeeded) >= runs);

    /// <summary>Asks again and again until something is so; gives up after a minute.</summary>
    public static async Task WaitUntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await isSo())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    /// <summary>Everything is as if nothing had ever gone wrong: complete, once, and nobody at work.</summary>
    public async Task ShouldBeCompleteAsync()
    {
        (await RunsAsync(SyncRunState.Queued, SyncRunState.Running)).ShouldBe(0);
        (await LeasesAsync()).ShouldBe(0);

        await using var db = _database.Open();
        (await db.SyncStates.Select(s => new { s.State, s.ConsecutiveFailures, Synced = s.LastSuccessAt != null }).Distinct().ToListAsync())
            .ShouldBe([new { State = ConnectionState.Active, ConsecutiveFailures = 0, Synced = true }]);
        var accounts = await db.Accounts.ToDictionaryAsync(a => a.ExternalId, a => a.Id);
        accounts.Count.ShouldBe(_connections);
        var holdings = (await db.Holdings.ToListAsync()).ToLookup(h => h.AccountId);
        var transactions = (await db.Transactions.Where(t => t.Source == TransactionSource.Api).ToListAsync()).ToLookup(t => t.AccountId);
        var cash = (await db.CashBalances.ToListAsync()).ToLookup(c => c.AccountId);
        for (var number = 1; number <= _connections; number++)
        {
            var account = accounts[string.Create(CultureInfo.InvariantCulture, $"U{number:D6}")];
            var owned = await AnswerAsync(number, "/portfolio/holdings");
            holdings[account].Select(h => (h.Symbol, h.Quantity)).ShouldBe(
                owned.EnumerateArray().Select(h => (Text(h, "tradingsymbol"), Number(h, "quantity") + Number(h, "t1_quantity"))), ignoreOrder: true);

            var trades = (await AnswerAsync(number, "/trades")).EnumerateArray().Select(t => (Text(t, "tradingsymbol"), Number(t, "quantity")));
            var orders = (await AnswerAsync(number, "/mf/orders")).EnumerateArray().Where(o => Text(o, "status") == "COMPLETE")
                .Select(o => (Text(o, "tradingsymbol"), Number(o, "quantity")));
            transactions[account].Select(t => (t.Symbol!, t.Quantity!.Value)).ShouldBe(trades.Concat(orders), ignoreOrder: true);

            var margins = await AnswerAsync(number, "/user/margins");
            cash[account].Select(c => (c.Segment, c.Amount)).ShouldBe(
                margins.EnumerateObject().Select(m => (m.Name, Number(m.Value, "net") - Number(m.Value.GetProperty("available"), "collateral"))),
                ignoreOrder: true);
        }

        (await db.HoldingPeriods.CountAsync()).ShouldBe(0);
    }

    public async ValueTask DisposeAsync()
    {
        Program.Dispose();
        await Simulator.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task<JsonElement> AnswerAsync(int number, string path)
    {
        Simulator.Delay = TimeSpan.Zero;
        using var network = new SocketsHttpHandler();
        using var client = new HttpMessageInvoker(network);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Simulator.BaseAddress, path));
        request.Headers.TryAddWithoutValidation("Authorization", $"token {KiteSimulator.ApiKeyOf(number)}:{KiteSimulator.FirstAccessTokenOf(number)}");
        using var response = await client.SendAsync(request, CancellationToken.None);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return document.RootElement.GetProperty("data").Clone();
    }

    private static string Text(JsonElement row, string field) => row.GetProperty(field).GetString()!;

    private static decimal Number(JsonElement row, string field) => row.GetProperty(field).GetDecimal();
}
