using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Foliosync.Api;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Jobs;
using Foliosync.Core.Prices;
using Foliosync.Core.Statements;
using Foliosync.Core.Storage;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Foliosync.Hosting;
using Foliosync.Hosting.Jobs;
using Foliosync.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace Foliosync.Tests.Api;

/// <summary>The server on a free port of this machine, over a fresh database, with workers for queued syncs.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly WebApplication _app;
    private readonly List<HttpClient> _clients = [];

    private ApiHost(TestDatabase database, WebApplication app, HeardLog log)
    {
        _database = database;
        _app = app;
        Log = log;
    }

    /// <summary>What the server complains about.</summary>
    public HeardLog Log { get; }

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public IServiceProvider Services => _app.Services;

    /// <summary>What the server can be asked beside pages, in the form <c>GET /api/v1/portfolios</c>.</summary>
    public IReadOnlyList<string> Endpoints =>
    [
        .. AllEndpoints.Where(e => e.Metadata.GetMetadata<ComponentTypeMetadata>() is null).SelectMany(
            endpoint => endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods,
            (endpoint, method) => $"{method} /{endpoint.RoutePattern.RawText!.Trim('/')}"),
    ];

    /// <summary>The pages.</summary>
    public IReadOnlyList<RouteEndpoint> Pages => [.. AllEndpoints.Where(e => e.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)];

    private IEnumerable<RouteEndpoint> AllEndpoints => _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    public static async Task<ApiHost> StartAsync(Store store = Store.Sqlite, IReadOnlyDictionary<string, BrokerOverride>? brokers = null, AlertSettings? alerts = null, StatementSettings? statements = null, TimeProvider? clock = null, bool jobs = true, SingleSignOn? singleSignOn = null, Func<InstanceSettings, InstanceSettings>? change = null)
    {
        var database = await TestDatabases.CreateAsync(store);
        var settings = new InstanceSettings
        {
            DataDirectory = store == Store.Sqlite ? database.Location : Path.GetTempPath(),
            DatabaseUrl = store == Store.Postgres ? new Secret(database.Location) : null,
            MasterKey = new Secret(Convert.ToBase64String(new byte[32])),
            MasterKeyFile = "none",
            Urls = ["http://127.0.0.1:0"],
            Prices = PriceSettings.None,
            Statements = statements ?? new StatementSettings(),
            Alerts = alerts ?? new AlertSettings(),
            SingleSignOn = singleSignOn ?? new SingleSignOn(),
            Brokers = brokers ?? new Dictionary<string, BrokerOverride>(),
        };
        settings = change?.Invoke(settings) ?? settings;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "foliosync" });
        var log = new HeardLog();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.UseUrls([.. settings.Urls]);
        builder.Services.AddFoliosync(settings).AddFoliosyncApi().AddFoliosyncWeb(settings);
        if (jobs)
        {
            builder.Services.AddJobs(settings, WorkerRole.Serve);
        }
        else
        {
            builder.Services.AddJobClient(settings);
        }

        if (clock is not null)
        {
            builder.Services.AddSingleton(clock);
        }

        var host = new ApiHost(database, builder.Build().MapFoliosyncApi(), log);
        await host._app.StartAsync();
        return host;
    }

    /// <summary>Waits until the server says that it is ready: jobs begin a moment after it.</summary>
    public async Task WaitUntilReadyAsync()
    {
        var client = Client();
        for (var tries = 0; tries < 600; tries++)
        {
            using var answer = await client.GetAsync("/readyz");
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException("The server did not become ready.");
    }

    /// <summary>A client without a token.</summary>
    public HttpClient Client()
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };
        _clients.Add(client);
        return client;
    }

    /// <summary>A client with a token of a user, who is made if missing.</summary>
    public async Task<HttpClient> ClientAsync(string email, TokenScope scope = TokenScope.Write, UserRole role = UserRole.Member)
    {
        var users = Services.GetRequiredService<UserAccounts>();
        var user = (await users.ListAsync(default)).FirstOrDefault(u => u.Email == email)
            ?? (await users.AddAsync(email, null, role, Actor.CommandLine, default)).User;
        var token = await Services.GetRequiredService<ApiTokens>().CreateAsync(user.Id, "test", scope, Actor.CommandLine, default);
        var client = Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Text);
        return client;
    }

    public FoliosyncDb Open() => _database.Open();

    /// <summary>A connection's id and its owner's.</summary>
    public async Task<(Guid ConnectionId, Guid OwnerId)> OwnerOfAsync(string connection)
    {
        var id = Guid.Parse(connection);
        await using var db = Open();
        return (id, await db.Connections.Where(c => c.Id == id).Select(c => c.OwnerId).SingleAsync());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        // Disposing alone leaves what works in the background at it, in a database that is being deleted.
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _database.DisposeAsync();
    }
}

