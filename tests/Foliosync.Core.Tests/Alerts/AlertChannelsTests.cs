using Foliosync.Brokers.Contract;
using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Alerts;

public sealed class AlertChannelsTests
{
    [Theory]
    [InlineData(AlertChannelKind.Webhook, "", "address")]
    [InlineData(AlertChannelKind.Webhook, "example.org", "address")]
    [InlineData(AlertChannelKind.Webhook, "ftp://example.org/x", "address")]
    [InlineData(AlertChannelKind.Webhook, "https://me:planted@example.org/x", "address")]
    [InlineData(AlertChannelKind.Ntfy, "https://ntfy.sh/", "address")]
    [InlineData(AlertChannelKind.Ntfy, "https://ntfy.sh/a/b", "address")]
    [InlineData(AlertChannelKind.Email, "asha@example.org", "kind")]
    public async Task A_wrong_address_is_refused(AlertChannelKind kind, string address, string field)
    {
        await using var world = await AlertWorld.CreateAsync(Store.Sqlite);

        var refused = await Should.ThrowAsync<InputException>(() => world.AddAsync(kind, new ChannelValues(address)));

        refused.Field.ShouldBe(field);
        refused.Message.ShouldNotContain("planted");
    }

    public static TheoryData<ChannelValues, string> WrongValues => new()
    {
        { new ChannelValues(Events: ["unknown"]), "events" },
        { new ChannelValues(QuietFrom: "22:00"), "quietFrom" },
        { new ChannelValues(QuietFrom: "22:00", QuietTo: "22:00"), "quietFrom" },
        { new ChannelValues(QuietFrom: "25:00", QuietTo: "07:00"), "quietFrom" },
        { new ChannelValues(DigestAt: "8"), "digestAt" },
        { new ChannelValues(TimeZone: "Mars/Olympus"), "timeZone" },
        { new ChannelValues(Secret: new Secret("short")), "secret" },
    };

    [Theory, MemberData(nameof(WrongValues))]
    public async Task Wrong_values_are_refused(ChannelValues values, string field)
    {
        await using var world = await AlertWorld.CreateAsync(Store.Sqlite);

        (await Should.ThrowAsync<InputException>(() => world.AddAsync(AlertChannelKind.Webhook, values with { Address = "https://example.org/x" })))
            .Field.ShouldBe(field);
    }

    [Fact]
    public async Task Anothers_connection_cannot_be_chosen()
    {
        await using var world = await AlertWorld.CreateAsync(Store.Sqlite);

        await Should.ThrowAsync<NotFoundException>(() => world.AddWebhookAsync(new ChannelValues(Connections: [Guid.NewGuid()])));
    }

    [Theory, EachStore]
    public async Task Values_are_changed_one_by_one_and_taken_back(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);
        await world.World.ConnectAsync("key1");
        var connection = await world.World.ReadAsync(db => db.Connections.Select(c => c.Id).SingleAsync());
        var id = await world.AddWebhookAsync(new ChannelValues(
            Events: [AlertKinds.NeedsLogin, AlertKinds.Failing], Connections: [connection], QuietFrom: "22:00", QuietTo: "07:00", TimeZone: "Asia/Kolkata", DigestAt: "08:30"));

        var stored = await ReadAsync(world, id);
        stored.Events.ShouldBe([AlertKinds.NeedsLogin, AlertKinds.Failing]);
        stored.Connections.ShouldBe([connection]);
        (stored.QuietFrom, stored.QuietTo, stored.TimeZone, stored.DigestAt)
            .ShouldBe((new TimeOnly(22, 0), new TimeOnly(7, 0), "Asia/Kolkata", new TimeOnly(8, 30)));

        await world.Channels.ChangeAsync(id, new ChannelValues(Events: [], DigestAt: ""), Actor.CommandLine, default);

