using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Sync;

/// <summary>Whether a stored session is believed, and what becomes of it when another one comes.</summary>
public sealed class SessionTests
{
    [Theory, EachStore]
    public async Task A_session_that_was_only_stored_is_checked_once_and_then_believed(Store store)
    {
        await using var world = await ConnectedAsync(store, knownAs: "U-key1");

        await world.SyncAsync();
        var first = await world.LastRunAsync();
        var checkedAt = (await world.StateAsync()).SessionCheckedAt;
        world.Time.Advance(TimeSpan.FromHours(1));
        await world.SyncAsync();
        var second = await world.LastRunAsync();

        first.Steps[0].Name.ShouldBe("check identity");
        checkedAt.ShouldBe(world.Clock.GetUtcNow().AddHours(-1));
        second.Steps.ShouldNotContain(s => s.Name == "check identity");
        (await world.StateAsync()).SessionCheckedAt.ShouldBe(checkedAt);
    }

    [Theory, EachStore]
    public async Task A_restart_keeps_a_valid_session_and_checks_it_before_anything_is_read(Store store)
    {
        await using var world = await ConnectedAsync(store, knownAs: "U-key1");
        await world.SyncAsync();
        world.Time.Advance(TimeSpan.FromHours(1));

        var restarted = world.NewEngine();
        var summary = await restarted.RunAsync(new SyncRequest(), null, default);

        summary.Succeeded.ShouldBe(1);
        var run = await world.LastRunAsync();
        run.Steps[0].Name.ShouldBe("check identity");
        (await world.StateAsync()).SessionCheckedAt.ShouldBe(world.Clock.GetUtcNow());
        world.Time.Advance(TimeSpan.FromHours(1));
        await restarted.RunAsync(new SyncRequest(), null, default);
        (await world.LastRunAsync()).Steps.ShouldNotContain(s => s.Name == "check identity");
    }

    [Theory, EachStore]
    public async Task A_stored_session_of_another_person_is_not_read_with(Store store)
    {
        await using var world = await ConnectedAsync(store, knownAs: "AB1234");

        await world.SyncAsync();

        var run = await world.LastRunAsync();
        (run.State, run.ErrorKind).ShouldBe((SyncRunState.NeedsLogin, "authExpired"));
        run.ErrorMessage!.ShouldContain("another person");
        run.ErrorMessage!.ShouldNotContain("AB1234");
        world.Broker["key1"].HoldingsReads.ShouldBe(0);
        var state = await world.StateAsync();
        (state.State, state.SessionCheckedAt).ShouldBe((ConnectionState.NeedsLogin, null));
        (await world.HoldingsAsync()).ShouldBeEmpty();
    }

    [Theory, EachStore]
    public async Task A_check_is_kept_even_if_the_sync_fails_afterwards(Store store)
    {
        await using var world = await ConnectedAsync(store, knownAs: "U-key1");
        world.Broker["key1"].Failures["holdings"] = BrokerException.Transient("Down.");

        await world.SyncAsync();

        (await world.StateAsync()).SessionCheckedAt.ShouldBe(world.Clock.GetUtcNow());
    }

