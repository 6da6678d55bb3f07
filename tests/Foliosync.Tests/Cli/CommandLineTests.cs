using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

public sealed class CommandLineTests : IDisposable
{
    private readonly TestInstance _instance = new();

    public void Dispose() => _instance.Dispose();

    [Fact]
    public async Task Help_lists_every_verb()
    {
        var help = await _instance.RunAsync("--help");

        help.ExitCode.ShouldBe(0);
        foreach (var verb in (string[])
            ["serve", "demo", "sync", "connect", "export", "user", "token", "broker", "vault", "migrate", "backup", "restore", "doctor", "config"])
        {
            help.Output.ShouldContain($"\n  {verb}");
        }
    }

    [Theory]
    [InlineData("Unrecognized command or argument 'sing'", "sing")]
    [InlineData("foliosync connect --help", "connect")]
    [InlineData("'--name' is required", "token", "create", "--user", "me@example.org")]
    [InlineData("not an id", "connect", "remove", "42")]
    [InlineData("Give one of", "sync", "--broker", "demo", "--connection", "01997a00-0000-7000-8000-000000000000")]
    [InlineData("There is no broker 'nope'", "sync", "--broker", "nope")]
    public async Task Wrong_usage_is_one_line_and_exit_code_2(string part, params string[] arguments)
    {
        var result = await _instance.RunAsync(arguments);

        result.ExitCode.ShouldBe(2);
        result.Output.ShouldBeEmpty();
        result.Errors.ShouldContain(part);
        result.Errors.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("FOLIOSYNC_URLS", "8080", "FOLIOSYNC_URLS")]
    [InlineData("FOLIOSYNC_MASTER_KEY", "planted", "FOLIOSYNC_MASTER_KEY")]
    [InlineData("DATABASE_URL", "mysql://u:planted@h/d", "DATABASE_URL")]
    [InlineData("DATABASE_URL", "postgresql://u:planted@127.0.0.1:1/d", "cannot be reached")]
    public async Task A_wrong_setting_is_one_line_without_the_value_and_exit_code_2(string name, string value, string part)
    {
        var result = await _instance.With(name, value).RunAsync("sync");

        result.ShouldFailWith(2, part);
        result.Errors.ShouldNotContain("planted");
    }

    [Fact]
    public async Task Config_shows_what_counts_and_where_it_comes_from()
    {
        Directory.CreateDirectory(_instance.DataDirectory);
        await File.WriteAllTextAsync(Path.Combine(_instance.Folder, ".env"), "FOLIOSYNC_URLS=http://127.0.0.1:1111\nDATABASE_URL=postgresql://u:planted@db/foliosync\n");
        await File.WriteAllTextAsync(Path.Combine(_instance.DataDirectory, "foliosync.json"), """{ "FOLIOSYNC_SYNC__INTERVAL": "00:30:00" }""");

        var config = await _instance.With("FOLIOSYNC_BROKERS__DEMO__ENABLED", "false").JsonAsync("config");

        var settings = config.GetProperty("settings").EnumerateArray()
            .ToDictionary(s => s.GetProperty("name").GetString()!, s => (s.GetProperty("value").GetString(), s.GetProperty("origin").GetString()));
        settings["FOLIOSYNC_URLS"].ShouldBe(("http://127.0.0.1:1111", ".env"));
        settings["FOLIOSYNC_SYNC__INTERVAL"].ShouldBe(("00:30:00", "foliosync.json"));
        settings["FOLIOSYNC_BROKERS__DEMO__ENABLED"].ShouldBe(("false", "environment"));
        settings["DATABASE_URL"].ShouldBe(("set", ".env"));
        config.GetProperty("database").GetString().ShouldBe("postgresql://db:5432/foliosync");
        _instance.Written.ShouldAllBe(text => !text.Contains("planted"));
    }

    [Fact]
    public async Task Brokers_are_listed_with_what_they_need()
    {
        var brokers = await _instance.JsonAsync("broker", "list");

        var zerodha = brokers.EnumerateArray().Single(b => b.GetProperty("id").GetString() == "zerodha");
        zerodha.GetProperty("enabled").GetBoolean().ShouldBeTrue();
        zerodha.GetProperty("capabilities").EnumerateArray().Select(c => c.GetString()).ShouldContain("holdings");
        zerodha.GetProperty("credentials").EnumerateArray().Select(c => c.GetProperty("key").GetString()).ShouldBe(["apiKey", "apiSecret"]);
    }

    [Fact]
    public async Task What_is_piped_has_no_colours_and_no_broken_rows()
    {
        var table = await _instance.RunAsync("broker", "list");

        table.Output.ShouldNotContain('\e');
        table.Output.Split('\n').ShouldContain(row => row.Contains("zerodha") && row.Contains("apiSecret"));
    }
}
