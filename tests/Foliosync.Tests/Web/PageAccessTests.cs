using System.Net;
using Foliosync.Core.Users;
using Foliosync.Tests.Api;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Web;

/// <summary>What holds for all pages, those too that will be added.</summary>
public sealed class PageAccessTests
{
    [Fact]
    public async Task Nobody_sees_a_page_without_signing_in_not_even_with_a_token()
    {
        await using var host = await ApiHost.StartAsync();
        var paths = host.Pages.Where(p => p.Metadata.GetMetadata<IAllowAnonymous>() is null).Select(p => PathOf(p.RoutePattern.RawText!)).ToList();
        paths.ShouldContain("/settings");
        var token = await host.ClientAsync("asha@example.org", TokenScope.Admin, UserRole.Admin);
        foreach (var client in new[] { host.Client(), token })
        {
            foreach (var path in paths.Append("/"))
            {
                foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
                {
                    using var request = new HttpRequestMessage(method, path);
                    using var response = await client.SendAsync(request);

                    if (method == HttpMethod.Post && path == "/")
                    {
                        continue;
                    }

                    response.StatusCode.ShouldBe(HttpStatusCode.Redirect, $"{method} {path}");
                    response.Headers.Location!.PathAndQuery.ShouldStartWith("/sign-in?returnUrl=");
                }
            }
        }
    }

    [Fact]
    public async Task No_form_is_taken_without_its_token()
    {
        await using var host = await ApiHost.StartAsync();
        using var person = await PageClient.SignedInAsync(host, "asha@example.org", UserRole.Admin);
        host.Pages.ShouldAllBe(p => p.Metadata.GetMetadata<IAntiforgeryMetadata>()!.RequiresValidation);
        foreach (var path in host.Pages.Select(p => PathOf(p.RoutePattern.RawText!)).Concat(["/sign-out", "/passkeys/new", "/passkeys/use"]))
        {
            using var content = new FormUrlEncodedContent([new("_handler", "anything"), new("email", "x@example.org")]);
            using var response = await person.Http.PostAsync(path, content);

            ((int)response.StatusCode).ShouldBeOneOf([400, 429], path);
        }
    }

    [Fact]
    public async Task Another_address_answers_with_a_page_that_says_so_and_the_api_with_a_problem()
    {
        await using var host = await ApiHost.StartAsync();
        using var person = await PageClient.SignedInAsync(host, "asha@example.org");

        using var page = await person.Http.GetAsync("/nothing/here");
        using var program = await person.Http.GetAsync($"/api/v1/portfolios/{Guid.NewGuid()}");

        page.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        page.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("script-src 'self'");
        (await PageClient.DocumentAsync(page)).QuerySelector("h1")!.TextContent.ShouldBe("There is nothing here");
        await program.ProblemAsync(404);
    }

