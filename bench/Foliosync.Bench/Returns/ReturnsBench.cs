using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Foliosync.Bench.Machine;
using Foliosync.Brokers;
using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Core.Users;
using Foliosync.Core.Valuations;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Foliosync.Bench.Returns;

/// <summary>What is measured. Each part has a fresh database.</summary>
internal sealed class ReturnsBench(bool postgres, int repeats)
{
    private const string User = "bench@example.com";

    private static readonly ReturnsSize Large = new(250, 15_000, 4_383);
    private static readonly ReturnsSize Wide = new(500, 10_000, 1_826);

    /// <summary>Everything from nothing, one sync's increment, and how much memory that takes, in a process of its own.</summary>
    public async Task<object> FullAsync(CancellationToken cancellationToken)
    {
        await using var place = await Place.CreateAsync(postgres, cancellationToken);
        var data = await ReturnsData.StoreAsync(place.Database, User, Large, cancellationToken);
        GC.Collect();
        var memoryBefore = GC.GetTotalMemory(forceFullCollection: true) / 1e6;
        var full = await RepeatAsync(async () => await ForgetAsync(place, data, cancellationToken), () => place.Updates.RunAsync(null, cancellationToken));
        var peak = await PeakAsync(async () =>
        {
            await ForgetAsync(place, data, cancellationToken);
            await place.Updates.RunAsync(null, cancellationToken);
        });

        // A sync: a trade is told, its holding changed, everything has a new price.
        var number = 0;
        var sync = await RepeatAsync(
            async () => await SyncedAsync(place, data, number++, tradedToo: true, cancellationToken), () => place.Updates.RunAsync(null, cancellationToken), 20);
        var prices = await RepeatAsync(
            async () => await SyncedAsync(place, data, number++, tradedToo: false, cancellationToken), () => place.Updates.RunAsync(null, cancellationToken), 20);
        var commit = await RepeatAsync(() => Task.CompletedTask, () => place.Updates.ForgetAsync(data.AccountIds[0], cancellationToken), 20);
        await using var db = place.Database.Open(OwnerScope.Everyone);
        return new
        {
            size = Large,
            prices = await db.Prices.CountAsync(cancellationToken),
            storedBytes = await db.ValuationMonths.SumAsync(m => m.Data.Length, cancellationToken),
            fullMilliseconds = full,
            incrementMilliseconds = sync,
            pricesOnlyMilliseconds = prices,
            ofThatOneCommitMilliseconds = commit,
            managedMegabytesBefore = Math.Round(memoryBefore, 1),
            managedMegabytesPeak = peak,
            target = new { fullMilliseconds = 1_000, incrementMilliseconds = 20, megabytes = 150 },
        };
    }

    /// <summary>One, four and sixteen times the transactions, and the days.</summary>
    public async Task<object> GrowthAsync(CancellationToken cancellationToken)
    {
        var rows = new List<object>();
        foreach (var (what, sizes) in new[]
        {
            ("transactions", new[] { new ReturnsSize(250, 15_000, 1_096), new(250, 60_000, 1_096), new(250, 240_000, 1_096) }),
            ("days", [new ReturnsSize(250, 4_000, 274), new(250, 4_000, 1_096), new(250, 4_000, 4_383)]),
        })
        {
            foreach (var size in sizes)
            {
                await using var place = await Place.CreateAsync(postgres, cancellationToken);
                var data = await ReturnsData.StoreAsync(place.Database, User, size, cancellationToken);
                rows.Add(new
                {
                    grows = what,
                    size,
                    fullMilliseconds = await RepeatAsync(() => ForgetAsync(place, data, cancellationToken), () => place.Updates.RunAsync(null, cancellationToken), 3),
                });
            }
        }

        return rows;
    }

    /// <summary>Questions to a running server, and its health while everything is computed anew.</summary>
    public async Task<object> ServedAsync(CancellationToken cancellationToken)
    {
        await using var program = await FoliosyncProgram.CreateAsync(postgres, accounts: 1, holdings: 1);
        await using var database = program.OpenDatabase();
        var data = await ReturnsData.StoreAsync(database, User, Large, cancellationToken);
        var token = await program.CreateTokenAsync();
        await using var server = await program.ServeAsync();
        using var client = Client(server.Address, token);
        await UpdatedAsync(client, data, cancellationToken);
        var questions = Questions(data);
        foreach (var question in questions)
        {
            await client.GetStringAsync(question, cancellationToken);
        }

        var times = new List<double>();
        var byQuestion = new Dictionary<string, double>();
        foreach (var question in questions)
        {
            var own = new List<double>();
            for (var i = 0; i < 20; i++)
            {
                own.Add(await TimeAsync(() => client.GetStringAsync(question, cancellationToken)));
            }

            times.AddRange(own);
            byQuestion[Short(question)] = Percentile(own, 95);
        }

        var health = await HealthWhileAsync(server.Address, async () =>
        {
            for (var i = 0; i < 3; i++)
            {
                await TouchAllAsync(database, cancellationToken);
                await UpdatedAsync(client, data, cancellationToken);
            }
        });
        return new
        {
            size = Large,
            questions = times.Count,
            p50 = Percentile(times, 50),
            p95 = Percentile(times, 95),
            most = Math.Round(times.Max(), 1),
            p95ByQuestion = byQuestion,
            healthzUnderRecompute = new { asked = health.Count, p95 = Percentile(health, 95), most = Math.Round(health.Max(), 1) },
            serverResidentMegabytes = Math.Round(server.ResidentMegabytes, 1),
            serverProportionalMegabytes = Math.Round(server.ProportionalMegabytes, 1),
            serverAnonymousMegabytes = Math.Round(server.AnonymousMegabytes, 1),
            target = new { p95 = 50, healthz = 100, megabytes = 150 },
        };
    }

