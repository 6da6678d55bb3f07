using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Connections;

public sealed class ConnectionSetupTests
{
    private static readonly BrokerToken Session = new(new Secret("planted-session"), new DateTimeOffset(2026, 8, 4, 0, 30, 0, TimeSpan.Zero));

    [Theory, EachStore]
    public async Task A_checked_connection_is_active_and_has_its_accounts(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());

        var made = await world.ConnectAsync(Session);

        await using var db = world.Database.Open();
        var connection = await db.Connections.Include(c => c.Sync).Include(c => c.Accounts).SingleAsync(c => c.Id == made.Id);
        connection.ExternalUserId.ShouldBe("AB1234");
        connection.SessionExpiresAt.ShouldBe(Session.ExpiresAt);
        connection.Reads.ShouldBe(ReadKinds.Holdings | ReadKinds.Cash);
        (connection.Sync!.State, connection.Sync.NextSyncAt).ShouldBe((ConnectionState.Active, world.Clock.GetUtcNow()));
        connection.Accounts.Single().ExternalId.ShouldBe("AB1234");
        (await db.AuditEvents.Where(a => a.Action == "connection.created").SingleAsync()).UserId.ShouldBe(world.Owner.Id);
    }

    [Theory, EachStore]
    public async Task Secrets_are_stored_sealed_and_open_for_their_field_only(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());

        var made = await world.ConnectAsync(Session);

        await using var db = world.Database.Open();
        var rows = await db.Credentials.ToDictionaryAsync(c => c.Field);
        rows.Keys.ShouldBe(["apiKey", "apiSecret", BrokerCredential.SessionField], ignoreOrder: true);
        world.Vault.Open(rows["apiSecret"].Sealed, made.Id, "apiSecret").Reveal().ShouldBe("planted-secret");
        world.Vault.Open(rows[BrokerCredential.SessionField].Sealed, made.Id, BrokerCredential.SessionField).Reveal().ShouldBe("planted-session");
        Should.Throw<VaultException>(() => world.Vault.Open(rows["apiSecret"].Sealed, made.Id, "apiKey"));
    }

    [Theory, EachStore]
    public async Task Without_a_session_and_without_a_check_a_login_is_needed(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());

        var made = await world.Setup.CreateAsync(world.Request(), check: false, world.Asha, default);

        made.Sync!.State.ShouldBe(ConnectionState.NeedsLogin);
        made.Sync.NextSyncAt.ShouldBeNull();
    }

    [Fact]
    public async Task A_check_without_a_session_says_what_to_do()
    {
        await using var world = await ConnectionWorld.CreateAsync(Store.Sqlite, new FakeBroker());

        var refused = await Should.ThrowAsync<InputException>(() => world.Setup.CreateAsync(world.Request(), check: true, world.Asha, default));

        refused.Field.ShouldBe("session");
        refused.Message.ShouldContain("check=false");
    }

    [Fact]
    public async Task A_session_that_is_over_needs_a_login()
    {
        await using var world = await ConnectionWorld.CreateAsync(Store.Sqlite, new FakeBroker());
        var over = Session with { ExpiresAt = world.Clock.GetUtcNow() };

        var made = await world.Setup.CreateAsync(world.Request(over), check: false, world.Asha, default);

        made.Sync!.State.ShouldBe(ConnectionState.NeedsLogin);
    }

    [Fact]
    public async Task What_the_broker_refuses_is_not_stored()
    {
        var broker = new FakeBroker { Failure = BrokerException.AuthExpired("The key is wrong.") };
        await using var world = await ConnectionWorld.CreateAsync(Store.Sqlite, broker);

        await Should.ThrowAsync<BrokerException>(() => world.ConnectAsync(Session));

        await using var db = world.Database.Open();
        (await db.Connections.AnyAsync()).ShouldBeFalse();
        (await db.Credentials.AnyAsync()).ShouldBeFalse();
    }

    [Theory]
    [InlineData("apiKey", null, "credentials.apiKey")]
    [InlineData("apiKey", " ", "credentials.apiKey")]
    [InlineData("apiKey", "with a space", "credentials.apiKey")]
    [InlineData("plan", "gold", "credentials.plan")]
    [InlineData("pin", "planted-pin", "credentials.pin")]
    public async Task A_wrong_credential_is_refused_by_its_name_and_without_its_value(string key, string? value, string field)
    {
        await using var world = await ConnectionWorld.CreateAsync(Store.Sqlite, new FakeBroker());
        var credentials = ConnectionWorld.Credentials;
        credentials.Remove(key);
        if (value is not null)
        {
            credentials[key] = value;
        }

        var refused = await Should.ThrowAsync<InputException>(
            () => world.Setup.CreateAsync(world.Request(credentials: credentials), check: false, world.Asha, default));

        refused.Field.ShouldBe(field);
        refused.Message.ShouldNotContain("planted");
        refused.Message.ShouldNotContain("with a space");
    }

    [Fact]
    public async Task A_one_time_code_is_never_stored()
    {
        await using var world = await ConnectionWorld.CreateAsync(Store.Sqlite, new FakeBroker());
        var credentials = ConnectionWorld.Credentials;
        credentials["code"] = "123456";

        await world.Setup.CreateAsync(world.Request(credentials: credentials), check: false, world.Asha, default);

        await using var db = world.Database.Open();
        (await db.Credentials.AnyAsync(c => c.Field == "code")).ShouldBeFalse();
    }

    [Fact]
    public async Task An_unknown_broker_is_refused_with_the_known_ones()
    {
        await using var world = await ConnectionWorld.CreateAsync(Store.Sqlite, new FakeBroker());

        var refused = await Should.ThrowAsync<InputException>(
            () => world.Setup.CreateAsync(world.Request(broker: "nobody"), check: false, world.Asha, default));

        refused.Field.ShouldBe("broker");
        refused.Message.ShouldContain("fake");
    }

    [Theory, EachStore]
    public async Task The_same_login_is_connected_once_for_each_owner(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());
        await world.ConnectAsync(Session);

        var refused = await Should.ThrowAsync<InputException>(() => world.ConnectAsync(Session));

        refused.Message.ShouldContain("connected already");
    }

    [Theory, EachStore]
    public async Task Another_persons_portfolio_and_connection_are_not_found(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());
        var connection = await world.ConnectAsync(Session);
        var bela = (await new UserAccounts(world.Database, world.Clock)
            .AddAsync("bela@example.org", null, UserRole.Member, Actor.CommandLine, default)).User.Id;
        var by = Actor.Person(bela, "api");

        await Should.ThrowAsync<NotFoundException>(
            () => world.Setup.CreateAsync(world.Request() with { OwnerId = bela }, check: false, by, default));
        await Should.ThrowAsync<NotFoundException>(() => world.Setup.PauseAsync(connection.Id, by, default));
        await Should.ThrowAsync<NotFoundException>(() => world.Setup.TestAsync(connection.Id, by, default));
        await Should.ThrowAsync<NotFoundException>(() => world.Setup.RemoveAsync(connection.Id, by, default));
        await Should.ThrowAsync<NotFoundException>(() => world.Login.BeginAsync(connection.Id, by, default));
        await Should.ThrowAsync<NotFoundException>(
            () => world.Setup.ReplaceCredentialsAsync(connection.Id, ConnectionWorld.Credentials, check: true, by, default));
    }

    [Theory, EachStore]
    public async Task A_paused_connection_resumes_where_it_can(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());
        var connection = await world.ConnectAsync(Session);

        await world.Setup.PauseAsync(connection.Id, world.Asha, default);
        (await SyncOf(world)).ShouldBe((ConnectionState.Paused, null));

        await world.Setup.ResumeAsync(connection.Id, world.Asha, default);
        (await SyncOf(world)).ShouldBe((ConnectionState.Active, world.Clock.GetUtcNow()));

        world.Clock.Advance(TimeSpan.FromDays(2));
        await world.Setup.PauseAsync(connection.Id, world.Asha, default);
        await world.Setup.ResumeAsync(connection.Id, world.Asha, default);
        (await SyncOf(world)).ShouldBe((ConnectionState.NeedsLogin, null));
    }

    [Theory, EachStore]
    public async Task A_pause_and_its_end_are_in_the_audit_log_with_what_was_before_and_after(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());
        var connection = await world.ConnectAsync(Session);

        await world.Setup.PauseAsync(connection.Id, "It moves house.", world.Asha, default);
        await world.Setup.ResumeAsync(connection.Id, world.Asha, default);

        await using var db = world.Database.Open();
        (await db.AuditEvents.Where(a => a.Action == "connection.paused" || a.Action == "connection.resumed").OrderBy(a => a.Action).Select(a => a.Detail).ToListAsync()).ShouldBe(
        [
            """{"before":{"nextSyncAt":"2026-08-03T05:00:00Z","pauseReason":null,"state":"active"},"after":{"nextSyncAt":null,"pauseReason":"It moves house.","state":"paused"}}""",
            """{"before":{"nextSyncAt":null,"pauseReason":"It moves house.","state":"paused"},"after":{"nextSyncAt":"2026-08-03T05:00:00Z","pauseReason":null,"state":"active"}}""",
        ]);
    }

    [Theory, EachStore]
    public async Task Label_reads_and_portfolio_change_and_the_accounts_move_along(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());
        var connection = await world.ConnectAsync(Session);
        var other = await new PortfolioSetup(world.Database, world.Clock).CreateAsync(world.Owner.Id, "Other", "USD", world.Asha, default);

        await world.Setup.ChangeAsync(connection.Id, new ConnectionChange("New", ReadKinds.Cash, other.Id), world.Asha, default);

        await using var db = world.Database.Open();
        var changed = await db.Connections.Include(c => c.Accounts).SingleAsync();
        (changed.Label, changed.Reads, changed.PortfolioId).ShouldBe(("New", ReadKinds.Cash, other.Id));
        changed.Accounts.Single().PortfolioId.ShouldBe(other.Id);
        (await Should.ThrowAsync<InputException>(() => world.Setup.ChangeAsync(
            connection.Id, new ConnectionChange(Reads: ReadKinds.Funds), world.Asha, default))).Field.ShouldBe("reads");
    }

    [Theory, EachStore]
    public async Task New_credentials_replace_the_old_ones_and_leave_the_session(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());
        var connection = await world.ConnectAsync(Session);
        await using (var before = world.Database.Open())
        {
            await before.SyncStates.ExecuteUpdateAsync(s => s.SetProperty(x => x.State, ConnectionState.CredentialsRejected));
        }

        await world.Setup.ReplaceCredentialsAsync(
            connection.Id, new Dictionary<string, string> { ["apiKey"] = "key2", ["apiSecret"] = "other", ["plan"] = "paid" }, check: true, world.Asha, default);

        await using var db = world.Database.Open();
        var rows = await db.Credentials.ToDictionaryAsync(c => c.Field);
        rows.Keys.ShouldBe(["apiKey", "apiSecret", "plan", BrokerCredential.SessionField], ignoreOrder: true);
        world.Vault.Open(rows["apiKey"].Sealed, connection.Id, "apiKey").Reveal().ShouldBe("key2");
        (await SyncOf(world)).State.ShouldBe(ConnectionState.Active);
    }

    [Theory, EachStore]
    public async Task Removing_a_connection_removes_its_secrets_and_accounts(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());
        var connection = await world.ConnectAsync(Session);

        await world.Setup.RemoveAsync(connection.Id, world.Asha, default);

        await using var db = world.Database.Open();
        (await db.Connections.CountAsync() + await db.Credentials.CountAsync() + await db.Accounts.CountAsync() + await db.SyncStates.CountAsync())
            .ShouldBe(0);
        (await db.AuditEvents.AnyAsync(a => a.Action == "connection.removed" && a.Subject == connection.Id.ToString())).ShouldBeTrue();
    }

    private static async Task<(ConnectionState State, DateTimeOffset? Next)> SyncOf(ConnectionWorld world)
    {
        await using var db = world.Database.Open();
        var sync = await db.SyncStates.SingleAsync();
        return (sync.State, sync.NextSyncAt);
    }
}
