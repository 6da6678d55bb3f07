using System.Net;
using Foliosync.Core.Alerts;
using Foliosync.Core.Alerts.Channels;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Alerts;

public sealed class AlertHttpTests
{
    private static readonly IPAddress Public = IPAddress.Parse("127.0.0.2");

    [Theory]
    [InlineData("http://example.org/hook", "must begin with https://")]
    [InlineData("ftp://example.org/hook", "must begin with https://")]
    [InlineData("https://127.0.0.1/hook", "private network")]
    [InlineData("https://10.0.0.1/hook", "private network")]
    [InlineData("https://169.254.169.254/latest/meta-data", "private network")]
    [InlineData("https://[::1]/hook", "private network")]
    [InlineData("https://[::ffff:192.168.0.1]/hook", "private network")]
    [InlineData("https://2130706433/hook", "private network")]
    [InlineData("https://0x7f.1/hook", "private network")]
    public async Task Private_addresses_and_plain_http_are_refused(string address, string why)
    {
        using var http = new AlertHttp(new AlertSettings(), TimeProvider.System);

        (await Should.ThrowAsync<DeliveryException>(() => PostAsync(http, new Uri(address)))).Message.ShouldContain(why);
    }

    [Fact]
    public async Task A_name_that_means_this_machine_is_refused_before_anything_is_sent()
    {
        await using var receiver = await TestReceiver.StartAsync(tls: true);
        using var http = new AlertHttp(new AlertSettings(), TimeProvider.System, null, null, TestCertificate.Trusted);

        var refused = await Should.ThrowAsync<DeliveryException>(() => PostAsync(http, new Uri($"https://localhost:{receiver.Address.Port}/")));

        refused.Message.ShouldStartWith("localhost is an address of this machine or a private network.");
        receiver.Got.ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_a_name_with_several_addresses_only_public_ones_are_connected_to()
    {
        await using var trap = await TestReceiver.StartAsync(tls: true);
        using var http = Guarded(_ => [IPAddress.Loopback, Public]);

        // Nobody listens at the public one, so the name cannot be reached, although it could at the private one.
        await Should.ThrowAsync<DeliveryException>(() => PostAsync(http, new Uri($"https://both.example:{trap.Address.Port}/")));

        trap.Got.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_name_is_resolved_once_for_the_check_and_the_connection()
    {
        await using var receiver = await TestReceiver.StartAsync(tls: true, Public.ToString());
        var asked = 0;
        // The second answer would lead elsewhere: DNS rebinding.
        using var http = Guarded(_ => asked++ == 0 ? [Public] : [IPAddress.Loopback]);

        await PostAsync(http, new Uri($"https://localhost:{receiver.Address.Port}/hook"));

        receiver.Got.ShouldHaveSingleItem().Path.ShouldBe("/hook");
        asked.ShouldBe(1);
    }

    [Theory]
    [InlineData("https://127.0.0.1:{0}/trap")]
    [InlineData("https://private.example:{0}/trap")]
    public async Task A_redirect_to_a_private_address_is_refused(string to)
    {
        await using var trap = await TestReceiver.StartAsync(tls: true);
        await using var receiver = await TestReceiver.StartAsync(tls: true, Public.ToString());
        receiver.Answer = Redirect(307, string.Format(System.Globalization.CultureInfo.InvariantCulture, to, trap.Address.Port));
        using var http = Guarded(host => host == "private.example" ? [IPAddress.Loopback] : [Public]);

        (await Should.ThrowAsync<DeliveryException>(() => PostAsync(http, new Uri($"https://localhost:{receiver.Address.Port}/"))))
            .Message.ShouldContain("private network");

        receiver.Got.Count.ShouldBe(1);
        trap.Got.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_redirect_from_https_to_http_is_refused()
    {
        await using var receiver = await TestReceiver.StartAsync(tls: true);
        receiver.Answer = Redirect(308, "http://example.org/");
        using var http = new AlertHttp(new AlertSettings { AllowPrivate = true }, TimeProvider.System, null, null, TestCertificate.Trusted);

        (await Should.ThrowAsync<DeliveryException>(() => PostAsync(http, receiver.Address))).Message.ShouldContain("from https to http");
    }

    [Fact]
    public async Task Three_redirects_are_followed_and_the_fourth_is_not()
    {
        await using var receiver = await TestReceiver.StartAsync();
        receiver.Answer = http => int.Parse(http.Request.Path.Value![1..], System.Globalization.CultureInfo.InvariantCulture) is var left && left > 0
            ? Redirect(302, $"/{left - 1}")(http)
            : Task.CompletedTask;
        using var http = new AlertHttp(new AlertSettings { AllowPrivate = true }, TimeProvider.System);

        await PostAsync(http, new Uri(receiver.Address, "/3"));
        receiver.Got.Select(g => (g.Path, g.Body)).ShouldBe([("/3", "body"), ("/2", "body"), ("/1", "body"), ("/0", "body")]);

        (await Should.ThrowAsync<DeliveryException>(() => PostAsync(http, new Uri(receiver.Address, "/4")))).Message.ShouldContain("more than 3 times");
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts_is_refused()
    {
        await using var receiver = await TestReceiver.StartAsync(tls: true);
        using var http = new AlertHttp(new AlertSettings { AllowPrivate = true }, TimeProvider.System);

        (await Should.ThrowAsync<DeliveryException>(() => PostAsync(http, receiver.Address))).Message.ShouldContain("no certificate");
        receiver.Got.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_does_not_answer_within_ten_seconds_has_not_taken_it()
    {
        await using var receiver = await TestReceiver.StartAsync();
        var clock = new ManualClock();
        receiver.Answer = http => Task.Delay(Timeout.Infinite, http.RequestAborted);
        using var http = new AlertHttp(new AlertSettings { AllowPrivate = true }, clock);
        var posting = PostAsync(http, receiver.Address);
        await Eventually.TrueAsync(() => !receiver.Got.IsEmpty);

        clock.Advance(TimeSpan.FromSeconds(11));

        (await Should.ThrowAsync<DeliveryException>(() => posting)).Message.ShouldContain("did not answer within 10 seconds");
    }

    [Fact]
    public async Task A_refusal_tells_the_status_and_not_the_address()
    {
        await using var receiver = await TestReceiver.StartAsync();
        receiver.Answer = http =>
        {
            http.Response.StatusCode = 403;
            return Task.CompletedTask;
        };
        using var http = new AlertHttp(new AlertSettings { AllowPrivate = true }, TimeProvider.System);

        (await Should.ThrowAsync<DeliveryException>(() => PostAsync(http, new Uri(receiver.Address, "/secret-topic?token=planted"))))
            .Message.ShouldBe("127.0.0.1 answered 403.");
    }

    private static AlertHttp Guarded(Func<string, IPAddress[]> resolve) => new(
        new AlertSettings(), TimeProvider.System, (host, _) => Task.FromResult(resolve(host)), a => a.Equals(Public), TestCertificate.Trusted);

    private static Func<HttpContext, Task> Redirect(int status, string to) => http =>
    {
        http.Response.StatusCode = status;
        http.Response.Headers.Location = to;
        return Task.CompletedTask;
    };

    private static Task PostAsync(AlertHttp http, Uri address) => http.PostAsync(
        address, (to, _) => new HttpRequestMessage(HttpMethod.Post, to) { Content = new StringContent("body") }, default);
}
