using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Foliosync.Tests.Api;
using Foliosync.Web;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Web;

public sealed class SignInTests
{
    private const string Email = "asha@example.org";

    [Theory, EachStore]
    public async Task Who_signs_in_goes_on_where_they_wanted_to_and_out_again(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        await AddAsync(host);
        using var person = new PageClient(host);
        using var asked = await person.Http.GetAsync("/settings/tokens");
        var page = await person.GetAsync(asked.Headers.Location!.PathAndQuery);

        using var signedIn = await person.SubmitAsync(page, "sign-in", ("email", " ASHA@example.org "), ("password", PageClient.Password));

        signedIn.Headers.Location!.AbsolutePath.ShouldBe("/settings/tokens");
        var tokens = await person.GetAsync("/settings/tokens");
        using var signedOut = await person.SubmitAsync(tokens, tokens.Forms.First(f => f.GetAttribute("action") == "/sign-out"));
        signedOut.Headers.Location!.ToString().ShouldBe("/sign-in");
        using var after = await person.Http.GetAsync("/settings");
        after.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        await using var db = host.Open();
        (await db.UserSessions.CountAsync()).ShouldBe(0);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("javascript:alert(1)")]
    public async Task Nobody_is_led_to_another_site(string to)
    {
        await using var host = await ApiHost.StartAsync();
        await AddAsync(host);
        using var person = new PageClient(host);

        using var answer = await person.SubmitAsync(
            await person.GetAsync("/sign-in?returnUrl=" + Uri.EscapeDataString(to)), "sign-in", ("email", Email), ("password", PageClient.Password));

        answer.Headers.Location!.AbsoluteUri.ShouldBe(host.Address.AbsoluteUri);
    }

