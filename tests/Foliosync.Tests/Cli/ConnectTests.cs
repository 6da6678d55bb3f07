using System.Text.Json;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

public sealed class ConnectTests : IAsyncLifetime
{
    private TestInstance _instance = null!;

    public async ValueTask InitializeAsync() => _instance = await TestInstance.WithUserAsync();

    public ValueTask DisposeAsync()
    {
        _instance.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_connection_is_added_tested_paused_resumed_closed_and_removed()
    {
        var id = await _instance.ConnectDemoAsync("normal", "a");

        (await _instance.JsonAsync("connect", "test", id)).GetProperty("accounts").GetArrayLength().ShouldBe(2);
        (await _instance.JsonAsync("connect", "pause", id)).GetProperty("state").GetString().ShouldBe("paused");
        (await _instance.JsonAsync("connect", "resume", id)).GetProperty("state").GetString().ShouldBe("active");

        var listed = (await _instance.JsonAsync("connect", "list", "--broker", "demo")).EnumerateArray().Single();
        listed.GetProperty("id").GetString().ShouldBe(id);
        listed.GetProperty("user").GetString().ShouldBe("me@example.org");
        listed.GetProperty("portfolio").GetString().ShouldBe("Main");
        listed.GetProperty("reads").EnumerateArray().Select(r => r.GetString()).ShouldContain("holdings");

        (await _instance.JsonAsync("connect", "close", id)).GetProperty("state").GetString().ShouldBe("closed");
        (await _instance.RunAsync("connect", "remove", id)).ExitCode.ShouldBe(0);
        (await _instance.JsonAsync("connect", "list")).GetArrayLength().ShouldBe(0);
        (await _instance.RunAsync("connect", "remove", id)).ShouldFailWith(2, "There is no connection");
    }

    [Theory]
    [InlineData("There is no broker 'nope'", "--broker", "nope")]
    [InlineData("no credential 'pin'", "--broker", "demo", "--credential", "pin=planted")]
    [InlineData("must be one of", "--broker", "demo", "--credential", "scenario=planted")]
    [InlineData("takes key=value", "--broker", "demo", "--credential", "planted")]
    [InlineData("needs the API key", "--broker", "zerodha")]
    [InlineData("--reads takes", "--broker", "demo", "--reads", "dreams")]
    [InlineData("There is no user", "--broker", "demo", "--user", "you@example.org")]
    public async Task Bad_input_is_one_line_without_the_value(string part, params string[] arguments)
    {
        var result = await _instance.RunAsync(["connect", "add", .. arguments]);

        result.ShouldFailWith(2, part);
        result.Errors.ShouldNotContain("planted");
    }

    [Fact]
    public async Task A_broker_of_files_asks_for_nothing_and_has_its_account_at_once()
    {
        var added = await _instance.JsonAsync("connect", "add", "--broker", "vested");

        var account = added.GetProperty("accounts").EnumerateArray().ShouldHaveSingleItem();
        account.GetProperty("externalId").GetString().ShouldBe("vested");
        added.GetProperty("state").GetString().ShouldBe("active");
    }

    [Fact]
    public async Task A_sync_of_a_broker_of_files_has_nothing_to_read_and_succeeds()
    {
        await _instance.JsonAsync("connect", "add", "--broker", "vested");

        (await _instance.RunAsync("sync", "--broker", "vested")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_broker_with_a_login_is_saved_first_and_shows_its_page()
    {
        var added = await _instance.RunWithInputAsync(
            """{"apiKey":"abcdefgh12345678","apiSecret":"plantedsecretplantedsecret123456"}""",
            "connect", "add", "--broker", "zerodha", "--credentials-stdin", "--json");
        added.ExitCode.ShouldBe(0, added.Errors);
        added.Json.GetProperty("state").GetString().ShouldBe("needsLogin");
        var id = added.Json.GetProperty("id").GetString()!;

        var login = await _instance.RunAsync("connect", "login", id);

        login.ExitCode.ShouldBe(0, login.Errors);
        login.Output.Trim().ShouldStartWith("https://kite.zerodha.com/connect/login?");
        (await _instance.RunWithInputAsync("https://example.org/?state=wrong&request_token=planted", "connect", "login", id, "--answer-stdin"))
            .ShouldFailWith(2, "This login is unknown");
        (await _instance.RunAsync("connect", "test", id)).ShouldFailWith(2, "Log in first");
        _instance.Written.ShouldAllBe(text => !text.Contains("planted"));
    }

    [Fact]
    public async Task Many_connections_are_imported_or_none()
    {
        var lines = Enumerable.Range(1, 500).Select(number => JsonSerializer.Serialize(new
        {
            user = "me@example.org",
            portfolio = $"Portfolio {number % 3}",
            broker = "demo",
            label = $"Demo {number}",
            credentials = new { seed = $"s{number}" },
        })).ToList();
        var file = Path.Combine(_instance.Folder, "connections.jsonl");

        await File.WriteAllLinesAsync(file, [.. lines, "{\"user\":\"nobody@example.org\",\"broker\":\"demo\"}"]);
        (await _instance.RunAsync("connect", "import", file)).ShouldFailWith(2, "Line 501");
        (await _instance.JsonAsync("connect", "list")).GetArrayLength().ShouldBe(0);

        await File.WriteAllLinesAsync(file, lines);
        var imported = await _instance.JsonAsync("connect", "import", file);
        imported.GetProperty("connections").GetInt32().ShouldBe(500);
        (await _instance.JsonAsync("connect", "list")).GetArrayLength().ShouldBe(500);
    }
}
