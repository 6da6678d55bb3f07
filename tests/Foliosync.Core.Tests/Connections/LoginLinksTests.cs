using System.Buffers.Text;
using System.Web;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Connections;

public sealed class LoginLinksTests
{
    [Theory, EachStore]
    public async Task A_link_opens_to_the_logins_it_was_made_for_in_their_order(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());
        var (first, second) = (await world.ConnectAsync(), await world.ConnectAsync());

        var link = await world.Links.CreateAsync(world.Owner.Id, [second.Id, first.Id, second.Id], default);
        var opened = await world.Links.OpenAsync(TokenOf(link), default);

        link.AbsoluteUri.ShouldStartWith("https://folio.example/relogin/");
        opened.OwnerId.ShouldBe(world.Owner.Id);
        opened.Connections.Select(c => (c.Id, c.BrokerName, c.NeedsLogin)).ShouldBe([(second.Id, "Fake", true), (first.Id, "Fake", true)]);
        opened.Next!.Id.ShouldBe(second.Id);
        opened.IsUsedUp.ShouldBeFalse();
    }

    [Theory, EachStore]
    public async Task A_finished_login_uses_the_link_up_for_its_connection_only(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker(), SecondBroker());
        var first = await world.ConnectAsync();
        var second = await world.Setup.CreateAsync(world.Request(broker: "other"), check: false, world.Asha, default);
        var token = TokenOf(await world.Links.CreateAsync(world.Owner.Id, [first.Id, second.Id], default));

        await LogInAsync(world, token, "fake");
        var between = await world.Links.OpenAsync(token, default);
        await LogInAsync(world, token, "other");
        var after = await world.Links.OpenAsync(token, default);

        (between.Next!.Id, between.IsUsedUp).ShouldBe((second.Id, false));
        between.Connections[0].UsedAt.ShouldBe(world.Clock.GetUtcNow());
        (after.Next, after.IsUsedUp).ShouldBe((null, true));
        await using var db = world.Database.Open();
        (await db.AuditEvents.Where(a => a.Action == "connection.loggedIn").Select(a => a.Source).ToListAsync()).ShouldBe(["link", "link"]);
    }

    [Theory, EachStore]
    public async Task A_login_begun_and_abandoned_can_be_begun_again(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());
        var connection = await world.ConnectAsync();
        var token = TokenOf(await world.Links.CreateAsync(world.Owner.Id, [connection.Id], default));
        await BeginAsync(world, token);
        world.Clock.Advance(TimeSpan.FromHours(1));

        await LogInAsync(world, token, "fake");

        (await world.Links.OpenAsync(token, default)).IsUsedUp.ShouldBeTrue();
    }

    [Theory, EachStore]
    public async Task Of_two_logins_begun_through_one_link_the_second_is_refused_before_the_broker_is_asked(Store store)
    {
        var broker = new FakeBroker();
        await using var world = await ConnectionWorld.CreateAsync(store, broker);
        var connection = await world.ConnectAsync();
        var token = TokenOf(await world.Links.CreateAsync(world.Owner.Id, [connection.Id], default));
        var (phone, desk) = (await BeginAsync(world, token), await BeginAsync(world, token));
        await CompleteAsync(world, phone, "fake");

        var refused = await Should.ThrowAsync<InputException>(() => CompleteAsync(world, desk, "fake"));

        refused.Message.ShouldContain("used for this login already");
        broker.Exchanges.ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task A_connection_that_was_logged_in_elsewhere_is_passed_over(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());
        var connection = await world.ConnectAsync();
        var token = TokenOf(await world.Links.CreateAsync(world.Owner.Id, [connection.Id], default));
        var elsewhere = (LoginStep.Redirect)await world.Login.BeginAsync(connection.Id, world.Asha, default);
        await CompleteAsync(world, StateOf(elsewhere), "fake");

        var opened = await world.Links.OpenAsync(token, default);

        (opened.Next, opened.IsUsedUp).ShouldBe((null, false));
    }

    [Theory, EachStore]
    public async Task A_link_lives_twelve_hours_and_at_least_to_midnight_at_the_broker(Store store)
    {
        // 10:30 in India: twelve hours later it is 22:30 there, so the link lives to midnight, 18:30 UTC.
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());
        var connection = await world.ConnectAsync();
        var token = TokenOf(await world.Links.CreateAsync(world.Owner.Id, [connection.Id], default));

        world.Clock.Advance(TimeSpan.FromHours(13.5) - TimeSpan.FromSeconds(1));
        await world.Links.OpenAsync(token, default);
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        var refused = await Should.ThrowAsync<LoginLinkException>(() => world.Links.OpenAsync(token, default));

        refused.Fault.ShouldBe(LoginLinkFault.Old);
        refused.Message.ShouldContain("too old");

        // 00:00 in India: now twelve hours are the longer time.
        var night = TokenOf(await world.Links.CreateAsync(world.Owner.Id, [connection.Id], default));
        world.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        await world.Links.OpenAsync(night, default);
        world.Clock.Advance(TimeSpan.FromHours(-1));
        var late = TokenOf(await world.Links.CreateAsync(world.Owner.Id, [connection.Id], default));
        world.Clock.Advance(TimeSpan.FromHours(12) - TimeSpan.FromSeconds(1));
        await world.Links.OpenAsync(late, default);
    }

    [Theory]
    [InlineData("")]
    [InlineData("guess")]
    [InlineData("../../etc/passwd")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_link_that_nobody_made_is_refused(string token)
    {
        await using var world = await ConnectionWorld.CreateAsync(Store.Sqlite, new FakeBroker());

        (await Should.ThrowAsync<LoginLinkException>(() => world.Links.OpenAsync(token, default))).Fault.ShouldBe(LoginLinkFault.Invalid);
    }

    [Fact]
    public async Task A_link_with_any_letter_changed_is_refused()
    {
        await using var world = await ConnectionWorld.CreateAsync(Store.Sqlite, new FakeBroker());
        var connection = await world.ConnectAsync();
        var token = TokenOf(await world.Links.CreateAsync(world.Owner.Id, [connection.Id], default));

        foreach (var place in Enumerable.Range(0, token.Length))
        {
            var changed = token[..place] + (token[place] == 'A' ? 'B' : 'A') + token[(place + 1)..];
            (await Should.ThrowAsync<LoginLinkException>(() => world.Links.OpenAsync(changed, default))).Fault.ShouldBe(LoginLinkFault.Invalid);
        }
    }

    [Theory, EachStore]
    public async Task What_is_stored_makes_no_link_without_the_master_key(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());
        var connection = await world.ConnectAsync();
        var token = TokenOf(await world.Links.CreateAsync(world.Owner.Id, [connection.Id], default));
        await using var db = world.Database.Open();
        var row = await db.LoginLinks.AsNoTracking().SingleAsync();

        // Whoever has the row has the id, which is the first third of the link, and would need another instance to sign it.
        Base64Url.DecodeFromChars(token)[..16].ShouldBe(row.Id.ToByteArray(bigEndian: true));
        var thief = new LoginLinks(world.Database, new Vault(MasterKeySource.InMemory()), world.Catalog, world.Clock, () => new Uri("https://folio.example"));
        (await Should.ThrowAsync<LoginLinkException>(() => thief.OpenAsync(token, default))).Fault.ShouldBe(LoginLinkFault.Old);
    }

    [Theory]
    [InlineData("owner")]
    [InlineData("expiry")]
    public async Task A_stored_link_that_was_changed_opens_no_more(string what)
    {
        await using var world = await ConnectionWorld.CreateAsync(Store.Sqlite, new FakeBroker());
        var connection = await world.ConnectAsync();
        var token = TokenOf(await world.Links.CreateAsync(world.Owner.Id, [connection.Id], default));
        var other = (await new UserAccounts(world.Database, world.Clock)
            .AddAsync("ravi@example.org", null, UserRole.Member, Actor.CommandLine, default)).User;
        await using (var db = world.Database.Open())
        {
            _ = what == "owner"
                ? await db.LoginLinks.ExecuteUpdateAsync(u => u.SetProperty(l => l.OwnerId, other.Id))
                : await db.LoginLinks.ExecuteUpdateAsync(u => u.SetProperty(l => l.ExpiresAt, world.Clock.GetUtcNow().AddYears(1)));
        }

        (await Should.ThrowAsync<LoginLinkException>(() => world.Links.OpenAsync(token, default))).Fault.ShouldBe(LoginLinkFault.Invalid);
    }

    [Theory, EachStore]
    public async Task After_the_keys_were_rotated_a_link_says_that_it_is_old(Store store)
    {
        var folder = TestFolders.Create("foliosync-keys-");
        var file = Path.Combine(folder, "master.key");
        MasterKeySource.CreateFile(file);
        var keys = MasterKeySource.FromFile(file);
        await using var world = await ConnectionWorld.CreateAsync(store, keys, new FakeBroker());
        var connection = await world.ConnectAsync();
        var token = TokenOf(await world.Links.CreateAsync(world.Owner.Id, [connection.Id], default));

        await new KeyRotation(world.Database, keys, world.Vault, world.Clock).RunAsync(null, default);

        var refused = await Should.ThrowAsync<LoginLinkException>(() => world.Links.OpenAsync(token, default));
        refused.Fault.ShouldBe(LoginLinkFault.Old);
        refused.Message.ShouldContain("keys of this Foliosync were replaced");
        var fresh = TokenOf(await world.Links.CreateAsync(world.Owner.Id, [connection.Id], default));
        await world.Links.OpenAsync(fresh, default);
    }

    [Theory, EachStore]
    public async Task Anothers_connection_gets_into_no_link_and_a_disabled_person_has_none(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());
        var connection = await world.ConnectAsync();
        var users = new UserAccounts(world.Database, world.Clock);
        var other = (await users.AddAsync("ravi@example.org", null, UserRole.Member, Actor.CommandLine, default)).User;
        var token = TokenOf(await world.Links.CreateAsync(world.Owner.Id, [connection.Id], default));

        await Should.ThrowAsync<NotFoundException>(() => world.Links.CreateAsync(other.Id, [connection.Id], default));

        await using (var db = world.Database.Open())
        {
            await db.Users.Where(u => u.Id == world.Owner.Id).ExecuteUpdateAsync(u => u.SetProperty(x => x.Disabled, true));
        }

        (await Should.ThrowAsync<LoginLinkException>(() => world.Links.OpenAsync(token, default))).Fault.ShouldBe(LoginLinkFault.Invalid);
    }

    [Theory, EachStore]
    public async Task A_connection_removed_meanwhile_is_left_out(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());
        var (first, second) = (await world.ConnectAsync(), await world.ConnectAsync());
        var token = TokenOf(await world.Links.CreateAsync(world.Owner.Id, [first.Id, second.Id], default));

        await world.Setup.RemoveAsync(first.Id, world.Asha, default);

        (await world.Links.OpenAsync(token, default)).Connections.Select(c => c.Id).ShouldBe([second.Id]);
    }

    private static FakeBroker SecondBroker()
    {
        var broker = new FakeBroker();
        return new FakeBroker { Manifest = broker.Manifest with { Id = "other", Name = "Other" } };
    }

    private static string TokenOf(Uri link) => link.Segments[^1];

    private static string StateOf(LoginStep.Redirect step) => HttpUtility.ParseQueryString(step.Url.Query)["state"]!;

    private static async Task<string> BeginAsync(ConnectionWorld world, string token)
    {
        var link = await world.Links.OpenAsync(token, default);
        return StateOf((LoginStep.Redirect)await world.Login.BeginAsync(link.Next!.Id, world.Asha, link.Id, default));
    }

    private static Task<LoginOutcome> CompleteAsync(ConnectionWorld world, string state, string broker) =>
        world.Login.CompleteAsync(broker, new Dictionary<string, string> { ["state"] = state }, "web", default);

    private static async Task LogInAsync(ConnectionWorld world, string token, string broker) =>
        await CompleteAsync(world, await BeginAsync(world, token), broker);
}
