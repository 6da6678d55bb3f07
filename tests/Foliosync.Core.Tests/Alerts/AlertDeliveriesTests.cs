using System.Globalization;
using System.Text;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Alerts;
using Foliosync.Core.Alerts.Channels;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Alerts;

public sealed class AlertDeliveriesTests
{
    [Theory, EachStore]
    public async Task A_needed_login_is_told_once_and_once_more_when_it_works_again(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);
        await world.AddWebhookAsync();
        await world.World.ConnectAsync("key1");
        world.World.Broker["key1"].Failures["check"] = world.World.Broker["key1"].Failures["holdings"] = BrokerException.AuthExpired("The session is over.");

        await world.SyncAsync();
        await world.SyncAsync();
        await world.TellAsync(TimeSpan.FromDays(1));
        world.World.Broker["key1"].Failures.Clear();
        await world.SyncAsync();
        await world.SyncAsync();

        world.Told.ShouldBe(["raised needsLogin", "healed needsLogin"]);
        var told = world.Receiver.Got.First().Json;
        told.GetProperty("label").GetString().ShouldBe("key1");
        told.GetProperty("message").GetString().ShouldBe("key1: The session is over.");
        told.GetProperty("alerts").GetArrayLength().ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task Trouble_that_is_over_within_a_day_is_told_to_nobody(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);
        await world.AddWebhookAsync();
        await world.World.ConnectAsync("key1");
        await world.SyncAsync();
        world.World.Broker["key1"].Failures["holdings"] = BrokerException.Transient("The broker is down.");
        await FailAsync(world, 4);
        await world.TellAsync(TimeSpan.FromHours(20));
        world.World.Broker["key1"].Failures.Clear();
        await world.SyncAsync();
        await world.TellAsync(TimeSpan.FromDays(2));

