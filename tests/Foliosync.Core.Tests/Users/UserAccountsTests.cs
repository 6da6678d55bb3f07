using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Users;

public sealed class UserAccountsTests
{
    private const string Password = "correct horse battery";

    private readonly FakeClock _clock = FakeClock.OnAWorkday();

    [Theory, EachStore]
    public async Task A_user_signs_in_with_the_password_and_the_e_mail_in_any_case(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var users = new UserAccounts(database, _clock);

        var added = await users.AddAsync(" Asha@Example.org ", Password, UserRole.Member, Actor.CommandLine, default);

        added.GeneratedPassword.ShouldBeNull();
        (await users.VerifyPasswordAsync("asha@EXAMPLE.org", Password, default))!.Id.ShouldBe(added.User.Id);
        (await users.VerifyPasswordAsync("asha@example.org", Password + "!", default)).ShouldBeNull();
        (await users.VerifyPasswordAsync("nobody@example.org", Password, default)).ShouldBeNull();
    }

    [Theory, EachStore]
    public async Task An_e_mail_is_taken_whatever_its_case(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var users = new UserAccounts(database, _clock);
        await users.AddAsync("asha@example.org", Password, UserRole.Member, Actor.CommandLine, default);

        var refused = await Should.ThrowAsync<InputException>(
            () => users.AddAsync("ASHA@example.org", Password, UserRole.Member, Actor.CommandLine, default));

        refused.Field.ShouldBe("email");
        (await users.ListAsync(default)).Count.ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task Of_two_who_take_the_same_e_mail_at_once_one_is_told(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var users = new UserAccounts(database, _clock);

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            try
            {
                await Task.Yield();
                await users.AddAsync("asha@example.org", Password, UserRole.Member, Actor.CommandLine, default);
                return "added";
            }
            catch (InputException)
            {
                return "refused";
            }
        }));

        results.Count(r => r == "added").ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("asha")]
    [InlineData("asha@")]
    [InlineData("Asha <asha@example.org>")]
    [InlineData("asha@example.org, b@example.org")]
    public async Task What_is_no_e_mail_address_is_refused(string email)
    {
        await using var database = await TestDatabases.CreateAsync(Store.Sqlite);

        var refused = await Should.ThrowAsync<InputException>(
            () => new UserAccounts(database, _clock).AddAsync(email, Password, UserRole.Member, Actor.CommandLine, default));

        refused.Field.ShouldBe("email");
    }

    [Fact]
    public async Task A_short_password_is_refused_with_its_rule()
    {
        await using var database = await TestDatabases.CreateAsync(Store.Sqlite);

        var refused = await Should.ThrowAsync<InputException>(() => new UserAccounts(database, _clock)
            .AddAsync("asha@example.org", "elevenchars", UserRole.Member, Actor.CommandLine, default));

        refused.Field.ShouldBe("password");
        refused.Message.ShouldContain("12");
    }

    [Theory, EachStore]
    public async Task A_reset_makes_a_password_that_works_and_ends_the_old_one(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var users = new UserAccounts(database, _clock);
        var before = (await users.AddAsync("asha@example.org", Password, UserRole.Admin, Actor.CommandLine, default)).User;

        var after = await users.ResetPasswordAsync("asha@example.org", null, Actor.CommandLine, default);

        after.User.SecurityStamp.ShouldNotBe(before.SecurityStamp);
        (await users.VerifyPasswordAsync("asha@example.org", Password, default)).ShouldBeNull();
        (await users.VerifyPasswordAsync("asha@example.org", after.GeneratedPassword!, default)).ShouldNotBeNull();
    }

    [Theory, EachStore]
    public async Task A_disabled_user_cannot_sign_in(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var users = new UserAccounts(database, _clock);
        await users.AddAsync("asha@example.org", Password, UserRole.Member, Actor.CommandLine, default);

        await users.DisableAsync("asha@example.org", Actor.CommandLine, default);

        (await users.VerifyPasswordAsync("asha@example.org", Password, default)).ShouldBeNull();
        await Should.ThrowAsync<InputException>(() => users.DisableAsync("nobody@example.org", Actor.CommandLine, default));
    }

    [Fact]
    public async Task The_audit_log_tells_who_added_whom()
    {
        await using var database = await TestDatabases.CreateAsync(Store.Sqlite);
        var admin = Guid.NewGuid();

        var added = await new UserAccounts(database, _clock)
            .AddAsync("asha@example.org", Password, UserRole.Member, Actor.Person(admin, "api"), default);

        await using var db = database.Open();
        var line = await db.AuditEvents.SingleAsync();
        (line.UserId, line.Action, line.Subject, line.Source).ShouldBe((admin, "user.added", added.User.Id.ToString(), "api"));
    }
}