    [Theory, EachStore]
    public async Task A_session_replaced_by_a_second_device_during_a_sync_is_not_torn_down(Store store)
    {
        await using var world = await ConnectedAsync(store, knownAs: "U-key1");
        world.Broker["key1"].BeforeHoldings = async _ =>
        {
            await LogInElsewhereAsync(world);
            throw BrokerException.AuthExpired("The session is over.");
        };

        await world.SyncAsync();

        var run = await world.LastRunAsync();
        (run.State, run.ErrorKind).ShouldBe((SyncRunState.Cancelled, "sessionReplaced"));
        var state = await world.StateAsync();
        (state.State, state.NextSyncAt, state.LeaseToken).ShouldBe((ConnectionState.Active, world.Clock.GetUtcNow(), null));
        (await world.ReadAsync(db => db.Alerts.CountAsync())).ShouldBe(0);

        world.Broker["key1"].BeforeHoldings = _ => Task.CompletedTask;
        (await world.SyncAsync()).Succeeded.ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task The_first_sync_after_a_login_that_a_second_login_cut_off_does_not_reject_the_credentials(Store store)
    {
        await using var world = await ConnectedAsync(store, knownAs: "U-key1");
        world.Broker["key1"].BeforeHoldings = async _ =>
        {
            await LogInElsewhereAsync(world);
            throw BrokerException.AuthExpired("The session is over.");
        };

        await world.Engine.RunAsync(new SyncRequest { Trigger = SyncTrigger.LoginCompleted }, null, default);

        (await world.StateAsync()).State.ShouldBe(ConnectionState.Active);
    }

    [Theory, EachStore]
    public async Task What_the_old_session_met_does_not_count_against_the_new_one(Store store)
    {
        await using var world = await ConnectedAsync(store, knownAs: "U-key1");
        await world.ReadAsync(db => db.SyncStates.ExecuteUpdateAsync(u => u.SetProperty(s => s.ConsecutiveFailures, 5)));
        world.Broker["key1"].BeforeHoldings = async _ =>
        {
            await LogInElsewhereAsync(world);
            throw BrokerException.Transient("Down.");
        };

        await world.SyncAsync();

        var state = await world.StateAsync();
        (state.State, state.ConsecutiveFailures, state.NextSyncAt).ShouldBe((ConnectionState.Active, 0, world.Clock.GetUtcNow()));
        (await world.ReadAsync(db => db.Alerts.CountAsync())).ShouldBe(0);
    }

    [Theory, EachStore]
    public async Task A_session_renewed_by_a_sync_does_not_replace_one_that_a_login_brought_meanwhile(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ImportAsync(["""{"user":"asha@example.org","portfolio":"Main","broker":"renewing","label":"key1","credentials":{"apiKey":"key1"},"session":{"token":"t"}}"""]);
        world.Renewing["key1"].BeforeHoldings = async _ =>
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            await LogInElsewhereAsync(world);
        };

        await world.SyncAsync();

        var row = await world.ReadAsync(db => db.Credentials.SingleAsync(c => c.Field == BrokerCredential.SessionField));
        world.Vault.Open(row.Sealed, row.ConnectionId, row.Field).Reveal().ShouldBe("session");
    }

    [Theory, EachStore]
    public async Task New_credentials_make_the_session_unproven(Store store)
    {
        await using var world = await ConnectedAsync(store, knownAs: "U-key1");
        await world.SyncAsync();
        var id = (await world.StateAsync()).ConnectionId;

        await world.Setup.ReplaceCredentialsAsync(id, new Dictionary<string, string> { ["apiKey"] = "key1" }, check: true, Actor.CommandLine, default);

        (await world.StateAsync()).SessionCheckedAt.ShouldBeNull();
    }

    /// <summary>An imported connection with a session and an account number that is known from an earlier day.</summary>
    private static async Task<SyncWorld> ConnectedAsync(Store store, string knownAs)
    {
        var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        await world.ReadAsync(db => db.Connections.ExecuteUpdateAsync(u => u.SetProperty(c => c.ExternalUserId, knownAs)));
        world.Time.Advance(TimeSpan.FromMinutes(1));
        return world;
    }

    /// <summary>A second device logs in, which at most brokers ends the session before it.</summary>
    private static async Task LogInElsewhereAsync(SyncWorld world)
    {
        var connection = await world.ReadAsync(db => db.Connections.AsNoTracking().SingleAsync());
        var begun = (LoginStep.Redirect)await world.Login.BeginAsync(connection.Id, Actor.CommandLine, default);
        var state = System.Web.HttpUtility.ParseQueryString(begun.Url.Query)["state"]!;
        await world.Login.CompleteAsync(connection.BrokerId, new Dictionary<string, string> { ["state"] = state }, "web", default);
    }
}