    [Fact]
    public async Task Wrong_answers_say_the_same_whoever_they_are_for_and_five_lock_the_account()
    {
        await using var host = await ApiHost.StartAsync();
        await AddAsync(host);
        using var person = new PageClient(host);
        var nobody = await WordsAsync(await person.SignInAsync("nobody@example.org", "wrong wrong wrong"));
        for (var tries = 0; tries < 5; tries++)
        {
            (await WordsAsync(await person.SignInAsync(Email, "wrong wrong wrong"))).ShouldBe(nobody);
        }

        (await WordsAsync(await person.SignInAsync(Email, PageClient.Password))).ShouldBe(nobody);

        await host.Services.GetRequiredService<UserAccounts>().ResetPasswordAsync(Email, PageClient.Password, Actor.CommandLine, default);
        (await person.SignInAsync(Email, PageClient.Password)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task Many_tries_from_one_place_are_asked_to_wait()
    {
        await using var host = await ApiHost.StartAsync();
        await AddAsync(host);
        using var person = new PageClient(host);
        var page = await person.GetAsync("/sign-in");
        for (var tries = 0; tries < SignInLimit.AtOnce; tries++)
        {
            (await person.SubmitAsync(page, "sign-in", ("email", $"{tries}@example.org"), ("password", "wrong"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        using var refused = await person.SubmitAsync(page, "sign-in", ("email", Email), ("password", PageClient.Password));

        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter.ShouldNotBeNull();
        (await PageClient.DocumentAsync(refused)).QuerySelector("h1")!.TextContent.ShouldBe("Too many tries");
    }

    [Fact]
    public async Task Whoever_is_disabled_or_gets_another_password_is_out_at_once()
    {
        await using var host = await ApiHost.StartAsync();
        using var person = await PageClient.SignedInAsync(host, Email, UserRole.Admin);
        using var other = await PageClient.SignedInAsync(host, "ravi@example.org");
        var accounts = host.Services.GetRequiredService<UserAccounts>();

        await accounts.ResetPasswordAsync(Email, null, Actor.CommandLine, default);
        await accounts.DisableAsync("ravi@example.org", Actor.CommandLine, default);

        using var first = await person.Http.GetAsync("/settings");
        using var second = await other.Http.GetAsync("/api/v1/portfolios");
        using var third = await other.SignInAsync("ravi@example.org", PageClient.Password);
        first.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        await second.ProblemAsync(401);
        third.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory, EachStore]
    public async Task With_an_app_signing_in_asks_for_its_code_or_a_recovery_code(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        using var person = await PageClient.SignedInAsync(host, Email, UserRole.Admin);
        using (await person.SubmitAsync(await person.GetAsync("/settings/security"), "app-begin"))
        {
        }

        var setUp = await person.GetAsync("/settings/security/app");
        setUp.QuerySelector(".qr svg path")!.GetAttribute("d")!.Length.ShouldBeGreaterThan(1000);
        var key = setUp.QuerySelector(".secret code")!.TextContent;
        using var wrong = await person.SubmitAsync(setUp, "app-confirm", ("code", "000000"));
        (await PageClient.DocumentAsync(wrong)).QuerySelector("#f-code-error").ShouldNotBeNull();
        using var on = await person.SubmitAsync(setUp, "app-confirm", ("code", Totp(key)));
        var codes = (await PageClient.DocumentAsync(on)).QuerySelectorAll(".codes li").Select(c => c.TextContent).ToList();
        codes.Count.ShouldBe(10);
        (await person.GetAsync("/settings/security")).Body!.TextContent.ShouldContain("Recovery codes left: 10");

        // The database alone tells neither the key nor a code.
        await using (var db = host.Open())
        {
            var stored = await db.UserTokens.Select(t => t.Value).ToListAsync();
            stored.Count.ShouldBe(2);
            stored.ShouldAllBe(v => !v!.Contains(key) && !v.Contains(codes[0]));
        }

        (await CodeAsync(host, Totp(key))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await CodeAsync(host, codes[0])).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await CodeAsync(host, codes[0])).StatusCode.ShouldBe(HttpStatusCode.OK);

        using var half = new PageClient(host);
        using (await half.SignInAsync(Email, PageClient.Password))
        {
        }

        (await half.Http.GetAsync("/settings")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task A_person_sees_their_sessions_and_ends_them()
    {
        await using var host = await ApiHost.StartAsync();
        using var here = await PageClient.SignedInAsync(host, Email, UserRole.Admin);
        using var phone = new PageClient(host);
        phone.Http.DefaultRequestHeaders.UserAgent.ParseAdd("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36");
        await phone.SignInAsync(Email, PageClient.Password);
        using var third = await PageClient.SignedInAsync(host, Email);
        using var stranger = await PageClient.SignedInAsync(host, "ravi@example.org");

        var page = await here.GetAsync("/settings/security");
        page.QuerySelectorAll("button[name=session]").Length.ShouldBe(2);
        var entry = page.QuerySelectorAll("li").Single(e => e.TextContent.Contains("Chrome on Android", StringComparison.Ordinal));
        var id = entry.QuerySelector("button")!.GetAttribute("value")!;
        using var foreign = await stranger.SubmitAsync(await stranger.GetAsync("/settings/security"), "session-end", ("session", id));
        foreign.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var ended = await here.SubmitAsync(page, "session-end", ("session", id));

        (await phone.Http.GetAsync("/settings")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        using var all = await here.SubmitAsync(await here.GetAsync("/settings/security"), "sessions-end");
        (await third.Http.GetAsync("/settings")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await here.GetAsync("/settings/security")).QuerySelector("[data-toast]")!.TextContent.ShouldContain("All other devices are signed out");
        await stranger.GetAsync("/settings");
    }

    [Fact]
    public async Task Changing_the_password_signs_out_all_other_devices_and_not_this_one()
    {
        await using var host = await ApiHost.StartAsync();
        using var here = await PageClient.SignedInAsync(host, Email, UserRole.Admin);
        using var there = await PageClient.SignedInAsync(host, Email);
        var page = await here.GetAsync("/settings/security");
        using var wrong = await here.SubmitAsync(page, "password", ("present", "not this one"), ("password", "another long password"));
        (await PageClient.DocumentAsync(wrong)).QuerySelector("#f-present-error").ShouldNotBeNull();

        using var changed = await here.SubmitAsync(page, "password", ("present", PageClient.Password), ("password", "another long password"));

        await here.GetAsync("/settings");
        (await there.Http.GetAsync("/settings")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await there.SignInAsync(Email, "another long password")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task Without_a_mail_server_the_page_names_the_command_that_resets_a_password()
    {
        await using var host = await ApiHost.StartAsync();

        var page = await new PageClient(host).GetAsync("/sign-in/forgotten");

        page.QuerySelector("code")!.TextContent.ShouldBe("foliosync user reset-password EMAIL");
        page.Forms.ShouldBeEmpty();
    }

    private static async Task<HttpResponseMessage> CodeAsync(ApiHost host, string code)
    {
        using var person = new PageClient(host);
        using var first = await person.SignInAsync(Email, PageClient.Password);
        first.Headers.Location!.AbsolutePath.ShouldBe("/sign-in/code");
        return await person.SubmitAsync(await person.GetAsync(first.Headers.Location.PathAndQuery), "code", ("code", code));
    }

    private static Task<UserWithPassword> AddAsync(ApiHost host) =>
        host.Services.GetRequiredService<UserAccounts>().AddAsync(Email, PageClient.Password, UserRole.Admin, Actor.CommandLine, default);

    private static async Task<string> WordsAsync(HttpResponseMessage response)
    {
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return (await PageClient.DocumentAsync(response)).QuerySelector(".banner")!.TextContent.Trim();
    }

    /// <summary>The six digits of an authenticator app (RFC 6238) now.</summary>
    internal static string Totp(string key)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bits = string.Concat(key.Select(c => Convert.ToString(Alphabet.IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        var secret = Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2)).ToArray();
        Span<byte> step = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(step, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30);
#pragma warning disable CA5350 // The standard says so.
        var hash = HMACSHA1.HashData(secret, step);
#pragma warning restore CA5350
        return ((BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 15)) & int.MaxValue) % 1_000_000).ToString("D6", System.Globalization.CultureInfo.InvariantCulture);
    }
}
