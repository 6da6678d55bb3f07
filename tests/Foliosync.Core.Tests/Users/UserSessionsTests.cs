using Foliosync.Core.Storage;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Users;

public sealed class UserSessionsTests
{
    private readonly FakeClock _clock = FakeClock.OnAWorkday();

    [Theory, EachStore]
    public async Task A_key_tells_who_is_signed_in_and_how_they_like_to_see_things(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var user = await AddAsync(database);
        var sessions = new UserSessions(database, _clock);
        await new PreferenceSetup(database).ChangeAsync(user.Id, p => (p.Language, p.Theme) = ("hi", Theme.Dark), default);

        var key = await sessions.BeginAsync(SessionOf(user), default);

        var found = (await sessions.FindAsync(key, default))!;
        found.UserId.ShouldBe(user.Id);
        found.Role.ShouldBe(UserRole.Admin);
        (found.Preferences.Language, found.Preferences.Theme, found.Preferences.Grouping).ShouldBe(("hi", Theme.Dark, NumberGrouping.Indian));
        (await sessions.FindAsync(key + "x", default)).ShouldBeNull();
        await using var db = database.Open(OwnerScope.Everyone);
        Convert.ToBase64String((await db.UserSessions.SingleAsync()).KeyHash).ShouldNotContain(key);
    }

    [Theory, EachStore]
    public async Task A_session_ends_when_it_has_not_been_used_for_long_and_goes_on_while_it_is(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var user = await AddAsync(database);
        var sessions = new UserSessions(database, _clock);
        var usual = await sessions.BeginAsync(SessionOf(user), default);
        var kept = await sessions.BeginAsync(SessionOf(user) with { IsKept = true }, default);

        _clock.Advance(TimeSpan.FromHours(11));
        (await sessions.FindAsync(usual, default)).ShouldNotBeNull();
        _clock.Advance(TimeSpan.FromHours(11));
        (await sessions.FindAsync(usual, default))!.LastSeenAt.ShouldBe(_clock.GetUtcNow());
        _clock.Advance(TimeSpan.FromHours(13));

        (await sessions.FindAsync(usual, default)).ShouldBeNull();
        (await sessions.FindAsync(kept, default)).ShouldNotBeNull();
        _clock.Advance(TimeSpan.FromDays(31));
        (await sessions.FindAsync(kept, default)).ShouldBeNull();
        await sessions.BeginAsync(SessionOf(user), default);
        await using var db = database.Open(OwnerScope.Everyone);
        (await db.UserSessions.CountAsync()).ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task Another_password_ends_all_sessions_but_the_one_that_is_kept(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var user = await AddAsync(database);
        var sessions = new UserSessions(database, _clock);
        var here = await sessions.BeginAsync(SessionOf(user), default);
        var there = await sessions.BeginAsync(SessionOf(user), default);
        var id = (await sessions.FindAsync(here, default))!.SessionId;

        await new UserAccounts(database, _clock).ResetPasswordAsync(user.Email!, null, Actor.CommandLine, default);
        (await sessions.FindAsync(there, default)).ShouldBeNull();
        await using var db = database.Open(OwnerScope.Everyone);
        await sessions.KeepAsync(id, (await db.Users.SingleAsync()).SecurityStamp!, default);

        (await sessions.FindAsync(here, default)).ShouldNotBeNull();
        (await sessions.ListAsync(user.Id, default)).ShouldHaveSingleItem().Id.ShouldBe(id);
    }

    [Theory, EachStore]
    public async Task A_person_ends_own_sessions_only(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var asha = await AddAsync(database);
        var ravi = await AddAsync(database, "ravi@example.org", UserRole.Member);
        var sessions = new UserSessions(database, _clock);
        var key = await sessions.BeginAsync(SessionOf(asha), default);
        var id = (await sessions.FindAsync(key, default))!.SessionId;

        await Should.ThrowAsync<NotFoundException>(() => sessions.EndAsync(id, Actor.Person(ravi.Id, "web"), default));
        await sessions.EndOthersAsync(null, Actor.Person(ravi.Id, "web"), default);
        (await sessions.FindAsync(key, default)).ShouldNotBeNull();

        await sessions.EndAsync(id, Actor.Person(asha.Id, "web"), default);
        (await sessions.FindAsync(key, default)).ShouldBeNull();
    }

    [Theory]
    [InlineData("Mars/Olympus", null, null, "timeZone")]
    [InlineData("Europe/Berlin", "RUPEES", null, "currency")]
    [InlineData("Europe/Berlin", null, "xx", "language")]
    public async Task A_preference_that_cannot_be_is_refused_by_name(string zone, string? currency, string? language, string field)
    {
        await using var database = await TestDatabases.CreateAsync(Store.Sqlite);
        var user = await AddAsync(database);

        var refused = await Should.ThrowAsync<InputException>(() => new PreferenceSetup(database).ChangeAsync(
            user.Id, p => (p.TimeZone, p.Currency, p.Language) = (zone, currency, language), default));

        refused.Field.ShouldBe(field);
        await using var db = database.Open(OwnerScope.Everyone);
        (await db.UserPreferences.CountAsync()).ShouldBe(0);
    }

    private static NewSession SessionOf(User user) => new(user.Id, "pwd", "Firefox on Linux", "127.0.0.1", IsKept: false);

    private async Task<User> AddAsync(Database database, string email = "asha@example.org", UserRole role = UserRole.Admin) =>
        (await new UserAccounts(database, _clock).AddAsync(email, null, role, Actor.CommandLine, default)).User;
}
