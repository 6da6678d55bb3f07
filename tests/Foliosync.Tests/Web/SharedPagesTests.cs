using System.Net;
using System.Net.Http.Json;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Transactions;
using Foliosync.Tests.Api;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Web;

/// <summary>What a portfolio looks like to those with whom it is shared, on every page that shows something of it.</summary>
public sealed class SharedPagesTests
{
    private const string Owner = "owner@example.org";
    private const string Other = "other@example.org";

    // What changes something, by the names of the forms; those of the owner alone, and those of an editor.
    private static readonly string[] OwnersForms = ["settings", "reconnect", "remove", "share", "shared"];
    private static readonly string[] EditorsForms = ["act", "note", "change", "undo", "accept", "reject", "add"];

    [Theory]
    [InlineData(null, Store.Sqlite)]
    [InlineData("viewer", Store.Sqlite)]
    [InlineData("editor", Store.Sqlite)]
    [InlineData("editor", Store.Postgres)]
    public async Task Every_page_shows_a_stranger_nothing_a_viewer_no_form_and_an_editor_the_right_ones(string? role, Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var owner = await host.ClientAsync(Owner);
        using var other = await PageClient.SignedInAsync(host, Other);
        var seen = await SeedAsync(host, owner);
        if (role is not null)
        {
            using var shared = await owner.PostAsJsonAsync($"/api/v1/portfolios/{seen.Portfolio}/shares", new { email = Other, role });
            await shared.JsonAsync();
        }

        foreach (var path in seen.Paths)
        {
            using var response = await other.Http.GetAsync(path);
            if (role is null)
            {
                response.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
                continue;
            }

            response.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            var forms = (await PageClient.DocumentAsync(response)).QuerySelectorAll("main form[method=post]")
                .Select(f => f.QuerySelector("input[name=_handler]")!.GetAttribute("value")!.Split('-')[0]).ToList();
            forms.Intersect(OwnersForms).ShouldBeEmpty(path);
            forms.ShouldNotContain("login", path);
            if (role == "viewer")
            {
                forms.Intersect([.. EditorsForms, "sync"]).ShouldBeEmpty(path);
            }
        }

        foreach (var (path, handler, act, who) in new[]
        {
            ($"/connections/{seen.Connection}", "act", "sync", "editor"),
            ($"/connections/{seen.Connection}", "act", "pause", "owner"),
            ($"/connections/{seen.Connection}", "settings", "", "owner"),
            ($"/connections/{seen.Connection}", "remove", "", "owner"),
            ($"/connections/{seen.Connection}/login", "login", "", "owner"),
            ($"/transactions/{seen.Transaction}", "note", "", "editor"),
            ($"/reviews/{seen.Review}", "reject", "", "editor"),
        })
        {
            // The form of another page has the token of the person.
            var own = await other.GetAsync("/settings");
            using var content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["_handler"] = handler,
                ["act"] = act,
                ["tags"] = "seen",
                ["confirm"] = "Demo",
                ["label"] = "Mine",
                ["token"] = own.QuerySelector("input[name=token]")!.GetAttribute("value")!,
            });
            using var response = await other.Http.PostAsync(path, content);

            var isAllowed = who == "editor" && role == "editor";
            ((int)response.StatusCode).ShouldBeOneOf(isAllowed ? [302] : [400, 404], $"{path} {handler} {act}");
        }

        await using var db = host.Open();
        var connection = await db.Connections.Include(c => c.Sync).SingleAsync();
        (connection.Label, connection.Sync!.State).ShouldBe(("Demo", Core.Connections.ConnectionState.Active));
        (await db.TransactionTags.CountAsync()).ShouldBe(role == "editor" ? 1 : 0);
        (await db.AuditEvents.AnyAsync(a => a.Action == "review.rejected")).ShouldBe(role == "editor");
    }

    [Fact]
    public async Task An_owner_shares_changes_and_ends_it_on_the_page_and_the_other_sees_by_whom()
    {
        await using var host = await ApiHost.StartAsync(jobs: false);
        await (await host.ClientAsync(Owner)).AddPortfolioAsync("Family");
        using var owner = await SignedInAsync(host, Owner);
        using var other = await PageClient.SignedInAsync(host, Other);

        using var unknown = await owner.SubmitAsync(await owner.GetAsync("/settings/sharing"), "share", ("email", "nobody@example.org"), ("role", "viewer"));
        var kept = await PageClient.DocumentAsync(unknown);
        kept.QuerySelector("#f-email-error")!.TextContent.ShouldContain("Have them added first");
        kept.QuerySelector("#f-email")!.GetAttribute("value").ShouldBe("nobody@example.org");
        using var shared = await owner.SubmitAsync(kept, "share", ("email", Other), ("role", "viewer"));
        shared.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await other.GetAsync("/settings/sharing")).QuerySelector("main")!.TextContent.ShouldContain($"shared by {Owner}, you may look");

        using var changed = await owner.SubmitAsync(await owner.GetAsync("/settings/sharing"), "shared", ("act", "editor"));
        changed.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await other.GetAsync("/settings/sharing")).QuerySelector("main")!.TextContent.ShouldContain($"shared by {Owner}, you may edit");

        using var ended = await owner.SubmitAsync(await owner.GetAsync("/settings/sharing"), "shared", ("act", "end"));
        ended.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await other.GetAsync("/settings/sharing")).QuerySelector("main")!.TextContent.ShouldNotContain(Owner);
    }

    // Whoever was made without a password signs in with one.
    private static async Task<PageClient> SignedInAsync(ApiHost host, string email)
    {
        await Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetRequiredService<Core.Users.UserAccounts>(host.Services)
            .ResetPasswordAsync(email, PageClient.Password, Core.Users.Actor.CommandLine, default);
        return await PageClient.SignedInAsync(host, email);
    }

    internal static async Task<Seen> SeedAsync(ApiHost host, HttpClient owner)
    {
        var portfolio = (await owner.AddPortfolioAsync("Family")).Id();
        var connection = (await owner.ConnectDemoAsync(portfolio)).Id();
        var run = await owner.SyncAsync(connection);
        var review = (await owner.SurpriseAsync(connection)).Id();
        await using var db = host.Open();
        var transaction = await db.Transactions.Where(t => t.InstrumentId != null && t.Source == TransactionSource.Api).FirstAsync();
        return new Seen(portfolio, connection, run.Id(), review, transaction.Id.ToString(), transaction.InstrumentId!.Value.ToString(), transaction.AccountId.ToString());
    }

    internal sealed record Seen(string Portfolio, string Connection, string Run, string Review, string Transaction, string Instrument, string Account)
    {
        public IReadOnlyList<string> Paths =>
        [
            $"/?portfolio={Portfolio}", $"/holdings?portfolio={Portfolio}", $"/holdings?account={Account}", $"/performance?portfolio={Portfolio}&parts=yes",
            $"/transactions?account={Account}", $"/transactions/{Transaction}", $"/instruments/{Instrument}", $"/connections/{Connection}", $"/runs/{Run}", $"/reviews/{Review}",
        ];
    }
}
