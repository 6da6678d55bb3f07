using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Portfolios;

public sealed class PortfolioSharingTests
{
    private const string Ravi = "ravi@example.org";

    private readonly FakeClock _clock = FakeClock.OnAWorkday();

    [Theory, EachStore]
    public async Task A_share_reaches_and_leaves_the_other_at_once(Store store)
    {
        await using var world = await CreateAsync(store);
        (await world.RowsOfRaviAsync()).Shared.ShouldBeEmpty();

        var made = await world.Sharing.AddAsync(world.Portfolio, " Ravi@Example.org ", ShareRole.Viewer, world.Asha, default);
        (await world.RowsOfRaviAsync()).Shared.ShouldBe([new SharedPortfolio(world.Portfolio, ShareRole.Viewer, "asha@example.org")]);
        await world.Sharing.ChangeAsync(world.Portfolio, made.UserId, ShareRole.Editor, world.Asha, default);
        (await world.RowsOfRaviAsync()).Shared.ShouldBe([new SharedPortfolio(world.Portfolio, ShareRole.Editor, "asha@example.org")]);
        (await world.Sharing.ListAsync(world.Portfolio, world.Asha.Scope, default)).ShouldBe([new SharedTo(made.UserId, Ravi, ShareRole.Editor, _clock.GetUtcNow())]);
        await world.Sharing.EndAsync(world.Portfolio, made.UserId, world.Asha, default);
        (await world.RowsOfRaviAsync()).Shared.ShouldBeEmpty();

        await using var db = world.Database.Open();
        var audit = await db.AuditEvents.Where(a => a.Action.StartsWith("portfolio.share")).OrderBy(a => a.Id).ToListAsync();
        audit.Select(a => a.Action).ShouldBe(["portfolio.shared", "portfolio.shareChanged", "portfolio.shareEnded"], ignoreOrder: true);
        audit.ShouldAllBe(a => a.UserId == world.Asha.UserId && a.Subject == world.Portfolio.ToString() && a.Detail!.Contains(made.UserId.ToString()));
    }

    [Theory, EachStore]
    public async Task A_share_goes_with_the_portfolio_and_with_the_person(Store store)
    {
        await using var world = await CreateAsync(store);
        var made = await world.Sharing.AddAsync(world.Portfolio, Ravi, ShareRole.Viewer, world.Asha, default);
        await new UserAccounts(world.Database, _clock).RemoveAsync(Actor.Person(made.UserId, "web"), default);
        (await world.Sharing.ListAsync(world.Portfolio, world.Asha.Scope, default)).ShouldBeEmpty();

        await using var db = world.Database.Open();
        (await db.PortfolioShares.AnyAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task Only_somebody_else_of_the_instance_can_be_given_and_only_once()
    {
        await using var world = await CreateAsync(Store.Sqlite);
        await world.Sharing.AddAsync(world.Portfolio, Ravi, ShareRole.Viewer, world.Asha, default);

        foreach (var (email, words) in new[] { ("", "Nobody"), ("mira@example.org", "Nobody"), ("asha@example.org", "own e-mail"), (Ravi, "already") })
        {
            var refused = await Should.ThrowAsync<InputException>(() => world.Sharing.AddAsync(world.Portfolio, email, ShareRole.Viewer, world.Asha, default));
            refused.Field.ShouldBe("email");
            refused.Message.ShouldContain(words);
        }
    }

    [Fact]
    public async Task An_editor_cannot_share_nor_see_with_whom_it_is_shared()
    {
        await using var world = await CreateAsync(Store.Sqlite);
        var made = await world.Sharing.AddAsync(world.Portfolio, Ravi, ShareRole.Editor, world.Asha, default);
        var ravi = Actor.Person(await world.RowsOfRaviAsync(), "api");

        await Should.ThrowAsync<NotFoundException>(() => world.Sharing.ListAsync(world.Portfolio, ravi.Scope, default));
        await Should.ThrowAsync<NotFoundException>(() => world.Sharing.ChangeAsync(world.Portfolio, made.UserId, ShareRole.Viewer, ravi, default));
        await Should.ThrowAsync<NotFoundException>(() => world.Sharing.EndAsync(world.Portfolio, made.UserId, ravi, default));
        await Should.ThrowAsync<NotFoundException>(() => new PortfolioSetup(world.Database, _clock).ChangeAsync(world.Portfolio, "Mine", null, ravi, default));
    }

    private async Task<World> CreateAsync(Store store)
    {
        var database = await TestDatabases.CreateAsync(store);
        var users = new UserAccounts(database, _clock);
        var asha = Actor.Person((await users.AddAsync("asha@example.org", null, UserRole.Member, Actor.CommandLine, default)).User.Id, "web");
        var ravi = (await users.AddAsync(Ravi, null, UserRole.Member, Actor.CommandLine, default)).User.Id;
        var tokens = new ApiTokens(database, _clock, NullLogger<ApiTokens>.Instance);
        return new World(
            database,
            tokens,
            (await tokens.CreateAsync(ravi, "test", TokenScope.Write, Actor.CommandLine, default)).Text,
            asha,
            (await new PortfolioSetup(database, _clock).CreateAsync(asha.UserId!.Value, "Main", null, asha, default)).Id,
            new PortfolioSharing(database, tokens, _clock));
    }

    private sealed record World(TestDatabase Database, ApiTokens Tokens, string Token, Actor Asha, Guid Portfolio, PortfolioSharing Sharing) : IAsyncDisposable
    {
        public async Task<OwnerScope> RowsOfRaviAsync() => (await Tokens.VerifyAsync(Token, default))!.Rows;

        public async ValueTask DisposeAsync()
        {
            await Tokens.DisposeAsync();
            await Database.DisposeAsync();
        }
    }
}