    [Fact]
    public async Task Cookies_are_out_of_reach_of_scripts_and_of_other_sites()
    {
        await using var host = await ApiHost.StartAsync();
        using var person = await PageClient.SignedInAsync(host, "asha@example.org");

        var cookies = person.Cookies.GetAllCookies();

        cookies.Select(c => c.Name).ShouldBe(["foliosync", "foliosync-form"], ignoreOrder: true);
        cookies.ShouldAllBe(c => c.HttpOnly);
        using var form = await new PageClient(host).Http.GetAsync("/sign-in");
        form.Headers.GetValues("Set-Cookie").ShouldAllBe(c => c.Contains("samesite=strict", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Behind_tls_cookies_travel_over_tls_only()
    {
        await using var host = await ApiHost.StartAsync();
        using var person = new PageClient(host);
        person.Http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");

        using var page = await person.Http.GetAsync("/welcome");

        page.Headers.GetValues("Set-Cookie").ShouldAllBe(c => c.Contains("secure", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_api_takes_the_cookie_but_no_write_from_another_site()
    {
        await using var host = await ApiHost.StartAsync();
        using var person = await PageClient.SignedInAsync(host, "asha@example.org");
        (await person.Http.GetJsonAsync("/api/v1/portfolios")).Items().ShouldBeEmpty();

        foreach (var (header, value, status) in new[]
        {
            ("Sec-Fetch-Site", "cross-site", 403), ("Sec-Fetch-Site", "same-site", 403), ("Origin", "https://evil.example", 403), ("X-Nothing", "-", 403),
            ("Sec-Fetch-Site", "same-origin", 201), ("Origin", host.Address.GetLeftPart(UriPartial.Authority), 201),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/portfolios");
            request.Headers.Add(header, value);
            request.Content = new StringContent($$"""{"name":"{{Guid.NewGuid()}}"}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
            using var response = await person.Http.SendAsync(request);

            ((int)response.StatusCode).ShouldBe(status, $"{header}: {value}");
        }
    }

    [Fact]
    public async Task Pages_are_compressed_and_their_files_kept_for_ever()
    {
        await using var host = await ApiHost.StartAsync();
        using var client = new PageClient(host);
        var page = await client.GetAsync("/welcome");
        using var browser = new PageClient(host);
        browser.Http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("br");

        using var compressed = await browser.Http.GetAsync("/welcome");
        compressed.Content.Headers.ContentEncoding.ShouldBe(["br"]);
        compressed.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var files = page.QuerySelectorAll("link[rel=stylesheet], link[rel=icon], script").Select(e => e.GetAttribute("href") ?? e.GetAttribute("src")!).ToList();
        files.Count.ShouldBeGreaterThan(2);
        var manifest = page.QuerySelector("link[rel=manifest]")!.GetAttribute("href")!;
        foreach (var icon in (await client.Http.GetJsonAsync(manifest)).GetProperty("icons").EnumerateArray())
        {
            using var answer = await client.Http.GetAsync(icon.Text("src"));
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, icon.Text("src"));
            answer.Content.Headers.ContentType!.MediaType!.ShouldStartWith("image/");
        }

        foreach (var file in files)
        {
            using var answer = await browser.Http.GetAsync(file);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, file);
            answer.Headers.CacheControl!.ToString().ShouldContain("immutable");
            answer.Content.Headers.ContentEncoding.ShouldBe(["br"]);
            answer.Content.Headers.ContentLength!.Value.ShouldBeLessThan(12_000);
        }
    }

    [Fact]
    public async Task Nothing_in_a_page_needs_more_than_the_policy_allows()
    {
        await using var host = await ApiHost.StartAsync();
        using var person = await PageClient.SignedInAsync(host, "asha@example.org");

        foreach (var path in host.Pages.Select(p => p.RoutePattern.RawText!).Where(p => !p.Contains('{', StringComparison.Ordinal)).Select(PathOf))
        {
            using var response = await person.Http.GetAsync(path);
            if (response.StatusCode is not HttpStatusCode.OK)
            {
                continue;
            }

            var page = await PageClient.DocumentAsync(response);
            page.QuerySelectorAll("[style], style, script:not([src]), base, iframe").ShouldBeEmpty(path);
            page.All.SelectMany(e => e.Attributes).Where(a => a.Name.StartsWith("on", StringComparison.Ordinal)).ShouldBeEmpty(path);
            page.QuerySelectorAll("[src], link[href]").Select(e => e.GetAttribute("src") ?? e.GetAttribute("href")!)
                .ShouldAllBe(a => a.StartsWith('/') || a.StartsWith("data:", StringComparison.Ordinal));
            page.QuerySelectorAll("h1").Length.ShouldBe(1, path);
            page.Title.ShouldNotBeNullOrEmpty();
        }
    }

    // A page of one thing gets an id that nobody has.
    private static string PathOf(string pattern) =>
        "/" + string.Join('/', pattern.Trim('/').Split('/').Select(part => part.StartsWith('{') ? Guid.Empty.ToString() : part));
}
