using System.Net;
using System.Text.Json;
using Foliosync.Brokers.Tests;
using Foliosync.Tests.Cli;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Foliosync.Tests;

/// <summary>The official mock answers of Kite Connect through the whole program: connect, sync, serve, ask.</summary>
public sealed class ZerodhaSamplesWalkTests : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Answers = new()
    {
        ["/user/profile"] = "profile.json",
        ["/portfolio/holdings"] = "holdings.json",
        ["/portfolio/positions"] = "positions.json",
        ["/mf/holdings"] = "mf_holdings.json",
        ["/mf/orders"] = "mf_orders.json",
        ["/user/margins"] = "margins.json",
        ["/trades"] = "trades.json",
        ["/instruments"] = "instruments_all.csv",
    };

    private readonly List<string> _refused = [];
    private TestInstance? _instance;
    private WebApplication? _kite;

    [Fact]
    public async Task Every_share_fund_margin_lot_and_rupee_arrives_and_a_second_sync_changes_nothing()
    {
        var samples = Answers.ToDictionary(a => a.Key, a => RepositoryRoot.Sample("zerodha", a.Value));
        _instance = await TestInstance.WithUserAsync();
        _instance.With("FOLIOSYNC_BROKERS__ZERODHA__APIURL", await ServeAsync(samples)).With("FOLIOSYNC_URLS", "http://127.0.0.1:0");

        var added = await _instance.RunWithInputAsync(
            """{"credentials":{"apiKey":"testkey","apiSecret":"testsecret"},"session":{"token":"testtoken"}}""",
            "connect", "add", "--broker", "zerodha", "--label", "Kite", "--credentials-stdin", "--json");
        added.ExitCode.ShouldBe(0, added.Errors);
        added.Json.GetProperty("state").GetString().ShouldBe("active");
        added.Json.GetProperty("accounts")[0].GetProperty("externalId").GetString().ShouldBe("AB1234");

        // Seven holdings, two balances, four trades.
        var first = await _instance.JsonAsync("sync");
        CountsOf(first).ShouldBe((13, 0, 0));
        first.GetProperty("counts").GetProperty("skipped").GetInt32().ShouldBe(0);
        await ShouldServeEverythingAsync();

        CountsOf(await _instance.JsonAsync("sync")).ShouldBe((0, 0, 0));
        await ShouldServeEverythingAsync();
        _refused.ShouldBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        _instance?.Dispose();
        if (_kite is not null)
        {
            await _kite.DisposeAsync();
        }
    }

    private async Task ShouldServeEverythingAsync()
    {
        var token = (await _instance!.RunAsync("token", "create", "--user", "me@example.org", "--name", "t", "--scope", "read")).Output.Trim();
        await using var server = _instance.StartRunning("serve");
        var api = await ServedApi.OfAsync(server, token);

        // Own units and margin-funded ones are apart. A future is worth price times units times 1000. Kite tells no gain for funds:
        // 382.488 x (84.86 - 78.43) = 2459.39784, 1.334 x (2081.4984 - 1874.101138) = 276.667947508, 257.057 x (101.13 - 116.7) = -4002.37749.
        (await ItemsAsync(
            api, "holdings", "symbol", "isin", "exchange", "assetClass", "marginFunded", "quantity", "averagePrice", "lastPrice", "costBasis", "marketValue", "unrealisedGain"))
            .ShouldBe(
            [
                "AARON INE721Z01010 NSE equity False 1 161 352.95 161 352.95 191.95",
                "AARON INE721Z01010 NSE equity True 1000 100 352.95 100000 352950 252950",
                "SBIN INE062A01020 BSE equity False 16 801.78125 762.45 12828.5 12199.2 -629.3",
                "LEADMINI17DECFUT - MCX future False 1 161.05 161.05 161050 161050 0",
                "INF205K01NT8 INF205K01NT8 - mutualFund False 382.488 78.43 84.86 29998.53384 32457.93168 2459.39784",
                "INF666M01451 INF666M01451 - mutualFund False 1.334 1874.101138 2081.4984 2500.050918092 2776.7188656 276.667947508",
                "INF761K01884 INF761K01884 - mutualFund False 257.057 116.7 101.13 29998.5519 25996.17441 -4002.37749",
            ],
            ignoreOrder: true);
        (await ItemsAsync(api, "holdings", "broker", "currency", "unsettledQuantity", "pledgedQuantity")).Distinct().ShouldBe(["zerodha INR 0 0"]);
        (await ItemsAsync(api, "holdings", "name")).Where(name => name != "-").ShouldBe(
            ["INVESCO INDIA TAX PLAN - DIRECT PLAN", "Indiabulls Liquid Fund - Direct Plan", "BOI AXA TAX ADVANTAGE FUND - DIRECT PLAN"], ignoreOrder: true);
        Folios().ShouldBe(["folio:3108290884", "folio:5102495241", "folio:9104386836"]);

        (await ItemsAsync(api, "cash-balances", "segment", "currency", "amount")).ShouldBe(
            ["equity INR 99725.05000000002", "commodity INR 100661.7"], ignoreOrder: true);

        // Times in the samples are Indian. Only the share was paid in full; none of the fund orders is complete.
        (await ItemsAsync(api, "transactions", "externalId", "kind", "symbol", "quantity", "price", "amount", "currency", "tradedAt")).ShouldBe(
            [
                "NSE:10000000:2021-05-31 buy SBIN 1 420.65 -420.65 INR 2021-05-31T03:46:39Z",
                "CDS:40000000:2021-05-31 buy USDINR21JUNFUT 1 72.755 - INR 2021-05-31T05:48:27Z",
                "MCX:70000000:2021-05-31 buy GOLDPETAL21JUNFUT 1 4852 - INR 2021-05-31T10:30:36Z",
                "MCX:90000000:2021-05-31 buy GOLDPETAL21JUNFUT 1 4852 - INR 2021-05-31T10:38:41Z",
            ],
            ignoreOrder: true);
        (await server.StopAsync()).ShouldBe(0);
    }

    private static (int Inserted, int Updated, int Closed) CountsOf(JsonElement summary)
    {
        summary.GetProperty("succeeded").GetInt32().ShouldBe(1);
        var counts = summary.GetProperty("counts");
        return (counts.GetProperty("inserted").GetInt32(), counts.GetProperty("updated").GetInt32(), counts.GetProperty("closed").GetInt32());
    }

    /// <summary>Each item of a list as the values of these fields, parted by spaces; null is a dash.</summary>
    private static async Task<IReadOnlyList<string>> ItemsAsync(ServedApi api, string list, params string[] fields)
    {
        var page = await api.GetAsync($"/api/v1/{list}?limit=500");
        page.GetProperty("next").ValueKind.ShouldBe(JsonValueKind.Null);
        return
        [
            .. page.GetProperty("items").EnumerateArray().Select(item => string.Join(
                ' ', fields.Select(item.GetProperty).Select(value => value.ValueKind == JsonValueKind.Null ? "-" : value.ToString()))),
        ];
    }

    private List<string> Folios() => _instance!.Texts("SELECT lot FROM holdings WHERE lot LIKE 'folio:%' ORDER BY lot");

    private async Task<string> ServeAsync(Dictionary<string, byte[]> samples)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _kite = builder.Build();
        _kite.Run(async context =>
        {
            var path = context.Request.Path.Value!;
            if (context.Request.Headers.Authorization == "token testkey:testtoken" && HttpMethods.IsGet(context.Request.Method) && samples.TryGetValue(path, out var sample))
            {
                context.Response.ContentType = path == "/instruments" ? "text/csv" : "application/json";
                await context.Response.Body.WriteAsync(sample);
                return;
            }

            lock (_refused)
            {
                _refused.Add($"{context.Request.Method} {path}");
            }

            context.Response.StatusCode = 404;
        });
        await _kite.StartAsync();
        return _kite.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }
}
