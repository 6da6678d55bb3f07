using System.Collections.Concurrent;
using System.Net.Http.Json;
using Foliosync.Core.Alerts;
using Foliosync.Core.Tests.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Api;

public sealed class AlertTests
{
    private const string Secret = "planted-signing-key-1";

    [Theory, EachStore]
    public async Task An_alert_reaches_the_webhook_and_the_list(Store store)
    {
        // Without jobs: a sync that succeeds would end the incident.
        await using var host = await ApiHost.StartAsync(store, alerts: new AlertSettings { AllowPrivate = true }, jobs: false);
        var owner = await host.ClientAsync("owner@example.org");
        var connection = (await owner.ConnectDemoAsync((await owner.AddPortfolioAsync()).Id())).Id();
        var got = new ConcurrentQueue<string>();
        await using var receiver = await ReceiverAsync(got);
        var channel = await AddAsync(owner, receiver.Urls.Single());
        var (connectionId, ownerId) = await host.OwnerOfAsync(connection);
        var incidents = host.Services.GetRequiredService<Incidents>();
        await incidents.RaiseAsync(ownerId, connectionId, connectionId, AlertKinds.NeedsLogin, "Demo: log in.", default);

        await host.Services.GetRequiredService<AlertDeliveries>().RunAsync(default);

        got.ShouldHaveSingleItem().ShouldContain("Demo: log in.");
        var delivery = (await owner.GetJsonAsync($"/api/v1/alert-channels/{channel}/deliveries")).Items().ShouldHaveSingleItem();
        (delivery.Text("event"), delivery.Text("state")).ShouldBe(("raised", "sent"));
        var open = (await owner.GetJsonAsync("/api/v1/alerts?open=true&kind=needsLogin")).Items().ShouldHaveSingleItem();
        (open.Text("connectionId"), open.Text("label"), open.Text("message")).ShouldBe((connection, "Demo", "Demo: log in."));
        (await owner.GetJsonAsync("/api/v1/alerts?kind=failing")).Items().ShouldBeEmpty();

        using var dismissed = await owner.PostAsync($"/api/v1/alerts/{open.Id()}/dismiss", null);
        (await dismissed.JsonAsync()).Text("dismissedAt").ShouldNotBeEmpty();
        (await owner.GetJsonAsync("/api/v1/alerts?open=true")).Items().ShouldBeEmpty();
        (await owner.GetJsonAsync("/api/v1/alerts?open=false")).Items().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_trial_answers_what_happened()
    {
        await using var host = await ApiHost.StartAsync(alerts: new AlertSettings { AllowPrivate = true });
        var owner = await host.ClientAsync("owner@example.org");
        var got = new ConcurrentQueue<string>();
        await using var receiver = await ReceiverAsync(got);
        var works = await AddAsync(owner, receiver.Urls.Single());
        var broken = await AddAsync(owner, "http://127.0.0.1:1/");

        using var sent = await owner.PostAsync($"/api/v1/alert-channels/{works}/test", null);
        using var failed = await owner.PostAsync($"/api/v1/alert-channels/{broken}/test", null);

        (await sent.JsonAsync()).GetProperty("sent").GetBoolean().ShouldBeTrue();
        got.ShouldHaveSingleItem().ShouldContain("\"event\":\"test\"");
        var answer = await failed.JsonAsync();
        answer.GetProperty("sent").GetBoolean().ShouldBeFalse();
        answer.Text("error").ShouldBe("127.0.0.1 cannot be connected to.");
    }

    [Fact]
    public async Task A_private_target_is_refused_when_it_is_typed_in_and_when_it_is_called()
    {
        await using var host = await ApiHost.StartAsync();
        var owner = await host.ClientAsync("owner@example.org");
        var got = new ConcurrentQueue<string>();
        await using var receiver = await ReceiverAsync(got);

        using var typed = await owner.PostAsJsonAsync("/api/v1/alert-channels", new { kind = "webhook", address = "https://127.0.0.1/x" });
        (await typed.ProblemAsync(422)).GetProperty("errors").TryGetProperty("address", out _).ShouldBeTrue();
        var byName = await AddAsync(owner, $"https://localhost:{new Uri(receiver.Urls.Single()).Port}/");
        using var called = await owner.PostAsync($"/api/v1/alert-channels/{byName}/test", null);

        (await called.JsonAsync()).Text("error").ShouldContain("private network");
        got.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_given_secret_is_never_shown_and_a_made_one_once()
    {
        await using var host = await ApiHost.StartAsync();
        var owner = await host.ClientAsync("owner@example.org");
        using var given = await owner.PostAsJsonAsync("/api/v1/alert-channels", new { kind = "webhook", address = "https://hooks.invalid/a", secret = Secret });
        using var made = await owner.PostAsJsonAsync("/api/v1/alert-channels", new { kind = "webhook", address = "https://hooks.invalid/b" });
        var key = (await made.JsonAsync()).Text("secret");

        var listed = await owner.GetStringAsync("/api/v1/alert-channels");
        var answer = await given.JsonAsync();

        answer.GetProperty("hasSecret").GetBoolean().ShouldBeTrue();
        answer.GetRawText().ShouldNotContain(Secret);
        key.Length.ShouldBe(64);
        listed.ShouldNotContain(Secret);
        listed.ShouldNotContain(key);
        using var tooShort = await owner.PostAsJsonAsync("/api/v1/alert-channels", new { kind = "webhook", address = "https://hooks.invalid/c", secret = "planted" });
        (await tooShort.ProblemAsync(422)).GetRawText().ShouldNotContain("planted");
    }

    [Fact]
    public async Task A_channel_is_changed_field_by_field()
    {
        await using var host = await ApiHost.StartAsync();
        var owner = await host.ClientAsync("owner@example.org");
        var id = await AddAsync(owner, "https://hooks.invalid/a");

        using var changed = await owner.PatchAsJsonAsync(
            $"/api/v1/alert-channels/{id}", new { events = new[] { "needsLogin" }, quietFrom = "22:00", quietTo = "07:00", timeZone = "Asia/Kolkata", enabled = false });
        using var wrong = await owner.PatchAsJsonAsync($"/api/v1/alert-channels/{id}", new { events = new[] { "nothing" } });

        await wrong.ProblemAsync(422);
        var channel = await owner.GetJsonAsync($"/api/v1/alert-channels/{id}");
        channel.GetProperty("events")[0].GetString().ShouldBe("needsLogin");
        (channel.Text("quietFrom"), channel.Text("quietTo"), channel.Text("timeZone")).ShouldBe(("22:00", "07:00", "Asia/Kolkata"));
        channel.GetProperty("enabled").GetBoolean().ShouldBeFalse();
        channel.Text("address").ShouldBe("https://hooks.invalid/a");
    }

    private static async Task<string> AddAsync(HttpClient owner, string address)
    {
        using var added = await owner.PostAsJsonAsync("/api/v1/alert-channels", new { kind = "webhook", address, secret = Secret });
        return (await added.JsonAsync()).Id();
    }

    /// <summary>Takes whatever it is sent.</summary>
    internal static async Task<WebApplication> ReceiverAsync(ConcurrentQueue<string> got)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = builder.Build();
        receiver.Run(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            got.Enqueue(await reader.ReadToEndAsync());
        });
        await receiver.StartAsync();
        return receiver;
    }
}
