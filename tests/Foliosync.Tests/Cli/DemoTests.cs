using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

public sealed class DemoTests : IDisposable
{
    private readonly TestInstance _instance = new();

    public void Dispose() => _instance.Dispose();

    [Fact]
    public async Task The_demo_prints_how_to_get_in_shows_every_state_and_leaves_nothing_behind()
    {
        var folders = DemoFolders();
        await using var demo = _instance.With("FOLIOSYNC_URLS", "http://127.0.0.1:0").StartRunning("demo");
        var open = await demo.LineAsync();
        var signIn = await demo.LineAsync();
        var token = await demo.LineAsync();

        open.ShouldStartWith("Open: http://127.0.0.1:");
        signIn.Split(' ').Length.ShouldBe(4);
        signIn.ShouldStartWith("Sign in: demo@example.org ");
        token.ShouldStartWith("Token: fsy_");

        var connections = await GetAsync(open["Open: ".Length..] + "/api/v1/connections", token["Token: ".Length..]);
        connections.GetProperty("items").EnumerateArray().Select(c => c.GetProperty("lastRun").GetProperty("state").GetString())
            .ShouldBe(["succeeded", "succeeded", "succeeded", "needsLogin", "failed"], ignoreOrder: true);

        (await demo.StopAsync()).ShouldBe(0);
        DemoFolders().Except(folders).ShouldBeEmpty();
        Directory.GetFileSystemEntries(_instance.Folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task Invented_data_never_mixes_with_real_data()
    {
        await _instance.RunAsync("migrate");

        (await _instance.RunAsync("demo", "--data-dir", _instance.DataDirectory)).ShouldFailWith(2, "is not empty");
    }

    [Fact]
    public async Task A_port_that_is_taken_is_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var result = await _instance.RunAsync("serve", "--urls", $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}");

        result.ExitCode.ShouldBe(2);
        result.Errors.ShouldContain("another program uses that port");
        result.Errors.ShouldNotContain("   at ");
    }

    private static string[] DemoFolders() => Directory.GetDirectories(Path.GetTempPath(), "foliosync-demo-*");

    private static async Task<JsonElement> GetAsync(string address, string token)
    {
        using var network = new SocketsHttpHandler();
        using var client = new HttpMessageInvoker(network);
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
    }
}
