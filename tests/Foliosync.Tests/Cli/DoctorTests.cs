using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

public sealed class DoctorTests : IAsyncLifetime
{
    private TestInstance _instance = null!;

    public async ValueTask InitializeAsync() => _instance = await TestInstance.WithConnectionAsync();

    public ValueTask DisposeAsync()
    {
        _instance.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_healthy_instance_passes_every_check()
    {
        var result = await _instance.RunAsync("doctor", "--json");

        result.ExitCode.ShouldBe(0, result.Output);
        result.Json.GetProperty("healthy").GetBoolean().ShouldBeTrue();
        result.Json.GetProperty("checks").EnumerateArray().ShouldAllBe(c => c.GetProperty("state").GetString() == "fine");
    }

    [Theory]
    [InlineData("adapters", "UPDATE connections SET broker_id = 'gone'")]
    [InlineData("version", "DELETE FROM __EFMigrationsHistory")]
    [InlineData("version", "INSERT INTO __EFMigrationsHistory VALUES ('29991231000000_Tomorrow', '99.0.0')")]
    [InlineData("credentials", "UPDATE connections SET broker_id = 'zerodha'")]
    [InlineData("credentials-accepted", "UPDATE sync_states SET state = 'credentialsRejected'")]
    [InlineData("sessions", "UPDATE sync_states SET state = 'needsLogin'")]
    [InlineData("sessions", "UPDATE connections SET session_expires_at = 1")]
    [InlineData("clock", "UPDATE connections SET created_at = created_at + 86400000000")]
    [InlineData("fresh-data", "UPDATE connections SET created_at = created_at - 5 * 86400000000")]
    [InlineData("master-key", "UPDATE broker_credentials SET sealed = x'0100000000' || zeroblob(100)")]
    public async Task Each_trouble_fails_its_check_and_names_a_cure(string check, string trouble)
    {
        _instance.Sql(trouble);

        var result = await _instance.RunAsync("doctor", "--json");

        result.ExitCode.ShouldBe(1, result.Output);
        var failed = result.Json.GetProperty("checks").EnumerateArray().Where(c => c.GetProperty("state").GetString() == "failed").ToList();
        failed.Select(c => c.GetProperty("check").GetString()).ShouldContain(check);
        failed.ShouldAllBe(c => c.GetProperty("cure").GetString()!.Length > 10);
    }

    [Fact]
    public async Task A_missing_key_and_an_unreachable_database_are_found_too()
    {
        File.Delete(_instance.KeyFile);
        StateOf(await _instance.RunAsync("doctor", "--json"), "master-key").ShouldBe("failed");

        _instance.With("DATABASE_URL", "postgresql://u:planted@127.0.0.1:1/d");
        var unreachable = await _instance.RunAsync("doctor", "--json");
        StateOf(unreachable, "database").ShouldBe("failed");
        unreachable.Output.ShouldNotContain("planted");
        File.Exists(_instance.KeyFile).ShouldBeFalse("the doctor changes nothing");
    }

    private static string? StateOf(CommandResult result, string check)
    {
        result.ExitCode.ShouldBe(1, result.Errors);
        return result.Json.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("check").GetString() == check).GetProperty("state").GetString();
    }
}