    /// <summary>500 holdings with 10 activities each: the first answer after a change, and when the change is in it.</summary>
    public async Task<object> WideAsync(CancellationToken cancellationToken)
    {
        await using var program = await FoliosyncProgram.CreateAsync(postgres, accounts: 1, holdings: 1);
        await using var database = program.OpenDatabase();
        var data = await ReturnsData.StoreAsync(database, User, Wide, cancellationToken);
        var token = await program.CreateTokenAsync("write");
        await using var server = await program.ServeAsync();
        using var client = Client(server.Address, token);
        await UpdatedAsync(client, data, cancellationToken);
        var path = $"/api/v1/portfolios/{data.PortfolioId}/performance";
        await client.GetStringAsync(path, cancellationToken);
        var (first, settled) = (new List<double>(), new List<double>());
        for (var i = 0; i < repeats; i++)
        {
            // An old trade is imported, a year ago.
            var day = data.Today.AddYears(-1).AddDays(i).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            using var form = new MultipartFormDataContent
            {
                { new StringContent($"date,kind,symbol,quantity,price,currency\n{day},buy,S1,1,100,USD\n"), "file", "trades.csv" },
            };
            using var imported = await client.PostAsync($"/api/v1/accounts/{data.AccountIds[1]}/statements", form, cancellationToken);
            imported.EnsureSuccessStatusCode();
            var started = Stopwatch.GetTimestamp();
            first.Add(await TimeAsync(() => client.GetStringAsync(path, cancellationToken)));
            await UpdatedAsync(client, data, cancellationToken);
            settled.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return new
        {
            size = Wide,
            firstAnswerMilliseconds = Percentile(first, 50),
            firstAnswerMost = Math.Round(first.Max(), 1),
            changeIsInItMilliseconds = Percentile(settled, 50),
            changeIsInItMost = Math.Round(settled.Max(), 1),
            serverResidentMegabytes = Math.Round(server.ResidentMegabytes, 1),
            target = new { firstAnswerMilliseconds = 300 },
        };
    }

    private static string[] Questions(ReturnsData data)
    {
        var portfolio = $"/api/v1/portfolios/{data.PortfolioId}";
        return
        [
            .. new[] { "1d", "1w", "mtd", "1m", "ytd", "1y", "max" }.Select(p => $"{portfolio}/performance?period={p}"),
            $"{portfolio}/performance?from={data.Today.AddYears(-5):yyyy-MM-dd}&to={data.Today.AddYears(-2):yyyy-MM-dd}",
            $"{portfolio}/performance?period=1y&benchmark={data.InstrumentIds[3]}&lines=true",
            $"{portfolio}/performance?period=max&benchmark={data.InstrumentIds[3]}",
            $"{portfolio}/performance?period=1y&assetClass=equity",
            $"/api/v1/accounts/{data.AccountIds[0]}/performance?period=max",
            $"/api/v1/instruments/{data.InstrumentIds[5]}/performance?period=max",
            $"{portfolio}/valuations?period=1y",
            $"{portfolio}/valuations?period=max",
        ];
    }

    private static string Short(string question) => string.Join('/', question.Split('/').Skip(3).Where(p => !p.Contains('-', StringComparison.Ordinal) || p.Contains('?', StringComparison.Ordinal)));

    private static HttpClient Client(Uri server, string token)
    {
        var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = server };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private static async Task UpdatedAsync(HttpClient client, ReturnsData data, CancellationToken cancellationToken)
    {
        while ((await client.GetStringAsync($"/api/v1/portfolios/{data.PortfolioId}/performance?period=1d", cancellationToken)).Contains("\"updating\":true", StringComparison.Ordinal))
        {
            await Task.Delay(5, cancellationToken);
        }
    }

    private static async Task<List<double>> HealthWhileAsync(Uri server, Func<Task> work)
    {
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = server };
        var times = new List<double>();
        var done = work();
        while (!done.IsCompleted)
        {
            times.Add(await TimeAsync(() => client.GetStringAsync("/healthz")));
            await Task.Delay(10);
        }

        await done;
        return times;
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static double Percentile(List<double> values, int percent) => Math.Round(values.Order().ElementAt((values.Count - 1) * percent / 100), 1);

    private async Task<object> RepeatAsync(Func<Task> prepare, Func<Task> work, int? times = null)
    {
        var all = new List<double>();
        for (var i = 0; i < (times ?? repeats); i++)
        {
            await prepare();
            all.Add(await TimeAsync(work));
        }

        return new { first = Math.Round(all[0], 1), median = Percentile(all, 50), p95 = Percentile(all, 95) };
    }

    private static async Task<double> PeakAsync(Func<Task> work)
    {
        GC.Collect();
        var peak = 0d;
        var done = Task.Run(work);
        while (!done.IsCompleted)
        {
            peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false) / 1e6);
            await Task.Delay(1);
        }

