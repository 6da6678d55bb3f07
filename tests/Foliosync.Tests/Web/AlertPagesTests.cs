using System.Collections.Concurrent;
using System.Net;
using AngleSharp.Dom;
using Foliosync.Core.Alerts;
using Foliosync.Core.Tests.Storage;
using Foliosync.Tests.Api;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Web;

/// <summary>The pages of alerts and their channels, as a browser without script gets them.</summary>
public sealed class AlertPagesTests
{
    private const string Asha = "asha@example.org";
    private const string Planted = "planted-signing-key-1";

    [Theory, EachStore]
    public async Task What_needs_an_act_comes_first_and_what_is_put_aside_is_kept(Store store)
    {
        // Without jobs: a sync that succeeds would end the incidents.
        await using var host = await ApiHost.StartAsync(store, jobs: false);
        using var person = await PageClient.SignedInAsync(host, Asha);
        var connection = await RaiseAsync(host, AlertKinds.NeedsLogin, AlertKinds.CredentialsRejected, AlertKinds.Failing);

        var page = await person.GetAsync("/alerts");
        var rows = page.QuerySelectorAll("li.alert-row");
        rows.Select(r => r.ClassList.Contains("act")).ShouldBe([true, true, false]);
        rows.Single(r => r.TextContent.Contains("Demo: credentialsRejected.", StringComparison.Ordinal)).QuerySelector("a.button")!.GetAttribute("href")
            .ShouldBe($"/connections/{connection}");
        rows.Single(r => r.TextContent.Contains("Demo: needsLogin.", StringComparison.Ordinal)).QuerySelector("button[name=login]").ShouldNotBeNull();

        using var login = await person.SubmitAsync(page, "alerts", ("login", connection));
        login.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        login.Headers.Location!.ToString().ShouldContain("/relogin/");

        using var aside = await person.SubmitAsync(page, "alerts", ("aside", rows[2].QuerySelector("button[name=aside]")!.GetAttribute("value")!));
        var after = await FollowAsync(person, aside);
        after.QuerySelectorAll("li.alert-row").Length.ShouldBe(2);
        after.QuerySelector("section:last-of-type .badge")!.TextContent.ShouldBe("put aside, lasts");

        await host.Services.GetRequiredService<Incidents>().EndAsync(Guid.Parse(connection), AlertKinds.NeedsLogin, default);
        var ended = await person.GetAsync("/alerts?kind=needsLogin");
        ended.QuerySelectorAll("li.alert-row").ShouldBeEmpty();
        ended.QuerySelectorAll("section:last-of-type .badge").ShouldHaveSingleItem().TextContent.ShouldBe("over");
    }

