using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

public sealed class RunsTests : IAsyncLifetime
{
    private TestInstance _instance = null!;

    public async ValueTask InitializeAsync() => _instance = await TestInstance.WithConnectionAsync();

    public ValueTask DisposeAsync()
    {
        _instance.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Before_the_first_sync_there_are_none() =>
        (await _instance.RunAsync("runs", "list")).Output.ShouldContain("There are no runs.");

    [Fact]
    public async Task A_report_that_waits_is_listed_shown_rejected_and_accepted_after_all()
    {
        var run = await SurpriseAsync();

        var shown = await _instance.RunAsync("runs", "show", run);
        shown.Output.ShouldContain("needsReview");
        shown.Output.ShouldContain("shrink");
        (await _instance.JsonAsync("runs", "reject", run)).GetProperty("rejected").GetBoolean().ShouldBeTrue();
        (await _instance.RunAsync("runs", "reject", run)).ShouldFailWith(1, "rejected before");
        Held().ShouldBeGreaterThan(0);

        var accepted = await _instance.JsonAsync("runs", "accept", run);

        accepted.GetProperty("state").GetString().ShouldBe("succeeded");
        Held().ShouldBe(0);
        (await _instance.RunAsync("runs", "accept", run)).ShouldFailWith(1, "applied already");
    }

    [Fact]
    public async Task A_run_is_replayed_dry_then_applied_and_compared()
    {
        var run = await SurpriseAsync();
        var first = _instance.Texts("select lower(id) from sync_runs where state = 'succeeded'").Single();

        var dry = await _instance.JsonAsync("runs", "replay", run);
        dry.GetProperty("accounts").GetArrayLength().ShouldBeGreaterThan(0);
        _instance.Scalar("select count(*) from sync_runs").ShouldBe(2);
        (await _instance.RunAsync("runs", "replay", run)).Output.ShouldContain("nothing is stored");
        (await _instance.RunAsync("runs", "compare", first, run)).Output.ShouldContain("The broker sent the same.");

        // It is as surprising as it was, so it waits once more, as a run of its own.
        var applied = await _instance.RunAsync("runs", "replay", run, "--apply", "--json");
        applied.ExitCode.ShouldBe(1);
        applied.Json.GetProperty("state").GetString().ShouldBe("needsReview");
        _instance.Scalar("select count(*) from reviews where state = 'waiting'").ShouldBe(_instance.Scalar("select count(distinct account_id) from reviews"));
        Held().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task An_id_of_nothing_is_told_in_one_line()
    {
        (await _instance.RunAsync("runs", "show", Guid.NewGuid().ToString())).ShouldFailWith(2, "There is no sync run with this id.");
        (await _instance.RunAsync("runs", "replay", "x")).ShouldFailWith(2, "'x' is not an id; 'foliosync runs list' shows them.");
    }

    private long Held() => _instance.Scalar("select count(*) from holdings where quantity = '1000000.0'");

    // Of what is held now the broker reports a small part.
    private async Task<string> SurpriseAsync()
    {
        await _instance.JsonAsync("sync");
        _instance.Sql("update holdings set quantity = '1000000.0'");
        _instance.Sql("update accounts set report_fingerprint = null");
        (await _instance.RunAsync("sync")).ExitCode.ShouldBe(1);
        var runs = await _instance.JsonAsync("runs", "list", "--state", "needsReview");
        return runs.EnumerateArray().ShouldHaveSingleItem().GetProperty("id").GetString()!;
    }
}
