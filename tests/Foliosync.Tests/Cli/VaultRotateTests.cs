using System.Net.Http.Headers;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

public sealed class VaultRotateTests : IAsyncLifetime
{
    private TestInstance _instance = null!;

    public async ValueTask InitializeAsync()
    {
        _instance = await TestInstance.WithConnectionAsync();
        (await _instance.RunAsync("sync")).ExitCode.ShouldBe(0);
    }

    public ValueTask DisposeAsync()
    {
        _instance.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Rotating_replaces_the_key_and_every_secret_still_opens()
    {
        var before = await File.ReadAllTextAsync(_instance.KeyFile);
        _instance.Scalar("SELECT count(*) FROM snapshots").ShouldBeGreaterThan(0);

        var rotated = await _instance.JsonAsync("vault", "rotate");

        rotated.GetProperty("complete").GetBoolean().ShouldBeTrue();
        rotated.GetProperty("resumed").GetBoolean().ShouldBeFalse();
        rotated.GetProperty("rewrapped").GetInt32().ShouldBeGreaterThan(1);
        var after = await File.ReadAllLinesAsync(_instance.KeyFile);
        after.Length.ShouldBe(1);
        after[0].ShouldNotBe(before.Trim());
        WrappingKeys().ShouldBe(1);
        (await _instance.RunAsync("sync")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_running_server_goes_on_with_the_new_key()
    {
        var token = (await _instance.RunAsync("token", "create", "--user", "me@example.org", "--name", "t", "--scope", "write")).Output.Trim();
        var connection = (await _instance.JsonAsync("connect", "list"))[0].GetProperty("id").GetString();
        await using var server = _instance.With("FOLIOSYNC_URLS", "http://127.0.0.1:0").StartRunning("serve");
        var address = (await server.LineWithAsync("Now listening on")).Split(' ')[^1];

        await SyncThroughApiAsync(address, token, connection!);
        (await _instance.RunAsync("vault", "rotate")).ExitCode.ShouldBe(0);
        await SyncThroughApiAsync(address, token, connection!);

        WrappingKeys().ShouldBe(1);
        (await server.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_rotation_that_was_stopped_is_finished_by_the_next()
    {
        // As if the power had failed right after the new key was written.
        var old = await File.ReadAllTextAsync(_instance.KeyFile);
        await File.WriteAllTextAsync(_instance.KeyFile, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n" + old);

        var rotated = await _instance.JsonAsync("vault", "rotate");

        rotated.GetProperty("resumed").GetBoolean().ShouldBeTrue();
        (await File.ReadAllTextAsync(_instance.KeyFile)).ShouldBe("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n");
        WrappingKeys().ShouldBe(1);
        (await _instance.RunAsync("sync")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_key_in_a_setting_cannot_be_rotated_and_the_message_says_how_it_can()
    {
        var key = (await File.ReadAllTextAsync(_instance.KeyFile)).Trim();
        _instance.With("FOLIOSYNC_MASTER_KEY", key);

        (await _instance.RunAsync("vault", "rotate")).ShouldFailWith(2, "FOLIOSYNC_MASTER_KEY_FILE");
    }

    private static async Task SyncThroughApiAsync(string address, string token, string connection)
    {
        using var network = new SocketsHttpHandler();
        using var client = new HttpMessageInvoker(network);
        var queued = await AskAsync(HttpMethod.Post, $"/api/v1/connections/{connection}/sync");
        var run = queued.GetProperty("runId").GetString();
        string? state;
        do
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            state = (await AskAsync(HttpMethod.Get, $"/api/v1/sync-runs/{run}")).GetProperty("state").GetString();
        }
        while (state is "queued" or "running");

        state.ShouldBe("succeeded");

        async Task<JsonElement> AskAsync(HttpMethod method, string path)
        {
            using var request = new HttpRequestMessage(method, address + path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            response.IsSuccessStatusCode.ShouldBeTrue();
            return JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        }
    }

    private long WrappingKeys() => _instance.Scalar(
        "SELECT count(*) FROM (SELECT substr(sealed, 1, 5) FROM broker_credentials UNION SELECT substr(sealed, 1, 5) FROM snapshots)");
}