    [Theory, EachStore]
    public async Task A_channel_is_added_tried_changed_switched_off_and_removed(Store store)
    {
        await using var host = await ApiHost.StartAsync(store, alerts: new AlertSettings { AllowPrivate = true }, jobs: false);
        using var person = await PageClient.SignedInAsync(host, Asha);
        var got = new ConcurrentQueue<string>();
        await using var receiver = await AlertTests.ReceiverAsync(got);
        var page = await person.GetAsync("/settings/notifications");

        using var added = await person.SubmitAsync(page, "channel", ("kind", "Webhook"), ("address", receiver.Urls.Single()), ("quietFrom", "22:00"), ("quietTo", "07:00"));
        var made = await PageClient.DocumentAsync(added);
        var key = made.QuerySelector("#new-key")!.TextContent;
        key.Length.ShouldBe(64);
        var list = await person.GetAsync("/settings/notifications");
        list.Body!.TextContent.ShouldNotContain(key);
        list.QuerySelector(".list .cell-sub")!.TextContent.ShouldContain("All alerts · at once · quiet from 22:00 to 07:00");
        var id = list.QuerySelector("button[name=trial]")!.GetAttribute("value")!;

        var tried = await PageClient.DocumentAsync(await person.SubmitAsync(list, "channels", ("trial", id)));
        tried.QuerySelector(".banner.good").ShouldNotBeNull();
        got.ShouldHaveSingleItem().ShouldContain("\"event\":\"test\"");

        var one = await person.GetAsync($"/settings/notifications/{id}");
        one.QuerySelector(".list .badge")!.TextContent.ShouldBe("taken");
        one.QuerySelector("#f-quietFrom")!.GetAttribute("value").ShouldBe("22:00");
        var wrong = await PageClient.DocumentAsync(await person.SubmitAsync(one, "channel", ("quietTo", "")));
        wrong.QuerySelector("#f-quietFrom-error")!.TextContent.ShouldContain("two different times");
        wrong.QuerySelector("#f-quietFrom")!.GetAttribute("value").ShouldBe("22:00");
        using var changed = await person.SubmitAsync(one, "channel", ("address", "http://127.0.0.1:1/"), ("digestAt", "08:00"));
        var saved = await FollowAsync(person, changed);
        saved.QuerySelector(".list .cell-sub")!.TextContent.ShouldContain("once a day at 08:00");
        var failed = await PageClient.DocumentAsync(await person.SubmitAsync(saved, "channels", ("trial", id)));
        failed.QuerySelector(".banner.bad")!.TextContent.Trim().ShouldBe("The trial was not taken. 127.0.0.1 cannot be connected to.");

        using var off = await person.SubmitAsync(saved, "channels", ("switch", id));
        (await FollowAsync(person, off)).QuerySelectorAll(".list .badge")[1].TextContent.ShouldBe("Switched off");
        using var removed = await person.SubmitAsync(saved, "channels", ("remove", id));
        (await FollowAsync(person, removed)).QuerySelectorAll("button[name=trial]").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_that_is_given_is_never_shown_not_even_beside_an_error()
    {
        await using var host = await ApiHost.StartAsync(jobs: false);
        using var person = await PageClient.SignedInAsync(host, Asha);
        var page = await person.GetAsync("/settings/notifications");

        using var refused = await person.SubmitAsync(page, "channel", ("kind", "Webhook"), ("address", "https://127.0.0.1/x"), ("secret", Planted));
        using var added = await person.SubmitAsync(page, "channel", ("kind", "Webhook"), ("address", "https://hooks.invalid/a"), ("secret", Planted));
        var list = await FollowAsync(person, added);
        var one = await person.GetAsync(list.QuerySelector(".list a.cell-main")!.GetAttribute("href")!);

        var shown = await PageClient.DocumentAsync(refused);
        shown.QuerySelector("#f-address-error").ShouldNotBeNull();
        shown.QuerySelector("#f-address")!.GetAttribute("value").ShouldBe("https://127.0.0.1/x");
        shown.QuerySelector("#f-kind option[selected]")!.GetAttribute("value").ShouldBe("Webhook");
        foreach (var document in new[] { shown, list, one })
        {
            document.DocumentElement.OuterHtml.ShouldNotContain(Planted);
        }
    }

    [Theory, EachStore]
    public async Task Another_persons_alerts_and_channels_are_not_there(Store store)
    {
        await using var host = await ApiHost.StartAsync(store, jobs: false);
        using var owner = await PageClient.SignedInAsync(host, Asha);
        var connection = await RaiseAsync(host, AlertKinds.NeedsLogin);
        using var added = await owner.SubmitAsync(
            await owner.GetAsync("/settings/notifications"), "channel", ("kind", "Webhook"), ("address", "https://hooks.invalid/a"), ("secret", Planted));
        await FollowAsync(owner, added);
        await using var db = host.Open();
        var (alert, channel) = (await db.Alerts.Select(a => a.Id).SingleAsync(), await db.AlertChannels.Select(c => c.Id).SingleAsync());
        using var other = await PageClient.SignedInAsync(host, "ravi@example.org");
        var alerts = await other.GetAsync("/alerts");
        var channels = await other.GetAsync("/settings/notifications");

        alerts.QuerySelectorAll("li.alert-row").ShouldBeEmpty();
        channels.QuerySelectorAll("button[name=trial]").ShouldBeEmpty();
        foreach (var ask in new Func<Task<HttpResponseMessage>>[]
        {
            () => other.Http.GetAsync($"/alerts?connection={connection}"),
            () => other.Http.GetAsync($"/settings/notifications/{channel}"),
            () => other.SubmitAsync(alerts, "alerts", ("aside", alert.ToString())),
            () => other.SubmitAsync(alerts, "alerts", ("login", connection)),
            () => other.SubmitAsync(channels, "channels", ("trial", channel.ToString())),
            () => other.SubmitAsync(channels, "channels", ("switch", channel.ToString())),
            () => other.SubmitAsync(channels, "channels", ("remove", channel.ToString())),
        })
        {
            using var answer = await ask();
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        }

        (await db.AlertChannels.CountAsync()).ShouldBe(1);
    }

    /// <summary>Alerts about a connection of Asha, in this order of time; the connection.</summary>
    internal static async Task<string> RaiseAsync(ApiHost host, params string[] kinds)
    {
        var client = await host.ClientAsync(Asha);
        var connection = (await client.ConnectDemoAsync((await client.AddPortfolioAsync()).Id())).Id();
        var (id, owner) = await host.OwnerOfAsync(connection);
        foreach (var kind in kinds)
        {
            await host.Services.GetRequiredService<Incidents>().RaiseAsync(owner, id, id, kind, $"Demo: {kind}.", default);
        }

        return connection;
    }

    private static async Task<IDocument> FollowAsync(PageClient person, HttpResponseMessage response)
    {
        response.StatusCode.ShouldBe(HttpStatusCode.Redirect, await response.Content.ReadAsStringAsync());
        return await person.GetAsync(response.Headers.Location!.IsAbsoluteUri ? response.Headers.Location.PathAndQuery : response.Headers.Location.ToString());
    }
}