        stored = await ReadAsync(world, id);
        (stored.Events, stored.DigestAt, stored.QuietFrom).ShouldBe((null, null, new TimeOnly(22, 0)));
    }

    [Fact]
    public async Task A_webhook_without_a_signing_key_gets_one_and_can_get_another()
    {
        await using var world = await AlertWorld.CreateAsync(Store.Sqlite);
        var values = new ChannelValues(world.Receiver.Address.AbsoluteUri);

        var made = await world.Channels.CreateAsync(world.Owner, AlertChannelKind.Webhook, values, Actor.CommandLine, default);
        var changed = await world.Channels.ChangeAsync(made.Channel.Id, new ChannelValues(Secret: new Secret("")), Actor.CommandLine, default);
        var same = await world.Channels.ChangeAsync(made.Channel.Id, new ChannelValues(Enabled: true), Actor.CommandLine, default);

        made.GeneratedSecret!.Reveal().Length.ShouldBe(64);
        changed.GeneratedSecret!.Reveal().ShouldNotBe(made.GeneratedSecret.Reveal());
        same.GeneratedSecret.ShouldBeNull();
    }

    [Theory, EachStore]
    public async Task A_channel_that_is_switched_off_forgets_what_waited_and_tells_what_is_open_when_it_is_on_again(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);
        var id = await world.AddWebhookAsync(new ChannelValues(QuietFrom: "00:00", QuietTo: "23:59"));
        await world.RaiseAsync(AlertKinds.WorkersDown);
        await world.RaiseAsync(AlertKinds.DataStale);
        await world.Deliveries.RunAsync(default);

        await world.Channels.ChangeAsync(id, new ChannelValues(Enabled: false, QuietFrom: "", QuietTo: ""), Actor.CommandLine, default);
        (await world.DeliveriesAsync()).ShouldBeEmpty();
        await world.Incidents.EndAsync(world.Owner, AlertKinds.DataStale, default);
        await world.TellAsync(TimeSpan.FromHours(1));
        await world.Channels.ChangeAsync(id, new ChannelValues(Enabled: true), Actor.CommandLine, default);
        await world.Deliveries.RunAsync(default);

        world.Told.ShouldBe(["raised workersDown"]);
    }

    [Theory, EachStore]
    public async Task A_trial_tells_what_happened_and_is_not_tried_again(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);
        var id = await world.AddWebhookAsync();

        (await world.Channels.TestAsync(id, Actor.CommandLine, default)).Problem.ShouldBeNull();
        world.Receiver.Answer = http =>
        {
            http.Response.StatusCode = 404;
            return Task.CompletedTask;
        };
        (await world.Channels.TestAsync(id, Actor.CommandLine, default)).Problem.ShouldBe("127.0.0.1 answered 404.");
        await world.TellAsync(TimeSpan.FromHours(1));

        world.Told.ShouldBe(["test test", "test test"]);
        (await world.DeliveriesAsync()).Select(d => d.State).ShouldBe([AlertDeliveryState.Sent, AlertDeliveryState.Dead], ignoreOrder: true);
    }

    [Fact]
    public async Task Trials_are_limited()
    {
        await using var world = await AlertWorld.CreateAsync(Store.Sqlite);
        var id = await world.AddWebhookAsync();
        for (var i = 0; i < 20; i++)
        {
            await world.Channels.TestAsync(id, Actor.CommandLine, default);
        }

        await Should.ThrowAsync<InputException>(() => world.Channels.TestAsync(id, Actor.CommandLine, default));

        world.Receiver.Got.Count.ShouldBe(20);
    }

    [Theory, EachStore]
    public async Task A_rotated_master_key_opens_the_signing_keys(Store store)
    {
        var folder = TestFolders.Create("foliosync-key-");
        var file = Path.Combine(folder, "master.key");
        MasterKeySource.CreateFile(file);
        var source = MasterKeySource.FromFile(file);
        var vault = new Vault(source);
        await using var world = await AlertWorld.CreateAsync(store);
        var id = Guid.NewGuid();
        await using (var db = world.World.Database.Open())
        {
            db.AlertChannels.Add(new AlertChannel
            {
                Id = id,
                OwnerId = world.Owner,
                Address = "https://example.org/",
                Sealed = vault.Seal(new Secret("planted"), id, AlertChannel.SealedField),
            });
            await db.SaveChangesAsync();
        }

        var result = await new KeyRotation(world.World.Database, source, vault, world.Time).RunAsync(null, default);

        (result.Rewrapped, result.Complete).ShouldBe((1, true));
        var rotated = await ReadAsync(world, id);
        Vault.KeyIdOf(rotated.Sealed).ShouldBe(source.Keys.CurrentId);
        vault.Open(rotated.Sealed, id, AlertChannel.SealedField).Reveal().ShouldBe("planted");
    }

    private static Task<AlertChannel> ReadAsync(AlertWorld world, Guid id) =>
        world.World.ReadAsync(db => db.AlertChannels.AsNoTracking().SingleAsync(c => c.Id == id));
}
