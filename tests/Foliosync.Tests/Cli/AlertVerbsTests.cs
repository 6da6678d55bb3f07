using System.Net;
using System.Text;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

public sealed class AlertVerbsTests
{
    private const string Secret = "planted-signing-key-1";

    [Fact]
    public async Task A_channel_is_added_tried_listed_and_removed_and_its_secret_stays_inside()
    {
        using var instance = await TestInstance.WithConnectionAsync();
        // Nobody listens there.
        instance.With("FOLIOSYNC_ALERTS__ALLOWPRIVATE", "true").With("FOLIOSYNC_TRACE", "1");
        string[] add = ["alerts", "add", "--user", "me@example.org", "--kind", "webhook", "--address", "http://127.0.0.1:1/hook"];

        var added = await instance.RunWithInputAsync(Secret, [.. add, "--secret-stdin", "--events", "needsLogin,failing", "--quiet-from", "22:00", "--quiet-to", "07:00", "--json"]);
        added.ExitCode.ShouldBe(0, added.Errors);
        var id = added.Json.GetProperty("id").GetString()!;
        var test = await instance.RunAsync("alerts", "test", id, "--json");
        var channel = (await instance.JsonAsync("alerts", "channels", "--user", "me@example.org"))[0];
        (await instance.RunAsync("alerts", "remove", id)).ExitCode.ShouldBe(0);

        test.ExitCode.ShouldBe(1);
        test.Json.GetProperty("error").GetString().ShouldBe("127.0.0.1 cannot be connected to.");
        (channel.GetProperty("id").GetString(), channel.GetProperty("hasSecret").GetBoolean()).ShouldBe((id, true));
        (await instance.JsonAsync("alerts", "channels")).GetArrayLength().ShouldBe(0);
        instance.Written.ShouldNotContain(text => text.Contains(Secret, StringComparison.Ordinal));
        foreach (var file in Directory.GetFiles(instance.Folder, "*", SearchOption.AllDirectories))
        {
            (await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret)).ShouldBe(-1, file);
        }
    }

    [Fact]
    public async Task A_sync_without_a_server_tells_what_went_wrong_and_lists_it()
    {
        using var instance = await TestInstance.WithUserAsync();
        using var listener = new HttpListener();
        var port = FreePort();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        instance.With("FOLIOSYNC_ALERTS__ALLOWPRIVATE", "true");
        await instance.JsonAsync("alerts", "add", "--user", "me@example.org", "--kind", "webhook", "--address", $"http://127.0.0.1:{port}/");
        await instance.ConnectDemoAsync("expire", "a");
        var taking = TakeAsync(listener);

        (await instance.RunAsync("sync")).ExitCode.ShouldBe(1);

        (await taking.WaitAsync(TimeSpan.FromSeconds(30))).ShouldContain("\"kind\":\"needsLogin\"");
        var alert = (await instance.JsonAsync("alerts", "list", "--open", "--kind", "needsLogin"))[0];
        alert.GetProperty("user").GetString().ShouldBe("me@example.org");
        alert.GetProperty("toldAt").GetString().ShouldNotBeNullOrEmpty();
    }

    private static async Task<string> TakeAsync(HttpListener listener)
    {
        var context = await listener.GetContextAsync();
        using var reader = new StreamReader(context.Request.InputStream);
        var body = await reader.ReadToEndAsync();
        context.Response.Close();
        return body;
    }

    private static int FreePort()
    {
        using var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