/// <summary>Short words for what tests ask the API.</summary>
internal static class ApiCalls
{
    public static async Task<JsonElement> GetJsonAsync(this HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return await response.JsonAsync();
    }

    /// <summary>The body, which must be one of success.</summary>
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue($"{(int)response.StatusCode} {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>The body, which must be a problem with that status.</summary>
    public static async Task<JsonElement> ProblemAsync(this HttpResponseMessage response, int status)
    {
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(status, text);
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        var problem = JsonSerializer.Deserialize<JsonElement>(text);
        problem.GetProperty("status").GetInt32().ShouldBe(status);
        problem.GetProperty("title").GetString().ShouldNotBeNullOrEmpty();
        return problem;
    }

    public static string Text(this JsonElement element, string property) => element.GetProperty(property).GetString()!;

    public static string Id(this JsonElement element) => element.Text("id");

    public static List<JsonElement> Items(this JsonElement page) => [.. page.GetProperty("items").EnumerateArray()];

    public static async Task<JsonElement> AddPortfolioAsync(this HttpClient client, string name = "Main")
    {
        using var response = await client.PostAsJsonAsync("/api/v1/portfolios", new { name });
        return await response.JsonAsync();
    }

    public static async Task<JsonElement> ConnectDemoAsync(this HttpClient client, string portfolioId, string seed = "1")
    {
        using var response = await client.PostAsJsonAsync(
            "/api/v1/connections", new { portfolioId, broker = "demo", label = "Demo", credentials = new { seed } });
        return await response.JsonAsync();
    }

    /// <summary>Asks for a sync and waits until it is over.</summary>
    public static async Task<JsonElement> SyncAsync(this HttpClient client, string connectionId)
    {
        using var queued = await client.PostAsync($"/api/v1/connections/{connectionId}/sync", null);
        var runId = (await queued.JsonAsync()).Text("runId");
        queued.Headers.Location!.ToString().ShouldBe($"/api/v1/sync-runs/{runId}");
        return await client.WaitForAsync(runId);
    }

    /// <summary>Lets the Demo broker report nothing any more, so that the next report waits for a review.</summary>
    public static async Task<JsonElement> SurpriseAsync(this HttpClient client, string connectionId, string seed = "1")
    {
        using var changed = await client.PutAsJsonAsync($"/api/v1/connections/{connectionId}/credentials", new { scenario = "vanish", seed });
        await changed.JsonAsync();
        var run = await client.SyncAsync(connectionId);
        run.Text("state").ShouldBe("needsReview");
        return run;
    }

    /// <summary>Waits until the values of a portfolio are computed.</summary>
    public static async Task WaitForValuesAsync(this HttpClient client, string portfolioId)
    {
        for (var tries = 0; tries < 600; tries++)
        {
            if (!(await client.GetJsonAsync($"/api/v1/portfolios/{portfolioId}/performance")).GetProperty("updating").GetBoolean())
            {
                return;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException("The values were not computed.");
    }

    public static async Task<JsonElement> WaitForAsync(this HttpClient client, string runId)
    {
        for (var tries = 0; tries < 600; tries++)
        {
            var run = await client.GetJsonAsync($"/api/v1/sync-runs/{runId}");
            if (run.Text("state") is not ("queued" or "running"))
            {
                return run;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException("The run did not end.");
    }
}
