using System.Text.Json;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

public sealed class LogTests
{
    [Theory]
    [InlineData("--log", "json")]
    [InlineData("FOLIOSYNC_LOG", "json")]
    public async Task A_server_can_log_json_with_the_ids_of_each_run(string way, string form)
    {
        using var instance = await TestInstance.WithConnectionAsync();
        var connection = instance.Texts("select id from connections").Single();
        var token = (await instance.RunAsync("token", "create", "--user", "me@example.org", "--name", "t", "--scope", "write")).Output.Trim();
        instance.With("FOLIOSYNC_URLS", "http://127.0.0.1:0");
        string[] arguments = way.StartsWith("--", StringComparison.Ordinal) ? ["serve", way, form] : ["serve"];
        await using var server = instance.With("FOLIOSYNC_LOG", way == "FOLIOSYNC_LOG" ? form : null).StartRunning(arguments);
        var listening = await server.LineWithAsync("Now listening on");
        var address = JsonDocument.Parse(listening).RootElement.GetProperty("Message").GetString()!.Split(' ')[^1];

        var run = await ServedApi.At(address, token).QueueSyncAsync(connection);
        var line = JsonDocument.Parse(await server.LineWithAsync(run)).RootElement;

        line.GetProperty("LogLevel").GetString().ShouldBe("Information");
        var state = line.GetProperty("State");
        state.GetProperty("RunId").GetString().ShouldBe(run);
        state.GetProperty("ConnectionId").GetString()!.ShouldBe(connection, StringCompareShould.IgnoreCase);
        state.GetProperty("Broker").GetString().ShouldBe("demo");
        state.GetProperty("Result").GetString().ShouldBe("succeeded");
    }

    [Fact]
    public async Task Another_form_is_refused_in_one_line()
    {
        using var instance = await TestInstance.WithUserAsync();

        (await instance.RunAsync("serve", "--log", "xml")).ShouldFailWith(2, "Say text or json");
    }
}