        await done;
        return Math.Round(peak, 1);
    }

    private static async Task ForgetAsync(Place place, ReturnsData data, CancellationToken cancellationToken)
    {
        foreach (var account in data.AccountIds)
        {
            await place.Updates.ForgetAsync(account, cancellationToken);
        }
    }

    private static Task TouchAllAsync(Database database, CancellationToken cancellationToken) =>
        ExecuteAsync(database, "update valuation_states set stale_from = '0001-01-01', touches = touches + 1", cancellationToken);

    private static async Task SyncedAsync(Place place, ReturnsData data, int number, bool tradedToo, CancellationToken cancellationToken)
    {
        await using var db = place.Database.Open(OwnerScope.Everyone);
        var (account, instrument) = (data.AccountIds[0], data.InstrumentIds[number * 2 % data.InstrumentIds.Count]);
        var now = new DateTimeOffset(data.Today, new TimeOnly(12, 0), TimeSpan.Zero).AddSeconds(number);
        if (tradedToo)
        {
            db.Add(new Core.Transactions.Transaction
            {
                Id = Guid.CreateVersion7(now),
                AccountId = account,
                InstrumentId = instrument,
                ExternalId = $"sync-{number}",
                Kind = Brokers.Contract.TransactionKind.Buy,
                Quantity = 1,
                Price = 100,
                Amount = -100,
                Currency = "INR",
                TradedAt = now,
                Source = Core.Transactions.TransactionSource.Api,
            });
            var holding = await db.Holdings.SingleAsync(h => h.InstrumentId == instrument, cancellationToken);
            db.Add(new Core.Portfolios.HoldingPeriod
            {
                Id = Guid.NewGuid(),
                AccountId = account,
                InstrumentId = instrument,
                Lot = string.Empty,
                Quantity = holding.Quantity,
                From = holding.Since,
                To = now,
            });
            (holding.Quantity, holding.Since) = (holding.Quantity + 1, now);
            await db.SaveChangesAsync(cancellationToken);
        }

        var from = data.Today.AddDays(tradedToo ? -ValuationState.LedgerReach - 1 : -1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        await ExecuteAsync(
            place.Database,
            $"update valuation_states set stale_from = '{from}', touches = touches + 1 where account_id = '{(place.Database.IsPostgres ? account.ToString() : account.ToString().ToUpperInvariant())}'",
            cancellationToken);
    }

    private static async Task ExecuteAsync(Database database, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A database in a temporary folder, or on a server of its own, and what computes over it.</summary>
    private sealed class Place : IAsyncDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("foliosync-bench-");
        private readonly PostgresCluster? _cluster;

        private Place(PostgresCluster? cluster, string? address)
        {
            _cluster = cluster;
            Database = address is null ? Database.Sqlite(_folder.FullName) : Database.Postgres(address);
            Updates = new ValuationUpdates(
                Database, new BrokerCatalog(BuiltInBrokers.All, new Dictionary<string, BrokerOverride>()), TimeProvider.System, NullLogger<ValuationUpdates>.Instance);
        }

        public Database Database { get; }

        public ValuationUpdates Updates { get; }

        public static async Task<Place> CreateAsync(bool postgres, CancellationToken cancellationToken)
        {
            var cluster = postgres ? await PostgresCluster.StartAsync() : null;
            var place = new Place(cluster, cluster is null ? null : await cluster.CreateDatabaseAsync("returns"));
            await place.Database.MigrateAsync(cancellationToken);
            await new UserAccounts(place.Database, TimeProvider.System).AddAsync(User, null, UserRole.Member, Actor.CommandLine, cancellationToken);
            return place;
        }

        public async ValueTask DisposeAsync()
        {
            await Database.DisposeAsync();
            if (_cluster is not null)
            {
                await _cluster.DisposeAsync();
            }

            _folder.Delete(recursive: true);
        }
    }
}
