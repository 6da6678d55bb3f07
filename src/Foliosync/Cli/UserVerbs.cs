using System.CommandLine;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Users;
using Spectre.Console;

namespace Foliosync.Cli;

/// <summary><c>foliosync user …</c>: the people who sign in.</summary>
internal static class UserVerbs
{
    private static readonly Argument<string> Email = new("EMAIL") { Description = "The e-mail address, which is the name for signing in" };
    private static readonly Option<bool> Admin = new("--admin") { Description = "May manage users and the instance" };
    private static readonly Option<bool> ReadOnly = new("--read-only") { Description = "May look at own data and change nothing" };
    private static readonly Option<bool> PasswordStdin = new("--password-stdin")
    {
        Description = "Read the password from stdin; without it you are asked, or one is made",
    };

    public static Command Create() => Verb.Group(
        "user",
        "The people who sign in",
        Verb.Create("add", "Add a person", AddAsync, Email, Admin, ReadOnly, PasswordStdin),
        Verb.Create("list", "List everyone", ListAsync),
        Verb.Create("disable", "End all access of a person; data and syncs stay", DisableAsync, Email),
        Verb.Create("reset-password", "Give a person a new password", ResetPasswordAsync, Email, PasswordStdin));

    private static async Task AddAsync(VerbContext context, CancellationToken cancellationToken)
    {
        if (context.Get(Admin) && context.Get(ReadOnly))
        {
            throw new UsageException("A person is an admin or may only read. Give one of --admin and --read-only.");
        }

        await context.PrepareAsync(cancellationToken);
        var role = context.Get(Admin) ? UserRole.Admin : context.Get(ReadOnly) ? UserRole.ReadOnly : UserRole.Member;
        var password = await PasswordAsync(context, cancellationToken);
        var added = await context.Service<UserAccounts>()
            .AddAsync(context.Get(Email)!, password, role, Actor.CommandLine, cancellationToken);
        Show(context, added, "is added");
    }

    private static async Task ListAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var users = await context.Service<UserAccounts>().ListAsync(cancellationToken);
        context.Output.Result(
            users.Select(u => new { u.Id, u.Email, u.Role, u.Disabled, u.CreatedAt }),
            console =>
            {
                var table = Tables.Create("E-mail", "Role", "State", "Since");
                foreach (var user in users)
                {
                    table.Row(user.Email, Tables.Word(user.Role), user.Disabled ? "disabled" : "active", Tables.Instant(user.CreatedAt));
                }

                console.WriteTable(table, "There is nobody yet. Add somebody with 'foliosync user add EMAIL --admin'.");
            });
    }

    private static async Task DisableAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var email = context.Get(Email)!;
        await context.Service<UserAccounts>().DisableAsync(email, Actor.CommandLine, cancellationToken);
        context.Output.Result(
            new { Email = email, Disabled = true },
            console => console.Line($"{email} cannot sign in any more, and no token of theirs works."));
    }

    private static async Task ResetPasswordAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var password = await PasswordAsync(context, cancellationToken);
        var changed = await context.Service<UserAccounts>()
            .ResetPasswordAsync(context.Get(Email)!, password, Actor.CommandLine, cancellationToken);
        Show(context, changed, "has a new password and is signed out everywhere");
    }

    private static void Show(VerbContext context, UserWithPassword result, string what)
    {
        var user = result.User;
        context.Output.Result(
            new { user.Id, user.Email, user.Role, Password = result.GeneratedPassword },
            console =>
            {
                console.Line($"{user.Email} {what}.");
                if (result.GeneratedPassword is { } password)
                {
                    console.Line($"Password, shown only now: {password}");
                }
            });
    }

    // Null to have one made.
    private static async Task<string?> PasswordAsync(VerbContext context, CancellationToken cancellationToken)
    {
        if (context.Get(PasswordStdin))
        {
            return await Input.ReadLineAsync("password", cancellationToken);
        }

        if (!context.Output.CanAsk)
        {
            return null;
        }

        var password = await context.Output.AskAsync(
            new CredentialField("password", "Password, empty to have one made", CredentialKind.Secret) { Required = false }, cancellationToken);
        if (password.Length == 0)
        {
            return null;
        }

        var again = await context.Output.AskAsync(new CredentialField("again", "The same again", CredentialKind.Secret), cancellationToken);
        return password == again ? password : throw new UsageException("The two passwords differ. Nothing was changed; try again.");
    }
}
