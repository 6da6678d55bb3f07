using System.Text.Json;
using Foliosync.Cli;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

public sealed class HealthTests
{
    [Fact]
    public async Task A_server_that_runs_is_healthy_and_one_that_does_not_is_not()
    {
        using var instance = await TestInstance.WithUserAsync();
        await using var server = instance.With("FOLIOSYNC_URLS", "http://127.0.0.1:0").StartRunning("serve");
        var address = (await server.LineWithAsync("Now listening on")).Split(' ')[^1];

        var running = await AnswerAsync(instance, "health", "--urls", address);
        var ready = await AnswerAsync(instance, "health", "--ready", "--urls", address);
        await server.KillAsync();
        var dead = await instance.RunAsync("health", "--urls", address);

        running.GetProperty("healthy").GetBoolean().ShouldBeTrue();
        ready.GetProperty("answer").GetString()!.ShouldContain("\"ready\"");
        dead.ExitCode.ShouldBe(1);
        dead.Output.ShouldContain("foliosync serve");
    }

    [Theory]
    [InlineData("http://*:8080", "http://127.0.0.1:8080/healthz")]
    [InlineData("http://0.0.0.0:80", "http://127.0.0.1/healthz")]
    [InlineData("http://[::]:8080", "http://127.0.0.1:8080/healthz")]
    [InlineData("http://10.0.0.7:8080", "http://10.0.0.7:8080/healthz")]
    public void A_server_that_listens_everywhere_is_asked_on_this_machine(string listening, string asked) =>
        HealthVerb.AddressOf(listening, "/healthz").ShouldBe(new Uri(asked));

    // A server that has just started may be slower to its first answer than the verb's patience.
    private static async Task<JsonElement> AnswerAsync(TestInstance instance, params string[] verb)
    {
        CommandResult result;
        var tries = 0;
        do
        {
            result = await instance.RunAsync([.. verb, "--json"]);
        }
        while (result.ExitCode != 0 && ++tries < 10);

        return result.Json;
    }
}
