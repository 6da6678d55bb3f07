using System.Text;
using Foliosync.Core.Storage;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Users;

public sealed class ApiTokensTests
{
    private readonly FakeClock _clock = FakeClock.OnAWorkday();

    [Theory, EachStore]
    public async Task A_token_opens_its_users_rows_and_is_stored_as_a_hash_only(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var user = await AddUserAsync(database);
        await using var tokens = Tokens(database);

        var made = await tokens.CreateAsync(user, "laptop", TokenScope.Write, Actor.CommandLine, default);

        made.Text.ShouldMatch("^fsy_[A-Za-z0-9_-]{43}$");
        (await tokens.VerifyAsync(made.Text, default))
            .ShouldBe(new TokenIdentity(made.Token.Id, TokenScope.Write, OwnerScope.Only(user)));
        await using var db = database.Open();
        Encoding.Latin1.GetString((await db.ApiTokens.SingleAsync()).Hash).ShouldNotContain(made.Text[4..]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("fsy_")]
    [InlineData("fsy_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Bearer x")]
    public async Task Any_other_text_opens_nothing(string text)
    {
        await using var database = await TestDatabases.CreateAsync(Store.Sqlite);
        await using var tokens = Tokens(database);

        (await tokens.VerifyAsync(text, default)).ShouldBeNull();
        (await tokens.VerifyAsync("fsy_" + new string('x', 5_000), default)).ShouldBeNull();
    }

    [Theory, EachStore]
    public async Task A_revoked_token_stops_at_once_although_it_was_just_used(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var user = await AddUserAsync(database);
        await using var tokens = Tokens(database);
        var made = await tokens.CreateAsync(user, "laptop", TokenScope.Read, Actor.CommandLine, default);
        await tokens.VerifyAsync(made.Text, default);

        await tokens.RevokeAsync(made.Token.Id, Actor.Person(user, "api"), default);

        (await tokens.VerifyAsync(made.Text, default)).ShouldBeNull();
        await using var db = database.Open();
        (await db.AuditEvents.SingleAsync(a => a.Action == "token.revoked")).Detail
            .ShouldBe("""{"before":{"revokedAt":null},"after":{"revokedAt":"2026-08-03T05:00:00Z"}}""");
    }

    [Theory, EachStore]
    public async Task A_disabled_users_token_stops_when_the_cache_is_over(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var user = await AddUserAsync(database);
        await using var tokens = Tokens(database);
        var made = await tokens.CreateAsync(user, "laptop", TokenScope.Read, Actor.CommandLine, default);
        await tokens.VerifyAsync(made.Text, default);

        await new UserAccounts(database, _clock).DisableAsync("asha@example.org", Actor.CommandLine, default);
        _clock.Advance(ApiTokens.CacheTime);

        (await tokens.VerifyAsync(made.Text, default)).ShouldBeNull();
    }

    [Theory, EachStore]
    public async Task A_token_never_reaches_further_than_its_users_role(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var user = await AddUserAsync(database);
        await using var tokens = Tokens(database);
        var made = await tokens.CreateAsync(user, "laptop", TokenScope.Write, Actor.CommandLine, default);
        await using (var db = database.Open())
        {
            await db.Users.ExecuteUpdateAsync(s => s.SetProperty(u => u.Role, UserRole.ReadOnly));
        }

        (await tokens.VerifyAsync(made.Text, default))!.Scope.ShouldBe(TokenScope.Read);
        (await Should.ThrowAsync<InputException>(
            () => tokens.CreateAsync(user, "more", TokenScope.Write, Actor.CommandLine, default))).Field.ShouldBe("scope");
    }

    [Theory, EachStore]
    public async Task The_last_use_is_written_once_a_minute(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var user = await AddUserAsync(database);
        var start = _clock.GetUtcNow();
        NewApiToken made;
        await using (var tokens = Tokens(database))
        {
            made = await tokens.CreateAsync(user, "laptop", TokenScope.Read, Actor.CommandLine, default);
            await tokens.VerifyAsync(made.Text, default);
        }

        _clock.Advance(TimeSpan.FromSeconds(59));
        await UseAsync();
        (await LastUseAsync()).ShouldBe(start);

        _clock.Advance(TimeSpan.FromSeconds(1));
        await UseAsync();
        (await LastUseAsync()).ShouldBe(start.AddMinutes(1));

        async Task UseAsync()
        {
            await using var tokens = Tokens(database);
            (await tokens.VerifyAsync(made.Text, default)).ShouldNotBeNull();
        }

        async Task<DateTimeOffset?> LastUseAsync()
        {
            await using var db = database.Open();
            return (await db.ApiTokens.SingleAsync()).LastUsedAt;
        }
    }

    [Theory, EachStore]
    public async Task Other_peoples_tokens_are_neither_listed_nor_revoked(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var user = await AddUserAsync(database);
        var other = await AddUserAsync(database, "bela@example.org");
        await using var tokens = Tokens(database);
        var made = await tokens.CreateAsync(user, "laptop", TokenScope.Read, Actor.CommandLine, default);

        (await tokens.ListAsync(OwnerScope.Only(other), default)).ShouldBeEmpty();
        (await tokens.ListAsync(OwnerScope.Only(user), default)).Single().Id.ShouldBe(made.Token.Id);
        await Should.ThrowAsync<NotFoundException>(() => tokens.RevokeAsync(made.Token.Id, Actor.Person(other, "api"), default));
    }

    private ApiTokens Tokens(TestDatabase database) => new(database, _clock, NullLogger<ApiTokens>.Instance);

    private async Task<Guid> AddUserAsync(TestDatabase database, string email = "asha@example.org") =>
        (await new UserAccounts(database, _clock).AddAsync(email, null, UserRole.Member, Actor.CommandLine, default)).User.Id;
}