        world.Receiver.Got.ShouldBeEmpty();
        (await world.World.ReadAsync(db => db.Alerts.SingleAsync())).ShouldSatisfyAllConditions(
            a => a.Kind.ShouldBe(AlertKinds.Failing), a => a.ResolvedAt.ShouldNotBeNull(), a => a.TellAt.ShouldBeNull());
    }

    [Theory, EachStore]
    public async Task Trouble_of_a_day_is_told_once_and_when_it_is_over(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);
        await world.AddWebhookAsync();
        await world.World.ConnectAsync("key1");
        await world.SyncAsync();
        var success = world.Time.GetUtcNow();
        world.World.Broker["key1"].Failures["holdings"] = BrokerException.Transient("The broker is down.");
        await FailAsync(world, 4);
        world.Receiver.Got.ShouldBeEmpty();

        await world.TellAsync(success.AddDays(1) - world.Time.GetUtcNow());
        await FailAsync(world, 3);
        world.World.Broker["key1"].Failures.Clear();
        await world.SyncAsync();

        world.Told.ShouldBe(["raised failing", "healed failing"]);
    }

    [Theory, EachStore]
    public async Task What_comes_and_goes_is_told_once_an_hour_and_not_forgotten(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);
        await world.AddWebhookAsync();
        await world.World.ConnectAsync("key1");
        for (var times = 0; times < 5; times++)
        {
            await FlapAsync(world);
        }

        // The first beginning and its end. The others were over before the hour was.
        world.Told.ShouldBe(["raised needsLogin", "healed needsLogin"]);

        world.World.Broker["key1"].Failures["holdings"] = BrokerException.AuthExpired("The session is over.");
        await world.SyncAsync();
        world.Told.Count.ShouldBe(2);
        await world.TellAsync(TimeSpan.FromMinutes(15));

        world.Told[2..].ShouldBe(["raised needsLogin"]);
    }

    [Theory, EachStore]
    public async Task Several_logins_that_are_needed_at_once_are_one_message_with_one_link(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);
        await world.AddWebhookAsync();
        await world.World.ConnectAsync("key1", "key2", "key3");
        foreach (var key in new[] { "key1", "key2", "key3" })
        {
            world.World.Broker[key].Failures["holdings"] = BrokerException.AuthExpired("The session is over.");
        }

        var asked = new List<IReadOnlyList<Guid>>();
        world.LoginLink = (owner, connections, _) =>
        {
            owner.ShouldBe(world.Owner);
            asked.Add(connections);
            return Task.FromResult<Uri?>(new Uri("https://fs.example.org/login/abc"));
        };

        await world.SyncAsync();

        var got = world.Receiver.Got.ShouldHaveSingleItem().Json;
        got.GetProperty("kind").GetString().ShouldBe("needsLogin");
        got.GetProperty("alerts").GetArrayLength().ShouldBe(3);
        got.GetProperty("title").GetString().ShouldBe("Foliosync: 3 connections need a login");
        got.GetProperty("url").GetString().ShouldBe("https://fs.example.org/login/abc");
        got.GetProperty("message").GetString()!.ShouldContain("Log in: https://fs.example.org/login/abc");
        asked.ShouldHaveSingleItem().Count.ShouldBe(3);
    }

    [Theory, EachStore]
    public async Task Two_processes_send_each_message_once(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);
        for (var i = 0; i < 6; i++)
        {
            await world.AddWebhookAsync(new ChannelValues(new Uri(world.Receiver.Address, $"/{i}").AbsoluteUri));
        }

        await world.RaiseAsync();
        var processes = Enumerable.Range(0, 4).Select(_ => world.NewDeliveries()).ToList();

        await Task.WhenAll(processes.Select(p => Task.Run(() => p.RunAsync(default))));
        await world.Deliveries.RunAsync(default);

        world.Receiver.Got.Select(g => g.Path).Order().ShouldBe(["/0", "/1", "/2", "/3", "/4", "/5"]);
        (await world.DeliveriesAsync()).ShouldAllBe(d => d.State == AlertDeliveryState.Sent && d.Tries == 1);
    }

    [Theory, EachStore]
    public async Task A_message_that_a_crash_cut_off_is_sent_again_under_the_same_id(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);
        await world.AddWebhookAsync();
        await world.RaiseAsync();
        using var crash = new CancellationTokenSource();
        world.Receiver.Answer = async http =>
        {
            // Taken, and before the answer comes the sender is gone.
            await crash.CancelAsync();
            http.Response.StatusCode = 200;
        };
        await Should.ThrowAsync<OperationCanceledException>(() => world.Deliveries.RunAsync(crash.Token));
        world.Receiver.Answer = _ => Task.CompletedTask;

        await world.NewDeliveries().RunAsync(default);

        var ids = world.Receiver.Got.Select(g => g.Headers[WebhookRequest.DeliveryHeader]).ToList();
        ids.Count.ShouldBe(2);
        ids[0].ShouldBe(ids[1]);
    }

    [Theory, EachStore]
    public async Task A_channel_whose_process_died_is_taken_over_when_its_lease_runs_out(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);
        await world.AddWebhookAsync();
        await world.RaiseAsync();
        await using (var db = world.World.Database.Open())
        {
            await db.AlertChannels.ExecuteUpdateAsync(set => set
                .SetProperty(c => c.LeaseToken, Guid.NewGuid()).SetProperty(c => c.LeaseUntil, world.Time.GetUtcNow() + AlertDeliveries.LeaseTime));
        }

        await world.Deliveries.RunAsync(default);
        world.Receiver.Got.ShouldBeEmpty();
        await world.TellAsync(AlertDeliveries.LeaseTime + TimeSpan.FromSeconds(1));

        world.Told.ShouldBe(["raised workersDown"]);
    }

    [Theory, EachStore]
    public async Task A_webhook_that_refuses_is_tried_less_and_less_often_and_is_dead_after_a_day(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);
        await using var other = await TestReceiver.StartAsync();
        var broken = await world.AddWebhookAsync(new ChannelValues(new Uri(world.Receiver.Address, "/planted-path").AbsoluteUri));
        world.Receiver.Answer = Status(500);
        await world.RaiseAsync();
        await world.Deliveries.RunAsync(default);
        await world.AddWebhookAsync(new ChannelValues(other.Address.AbsoluteUri));

        var waiting = (await world.DeliveriesAsync()).Single(d => d.ChannelId == broken);
        waiting.ShouldSatisfyAllConditions(
            d => d.State.ShouldBe(AlertDeliveryState.Waiting),
            d => d.LastError.ShouldBe("127.0.0.1 answered 500."),
            d => d.NextTryAt.ShouldBeInRange(world.Time.GetUtcNow().AddSeconds(12), world.Time.GetUtcNow().AddSeconds(18)));
        for (var hour = 0; hour < 25; hour++)
        {
            await world.TellAsync(TimeSpan.FromHours(1));
        }

        (await world.DeliveriesAsync()).Single(d => d.ChannelId == broken).State.ShouldBe(AlertDeliveryState.Dead);
        world.Receiver.Got.Count.ShouldBeInRange(12, 26);
        (await world.World.ReadAsync(db => db.AlertChannels.SingleAsync(c => c.Id == broken))).DeadSince.ShouldNotBeNull();
        var alert = await world.World.ReadAsync(db => db.Alerts.SingleAsync(a => a.Kind == AlertKinds.ChannelDead));
        alert.Message.ShouldNotContain("planted");
        // The channel that works tells it; the dead one does not.
        other.Got.Select(g => g.Json.GetProperty("kind").GetString()).ShouldBe(["workersDown", "channelDead"]);

        // A second message that dies is no second incident, and one that is taken ends it.
        await world.World.ReadAsync(async db => await db.AlertDeliveries.Where(d => d.ChannelId == broken).ExecuteDeleteAsync());
        world.Receiver.Answer = Status(200);
        (await world.Channels.TestAsync(broken, Actor.CommandLine, default)).Problem.ShouldBeNull();

        (await world.World.ReadAsync(db => db.Alerts.SingleAsync(a => a.Kind == AlertKinds.ChannelDead))).ResolvedAt.ShouldNotBeNull();
        (await world.World.ReadAsync(db => db.AlertChannels.SingleAsync(c => c.Id == broken))).DeadSince.ShouldBeNull();
    }

    [Theory, EachStore]
    public async Task A_webhook_that_hangs_holds_up_nobody(Store store)
    {
        var clock = new ManualClock();
        await using var world = await AlertWorld.CreateAsync(store, clock);
        await using var hanging = await TestReceiver.StartAsync();
        hanging.Answer = http => Task.Delay(Timeout.Infinite, http.RequestAborted);
        var stuck = await world.AddWebhookAsync(new ChannelValues(hanging.Address.AbsoluteUri));
        await world.AddWebhookAsync();
        await world.RaiseAsync();

        var running = world.Deliveries.RunAsync(default);
        await Eventually.TrueAsync(() => !world.Receiver.Got.IsEmpty && !hanging.Got.IsEmpty);
        running.IsCompleted.ShouldBeFalse();
        clock.Advance(TimeSpan.FromSeconds(11));
        await running;

        (await world.DeliveriesAsync()).Single(d => d.ChannelId == stuck).LastError.ShouldBe("127.0.0.1 did not answer within 10 seconds.");
    }

    [Theory, EachStore]
    public async Task Quiet_hours_are_kept_and_what_healed_in_them_is_not_told(Store store)
    {
        // The clock begins at 05:00 UTC.
        await using var world = await AlertWorld.CreateAsync(store);
        await world.AddWebhookAsync(new ChannelValues(QuietFrom: "04:00", QuietTo: "07:00"));
        await world.RaiseAsync(AlertKinds.WorkersDown);
        await world.RaiseAsync(AlertKinds.DataStale);
        await world.TellAsync(TimeSpan.FromMinutes(90));
        world.Receiver.Got.ShouldBeEmpty();

        await world.Incidents.EndAsync(world.Owner, AlertKinds.DataStale, default);
        await world.TellAsync(TimeSpan.FromMinutes(31));

        world.Told.ShouldBe(["raised workersDown"]);
    }

    [Theory, EachStore]
    public async Task A_daily_message_tells_everything_of_the_day_once(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);
        await world.AddWebhookAsync(new ChannelValues(DigestAt: "12:00", TimeZone: "Asia/Kolkata"));
        await world.RaiseAsync(AlertKinds.WorkersDown);
        await world.RaiseAsync(AlertKinds.DataStale);
        await world.Deliveries.RunAsync(default);
        await world.Incidents.EndAsync(world.Owner, AlertKinds.DataStale, default);
        await world.TellAsync(TimeSpan.FromHours(1));
        world.Receiver.Got.ShouldBeEmpty();

        // 06:30 UTC
        await world.TellAsync(TimeSpan.FromMinutes(31));
        await world.TellAsync(TimeSpan.FromHours(30));

        var got = world.Receiver.Got.ShouldHaveSingleItem();
        got.Event.ShouldBe("digest");
        got.Json.GetProperty("alerts").EnumerateArray().Select(a => $"{a.GetProperty("event").GetString()} {a.GetProperty("kind").GetString()}").Order()
            .ShouldBe(["healed dataStale", "raised workersDown"]);
    }

    [Theory, EachStore]
    public async Task A_channel_tells_only_what_it_was_asked_for(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);
        await world.World.ConnectAsync("key1", "key2");
        var second = await world.World.ReadAsync(db => db.Connections.Where(c => c.Label == "key2").Select(c => c.Id).SingleAsync());
        await world.AddWebhookAsync(new ChannelValues(Events: [AlertKinds.NeedsLogin], Connections: [second]));
        world.World.Broker["key1"].Failures["holdings"] = BrokerException.AuthExpired("Over.");
        world.World.Broker["key2"].Failures["holdings"] = BrokerException.AuthExpired("Over.");
        await world.RaiseAsync();

        await world.SyncAsync();

        world.Receiver.Got.ShouldHaveSingleItem().Json.GetProperty("connectionId").GetGuid().ShouldBe(second);
    }

    [Theory, EachStore]
    public async Task A_new_channel_tells_what_is_open_and_the_others_do_not_tell_it_again(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);
        await using var other = await TestReceiver.StartAsync();
        await world.AddWebhookAsync();
        await world.RaiseAsync();
        await world.Deliveries.RunAsync(default);

        await world.AddWebhookAsync(new ChannelValues(other.Address.AbsoluteUri));
        await world.Deliveries.RunAsync(default);

        world.Told.Count.ShouldBe(1);
        other.Got.Count.ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task What_a_person_put_aside_is_not_told(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);
        await world.AddWebhookAsync();
        await world.RaiseAsync();
        var alert = await world.World.ReadAsync(db => db.Alerts.Select(a => a.Id).SingleAsync());

        await world.Channels.DismissAsync(alert, Actor.CommandLine, default);
        await world.TellAsync(TimeSpan.FromHours(1));
        await world.Incidents.EndAsync(world.Owner, AlertKinds.WorkersDown, default);
        await world.TellAsync(TimeSpan.FromHours(1));

        world.Receiver.Got.ShouldBeEmpty();
    }

    [Theory, EachStore]
    public async Task A_crowd_of_incidents_is_a_handful_of_messages(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);
        await world.AddWebhookAsync();
        var keys = Enumerable.Range(0, 60).Select(i => string.Create(CultureInfo.InvariantCulture, $"key{i:00}")).ToArray();
        await world.World.ConnectAsync(keys);

        // One after the other, each minute one.
        foreach (var key in keys)
        {
            world.World.Broker[key].Failures["holdings"] = BrokerException.AuthExpired("Over.");
            world.Time.Advance(TimeSpan.FromMinutes(1));
            await world.SyncAsync();
        }

        await world.TellAsync(TimeSpan.FromMinutes(30));
        world.Receiver.Got.Count.ShouldBeInRange(5, 13);
        world.Receiver.Got.Sum(g => g.Json.GetProperty("alerts").GetArrayLength()).ShouldBe(60);
    }

    [Theory, EachStore]
    public async Task A_connection_that_nobody_syncs_is_told(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);
        await world.AddWebhookAsync();
        await world.World.ConnectAsync("key1");
        await world.SyncAsync();
        var watch = new FreshnessWatch(world.World.Database, world.Incidents, new Core.Sync.SyncSettings(), world.Time);

        world.Time.Advance(TimeSpan.FromHours(35));
        await watch.RunAsync(default);
        (await world.World.ReadAsync(db => db.Alerts.CountAsync())).ShouldBe(0);
        world.Time.Advance(TimeSpan.FromHours(2));
        await watch.RunAsync(default);
        await watch.RunAsync(default);
        await world.Deliveries.RunAsync(default);
        await world.SyncAsync();

        world.Told.ShouldBe(["raised dataStale", "healed dataStale"]);
    }

    [Fact]
    public async Task Ntfy_gets_title_priority_tags_and_link()
    {
        await using var world = await AlertWorld.CreateAsync(Store.Sqlite, publicUrl: new Uri("https://fs.example.org/"));
        await world.AddAsync(AlertChannelKind.Ntfy, new ChannelValues(new Uri(world.Receiver.Address, "/topic").AbsoluteUri, new Secret("tk_planted")));
        await world.RaiseAsync(message: "Niemand arbeitet – überhaupt.");

        await world.Deliveries.RunAsync(default);

        var got = world.Receiver.Got.ShouldHaveSingleItem();
        got.Path.ShouldBe("/topic");
        got.Body.ShouldBe("Niemand arbeitet – überhaupt.\n\nhttps://fs.example.org/");
        got.Headers["Title"].ShouldBe("Foliosync: something needs you");
        got.Headers["Priority"].ShouldBe("high");
        got.Headers["Tags"].ShouldBe("warning");
        got.Headers["Click"].ShouldBe("https://fs.example.org/");
        got.Headers["Authorization"].ShouldBe("Bearer tk_planted");
    }

    [Fact]
    public async Task An_e_mail_tells_where_to_log_in()
    {
        await using var server = new TestMailServer();
        await using var world = await AlertWorld.CreateAsync(
            Store.Sqlite, smtp: new Core.Alerts.Email.SmtpSettings("127.0.0.1", server.Port, "fs@example.org") { Tls = Core.Alerts.Email.SmtpTls.None });
        await world.AddAsync(AlertChannelKind.Email, new ChannelValues("asha@example.org"));
        await world.World.ConnectAsync("key1");
        world.World.Broker["key1"].Failures["holdings"] = BrokerException.AuthExpired("The session is over.");

        await world.SyncAsync();

        server.Mail.ShouldContain("Subject: Foliosync: key1 needs a login");
        var text = Encoding.UTF8.GetString(Convert.FromBase64String(server.Mail.Split("\r\n\r\n")[1].Replace("\r\n", "", StringComparison.Ordinal)));
        text.ShouldStartWith("key1: The session is over.\r\n");
        text.ShouldContain("foliosync connect login ");
    }

    [Fact]
    public async Task A_webhook_can_check_who_sent_it()
    {
        await using var world = await AlertWorld.CreateAsync(Store.Sqlite);
        await world.AddWebhookAsync();
        await world.RaiseAsync();

        await world.Deliveries.RunAsync(default);

        var got = world.Receiver.Got.ShouldHaveSingleItem();
        var timestamp = got.Headers[WebhookRequest.TimestampHeader];
        timestamp.ShouldBe(world.Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        got.Headers[WebhookRequest.SignatureHeader].ShouldBe("v1=" + WebhookRequest.Sign(AlertWorld.Secret, timestamp, Encoding.UTF8.GetBytes(got.Body)));
        got.Headers[WebhookRequest.DeliveryHeader].ShouldBe(got.Json.GetProperty("id").GetString());
        (got.Body + string.Concat(got.Headers.Values)).ShouldNotContain(AlertWorld.Secret);
    }

    [Fact]
    // printf '1790000000.{"id":"1"}' | openssl dgst -sha256 -hmac whsec-0123456789abcdef
    public void A_signature_is_what_openssl_computes() => WebhookRequest.Sign("whsec-0123456789abcdef", "1790000000", "{\"id\":\"1\"}"u8)
        .ShouldBe("a3dd316a67a5f54fd57c9f970ba8abab109aa83a0b316fce9f0594cb86505f74");

    private static async Task FailAsync(AlertWorld world, int times)
    {
        for (var i = 0; i < times; i++)
        {
            world.Time.Advance(TimeSpan.FromMinutes(10));
            await world.SyncAsync();
        }
    }

    private static async Task FlapAsync(AlertWorld world)
    {
        world.World.Broker["key1"].Failures["holdings"] = BrokerException.AuthExpired("The session is over.");
        await world.SyncAsync();
        world.Time.Advance(TimeSpan.FromMinutes(5));
        world.World.Broker["key1"].Failures.Clear();
        await world.SyncAsync();
        world.Time.Advance(TimeSpan.FromMinutes(5));
    }

    private static Func<HttpContext, Task> Status(int status) => http =>
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    };
}
