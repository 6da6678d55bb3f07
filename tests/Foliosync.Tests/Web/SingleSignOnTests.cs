using System.Net;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Users;
using Foliosync.Tests.Api;
using Foliosync.Web;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Web;

public sealed class SingleSignOnTests
{
    [Fact]
    public async Task Somebody_is_known_by_a_verified_e_mail_first_and_by_the_providers_id_from_then_on()
    {
        await using var provider = await OpenIdProvider.StartAsync();
        await using var host = await StartAsync(provider);
        await AddAsync(host, "asha@example.org");
        using var person = new PageClient(host);
        (await person.GetAsync("/sign-in")).Links.Single(l => l.GetAttribute("href")!.StartsWith("/sign-in/oidc", StringComparison.Ordinal))
            .TextContent.ShouldContain("Sign in with Test login");

        using var first = await WalkAsync(host, person, "/settings/tokens");
        first.StatusCode.ShouldBe(HttpStatusCode.Redirect, string.Join(Environment.NewLine, host.Log.Lines));
        first.Headers.Location!.ToString().ShouldBe("/settings/tokens");
        (await person.GetAsync("/settings")).QuerySelector(".who-name")!.TextContent.ShouldBe("asha@example.org");

        // The address has changed there; the person has not.
        provider.Email = "asha.new@example.org";
        using var other = new PageClient(host);
        using var second = await WalkAsync(host, other, "/");
        (await other.GetAsync("/settings")).QuerySelector(".who-name")!.TextContent.ShouldBe("asha@example.org");
        await using var db = host.Open();
        (await db.UserSessions.Select(s => s.Method).Distinct().SingleAsync()).ShouldBe("oidc");
    }

    [Theory]
    [InlineData("unknown person")]
    [InlineData("unverified e-mail")]
    [InlineData("forged signature")]
    [InlineData("other audience")]
    [InlineData("other issuer")]
    [InlineData("other nonce")]
    [InlineData("expired")]
    [InlineData("disabled person")]
    public async Task Nobody_else_gets_in(string who)
    {
        await using var provider = await OpenIdProvider.StartAsync();
        await using var host = await StartAsync(provider);
        await AddAsync(host, "asha@example.org");
        switch (who)
        {
            case "unknown person":
                provider.Email = "mallory@example.org";
                break;
            case "unverified e-mail":
                provider.EmailVerified = false;
                break;
            case "forged signature":
                provider.ForgesSignature = true;
                break;
            case "other audience":
                provider.Tamper = t => t.Audience = "another-client";
                break;
            case "other issuer":
                provider.Tamper = t => t.Issuer = "https://evil.example";
                break;
            case "other nonce":
                provider.Tamper = t => t.Claims["nonce"] = "replayed";
                break;
            case "expired":
                provider.Tamper = t => (t.NotBefore, t.IssuedAt, t.Expires) = (new DateTime(2026, 1, 1), new DateTime(2026, 1, 1), new DateTime(2026, 1, 2));
                break;
            default:
                await host.Services.GetRequiredService<UserAccounts>().DisableAsync("asha@example.org", Actor.CommandLine, default);
                break;
        }

        using var person = new PageClient(host);
        using var answer = await WalkAsync(host, person, "/");

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("planted");
        (await person.Http.GetAsync("/settings")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task People_are_added_only_when_the_operator_says_so()
    {
        await using var provider = await OpenIdProvider.StartAsync();
        await using var host = await StartAsync(provider, addsPeople: true);
        await AddAsync(host, "admin@example.org");
        provider.Email = "new@example.org";
        using var person = new PageClient(host);

        using var answer = await WalkAsync(host, person, "/");

        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect, string.Join(Environment.NewLine, host.Log.Lines));
        var added = await host.Services.GetRequiredService<UserAccounts>().GetAsync("new@example.org", default);
        added.Role.ShouldBe(UserRole.Member);
        added.PasswordHash.ShouldBeNull();
    }

    private static Task<ApiHost> StartAsync(OpenIdProvider provider, bool addsPeople = false) => ApiHost.StartAsync(singleSignOn: new SingleSignOn
    {
        Authority = new Uri(provider.Issuer),
        ClientId = OpenIdProvider.ClientId,
        ClientSecret = new Secret(OpenIdProvider.ClientSecret),
        Name = "Test login",
        AddsPeople = addsPeople,
    });

    private static Task<UserWithPassword> AddAsync(ApiHost host, string email) =>
        host.Services.GetRequiredService<UserAccounts>().AddAsync(email, PageClient.Password, UserRole.Admin, Actor.CommandLine, default);

    /// <summary>To the provider and back, until a page of ours is asked for, or refuses.</summary>
    private static async Task<HttpResponseMessage> WalkAsync(ApiHost host, PageClient person, string wanted)
    {
        var next = new Uri(host.Address, "/sign-in/oidc?returnUrl=" + Uri.EscapeDataString(wanted));
        for (var steps = 0; steps < 6; steps++)
        {
            var answer = await person.Http.GetAsync(next);
            if (answer.StatusCode != HttpStatusCode.Redirect || answer.Headers.Location!.ToString() == wanted)
            {
                return answer;
            }

            next = new Uri(next, answer.Headers.Location);
        }

        throw new InvalidOperationException("The walk does not end.");
    }
}
