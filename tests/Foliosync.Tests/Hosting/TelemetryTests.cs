using System.Net.Http.Headers;
using System.Text.Json;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Users;
using Foliosync.Hosting;
using Foliosync.Simulator;
using Foliosync.Tests.Api;
using Foliosync.Tests.Cli;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Hosting;

/// <summary>Sources and meters are of the whole process, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(AloneInTheProcess), DisableParallelization = true)]
public sealed class AloneInTheProcess;

[Collection(nameof(AloneInTheProcess))]
public sealed class TelemetryTests : IDisposable
{
    private const string PlantedAnswer = "plantedrequesttoken123";
    private const string PlantedQuery = "plantedqueryvalue456";

    private readonly string _folder = Directory.CreateTempSubdirectory("foliosync-otel-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Runs_requests_and_calls_reach_the_collector_and_secrets_do_not()
    {
        await using var kite = await KiteSimulator.StartAsync(new KiteSimulatorOptions { Accounts = 1, Holdings = 5 });
        await using var collector = await OtlpCollector.StartAsync();
        string token;
        await using (var app = await ServeAsync(collector, kite.BaseAddress))
        {
            token = await UseAsync(app);
        }

        // Ending the server sends what is left.
        var traces = collector.Text("/v1/traces");
        Missing(
            traces,
            "sync connection", "check identity", "read holdings", "store", "foliosync.run.id", "foliosync.connection.id",
            "GET /connect/{broker}/callback", "GET /api/v1/holdings", "http.response.status_code", "/portfolio/holdings").ShouldBeEmpty();
        Missing(
            collector.Text("/v1/metrics"),
            "foliosync.sync.runs", "foliosync.sync.run.duration", "foliosync.sync.rows", "foliosync.sync.queue.age", "foliosync.sync.overdue",
            "foliosync.broker.rate_limit.wait", "http.server.request.duration", "http.client.request.duration", "dotnet.gc.collections").ShouldBeEmpty();

        var all = collector.Text();
        Missing(all, "service.name", "folio-test").ShouldBeEmpty();
        string[] secrets =
            [PlantedAnswer, PlantedQuery, token, KiteSimulator.ApiKeyOf(1), KiteSimulator.ApiSecretOf(1), KiteSimulator.FirstAccessTokenOf(1)];
        Missing(all, secrets).ShouldBe(secrets);
    }

    [Fact]
    public async Task The_command_line_sends_too_when_it_syncs()
    {
        await using var collector = await OtlpCollector.StartAsync();
        using var instance = await TestInstance.WithConnectionAsync();
        instance.With("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address).With("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");

        (await instance.RunAsync("sync")).ExitCode.ShouldBe(0);

        collector.Text("/v1/traces").ShouldContain("sync connection");
        collector.Text("/v1/metrics").ShouldContain("foliosync.sync.runs");
    }

    [Fact]
    public void Without_a_collector_nothing_is_started()
    {
        var services = new ServiceCollection().AddFoliosyncTelemetry(Settings([]));

        services.ShouldBeEmpty();
        Telemetry.IsWanted(Settings([])).ShouldBeFalse();
    }

    [Theory]
    [InlineData(Telemetry.EndpointName)]
    [InlineData(Telemetry.TracesEndpointName)]
    [InlineData(Telemetry.MetricsEndpointName)]
    public void Each_of_the_standard_addresses_switches_it_on(string name) =>
        Telemetry.IsWanted(Settings(new() { [name] = "http://127.0.0.1:4318" })).ShouldBeTrue();

    private static IEnumerable<string> Missing(string text, params string[] names) => names.Where(n => !text.Contains(n, StringComparison.Ordinal));

    private async Task<WebApplication> ServeAsync(OtlpCollector collector, Uri kite)
    {
        var settings = Settings(new()
        {
            [Telemetry.EndpointName] = collector.Address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_SERVICE_NAME"] = "folio-test",
        }) with
        {
            Brokers = new Dictionary<string, BrokerOverride> { ["zerodha"] = new(ApiUrl: kite) },
        };
        var app = WebServer.Create(settings, jobs: true, builder => builder.Logging.ClearProviders());
        await app.Services.GetRequiredService<Instance>().PrepareAsync(default);
        await WebServer.ListenAsync(app, settings, default);
        return app;
    }

    /// <summary>Connects, syncs and asks things with secrets in the query.</summary>
    /// <returns>The token that was used.</returns>
    private static async Task<string> UseAsync(WebApplication app)
    {
        var (user, _) = await app.Services.GetRequiredService<UserAccounts>().AddAsync("asha@example.org", null, UserRole.Member, Actor.CommandLine, default);
        var token = (await app.Services.GetRequiredService<ApiTokens>().CreateAsync(user.Id, "test", TokenScope.Write, Actor.CommandLine, default)).Text;
        await app.Services.GetRequiredService<ConnectionImport>().ImportAsync(
            new StringReader(JsonSerializer.Serialize(new
            {
                user = user.Email,
                portfolio = "Main",
                broker = "zerodha",
                label = "Kite",
                credentials = new { apiKey = KiteSimulator.ApiKeyOf(1), apiSecret = KiteSimulator.ApiSecretOf(1) },
                session = new { token = KiteSimulator.FirstAccessTokenOf(1) },
            })),
            null,
            Actor.CommandLine,
            default);

        // It shares the process with the server, and would hand its own trace on.
        using var network = new SocketsHttpHandler { ActivityHeadersPropagator = null };
#pragma warning disable RS0030 // A client of our own server, as a program that uses the API has it.
        using var client = new HttpClient(network)
#pragma warning restore RS0030
        {
            BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()),
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var connection = (await client.GetJsonAsync("/api/v1/connections")).Items().Single();
        var run = await client.SyncAsync(connection.Id());
        run.Text("state").ShouldBe("succeeded");
        using var callback = await client.GetAsync(new Uri($"/connect/zerodha/callback?request_token={PlantedAnswer}&state=none", UriKind.Relative));
        using var holdings = await client.GetAsync(new Uri($"/api/v1/holdings?after={PlantedQuery}", UriKind.Relative));
        return token;
    }

    private InstanceSettings Settings(Dictionary<string, string?> openTelemetry) => new()
    {
        DataDirectory = _folder,
        MasterKey = new Secret(Convert.ToBase64String(new byte[32])),
        MasterKeyFile = "none",
        Urls = ["http://127.0.0.1:0"],
        OpenTelemetry = openTelemetry,
    };
}
