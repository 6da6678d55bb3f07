using System.CommandLine;
using Foliosync.Core.Users;
using Spectre.Console;

namespace Foliosync.Cli;

/// <summary><c>foliosync token …</c>: bearer tokens of the API.</summary>
internal static class TokenVerbs
{
    private static readonly Option<string> User = new("--user") { Description = "Whose data it opens", HelpName = "EMAIL", Required = true };
    private static readonly Option<string?> OfUser = new("--user") { Description = "Only this person's", HelpName = "EMAIL" };
    private static readonly Option<string> Name = new("--name") { Description = "What it is for", HelpName = "NAME", Required = true };
    private static readonly Argument<Guid> Id = Input.Id("The token's id", "token list");
    private static readonly Option<string> Scope = new Option<string>("--scope")
    {
        Description = "How far it reaches",
        HelpName = "read|write|admin",
        DefaultValueFactory = _ => "read",
    }.AcceptOnlyFromAmong("read", "write", "admin");

    public static Command Create() => Verb.Group(
        "token",
        "Bearer tokens of the API",
        Verb.Create("create", "Make a token; it is the only line on stdout and is shown only now", CreateAsync, User, Name, Scope),
        Verb.Create("list", "List tokens, without what opens anything", ListAsync, OfUser),
        Verb.Create("revoke", "End a token", RevokeAsync, Id));

    private static async Task CreateAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var user = await context.Service<UserAccounts>().GetAsync(context.Get(User)!, cancellationToken);
        var scope = Enum.Parse<TokenScope>(context.Get(Scope)!, ignoreCase: true);
        var created = await context.Service<ApiTokens>()
            .CreateAsync(user.Id, context.Get(Name)!, scope, Actor.CommandLine, cancellationToken);
        context.Output.Result(
            new { created.Token.Id, User = user.Email, created.Token.Name, created.Token.Scope, Token = created.Text },
            console => console.Line(created.Text));
    }

    private static async Task ListAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var users = (await context.Service<UserAccounts>().ListAsync(cancellationToken)).ToDictionary(u => u.Id);
        var only = context.Get(OfUser) is { } email ? await context.Service<UserAccounts>().GetAsync(email, cancellationToken) : null;
        var tokens = (await context.Service<ApiTokens>().ListAsync(Actor.CommandLine.Scope, cancellationToken))
            .Where(t => only is null || t.UserId == only.Id)
            .Select(t => new { t.Id, User = users[t.UserId].Email, t.Name, t.Scope, t.CreatedAt, t.LastUsedAt, t.RevokedAt })
            .ToList();
        context.Output.Result(tokens, console =>
        {
            var table = Tables.Create("Id", "User", "Name", "Scope", "Made", "Last used", "State");
            foreach (var token in tokens)
            {
                table.Row(
                    token.Id.ToString(),
                    token.User,
                    token.Name,
                    Tables.Word(token.Scope),
                    Tables.Instant(token.CreatedAt),
                    Tables.Instant(token.LastUsedAt),
                    token.RevokedAt is null ? "active" : "revoked");
            }

            console.WriteTable(table, "There are no tokens.");
        });
    }

    private static async Task RevokeAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var id = context.Get(Id);
        await context.Service<ApiTokens>().RevokeAsync(id, Actor.CommandLine, cancellationToken);
        context.Output.Result(new { Id = id, Revoked = true }, console => console.Line("The token does not work any more."));
    }
}
