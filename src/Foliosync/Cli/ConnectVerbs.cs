using System.CommandLine;
using Foliosync.Core.Connections;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Spectre.Console;

namespace Foliosync.Cli;

/// <summary><c>foliosync connect …</c>: the logins at brokers. Adding and logging in are in files of their own.</summary>
internal static class ConnectVerbs
{
    private static readonly Argument<Guid> Id = Input.Id("The connection's id", "connect list");
    private static readonly Argument<string> File = new("FILE") { Description = "One JSON object a line; - for stdin" };
    private static readonly Option<string?> OfUser = new("--user") { Description = "Only this person's", HelpName = "EMAIL" };
    private static readonly Option<string?> OfBroker = new("--broker") { Description = "Only this broker's", HelpName = "ID" };
    private static readonly Option<bool> Yes = new("--yes", "-y") { Description = "Do not ask" };

    public static Command Create() => Verb.Group(
        "connect",
        "Connections to brokers",
        Verb.Create("list", "List the connections and how they are", ListAsync, OfUser, OfBroker),
        ConnectAddVerb.Create(),
        Verb.Create("import", "Add many connections from lines of JSON: all of them or none", ImportAsync, File),
        Verb.Create("test", "Ask the broker whether a connection works", TestAsync, Id),
        ConnectLoginVerb.Create(Id),
        Verb.Create("pause", "Stop scheduled syncs of a connection", PauseAsync, Id),
        Verb.Create("resume", "Sync a paused connection again", ResumeAsync, Id),
        Verb.Create("close", "Delete the credentials of a connection and keep what was read through it", CloseAsync, Id),
        Verb.Create("remove", "Remove a connection with everything that was read through it", RemoveAsync, Id, Yes));

    private static async Task ListAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var user = context.Get(OfUser) is { } email
            ? await context.Service<UserAccounts>().GetAsync(email, cancellationToken)
            : null;
        var broker = context.Get(OfBroker)?.ToLowerInvariant();
        await using var db = context.OpenDatabase();
        var connections = (await db.Connections.AsNoTracking()
            .Where(c => (user == null || c.OwnerId == user.Id) && (broker == null || c.BrokerId == broker))
            .OrderBy(c => c.Id)
            .Select(c => new
            {
                c.Id,
                User = db.Users.Single(u => u.Id == c.OwnerId).Email,
                Portfolio = db.Portfolios.Single(p => p.Id == c.PortfolioId).Name,
                c.BrokerId,
                c.Label,
                c.Reads,
                c.SessionExpiresAt,
                c.Sync!.State,
                c.Sync.LastSuccessAt,
                c.Sync.NextSyncAt,
                c.Sync.ConsecutiveFailures,
            })
            .ToListAsync(cancellationToken))
            .Select(c => new
            {
                c.Id,
                c.User,
                c.Portfolio,
                Broker = c.BrokerId,
                c.Label,
                Reads = ReadKindNames.ToNames(c.Reads),
                c.State,
                Session = new { ExpiresAt = c.SessionExpiresAt },
                c.LastSuccessAt,
                c.NextSyncAt,
                c.ConsecutiveFailures,
            })
            .ToList();
        context.Output.Result(connections, console =>
        {
            var table = Tables.Create("Id", "User", "Portfolio", "Broker", "Label", "State", "Last success");
            foreach (var c in connections)
            {
                table.Row(c.Id.ToString(), c.User, c.Portfolio, c.Broker, c.Label, Tables.Word(c.State), Tables.Instant(c.LastSuccessAt));
            }

            console.WriteTable(table, "There are no connections yet. Add one with 'foliosync connect add'.");
        });
    }

    private static async Task ImportAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var file = context.Get(File)!;
        if (file != "-" && !System.IO.File.Exists(file))
        {
            throw new UsageException($"There is no file {file}.");
        }

        using var lines = file == "-" ? Console.In : new StreamReader(file);
        var result = await context.Service<ConnectionImport>().ImportAsync(lines, progress: null, Actor.CommandLine, cancellationToken);
        context.Output.Result(result, console =>
        {
            console.Line($"Connections imported: {Tables.Number(result.Connections)}");
            foreach (var (state, count) in result.States)
            {
                console.Line($"  {Tables.Word(state)}: {Tables.Number(count)}");
            }
        });
    }

    private static async Task TestAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var answer = await context.Service<ConnectionSetup>().TestAsync(context.Get(Id), Actor.CommandLine, cancellationToken);
        context.Output.Result(answer, console =>
        {
            console.Line($"It works: {answer.Identity.DisplayName} ({answer.Identity.UserId}).");
            foreach (var account in answer.Accounts)
            {
                console.Line($"  {account.ExternalId}  {account.Name}  {account.Currency}");
            }
        });
    }

    private static async Task PauseAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        await context.Service<ConnectionSetup>().PauseAsync(context.Get(Id), Actor.CommandLine, cancellationToken);
        await ShowStateAsync(context, "The connection is paused; 'foliosync sync --connection' still works.", cancellationToken);
    }

    private static async Task ResumeAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        await context.Service<ConnectionSetup>().ResumeAsync(context.Get(Id), Actor.CommandLine, cancellationToken);
        await ShowStateAsync(context, "The connection is not paused.", cancellationToken);
    }

    private static async Task CloseAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        await context.Service<ConnectionSetup>().CloseAsync(context.Get(Id), Actor.CommandLine, cancellationToken);
        await ShowStateAsync(context, "The connection is closed; what was read through it stays.", cancellationToken);
    }

    private static async Task RemoveAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var id = context.Get(Id);
        if (context.Output.CanAsk && !context.Get(Yes)
            && !await new ConfirmationPrompt("Remove the connection with its holdings, history and transactions?") { DefaultValue = false }
                .ShowAsync(context.Output.Messages, cancellationToken))
        {
            throw new UsageException("Nothing was removed.", ExitCode.Failed);
        }

        await context.Service<ConnectionSetup>().RemoveAsync(id, Actor.CommandLine, cancellationToken);
        context.Output.Result(new { Id = id, Removed = true }, console => console.Line("The connection is removed."));
    }

    private static async Task ShowStateAsync(VerbContext context, string message, CancellationToken cancellationToken)
    {
        var id = context.Get(Id);
        await using var db = context.OpenDatabase();
        var state = await db.SyncStates.Where(s => s.ConnectionId == id).Select(s => s.State).SingleAsync(cancellationToken);
        context.Output.Result(new { Id = id, State = state }, console => console.Line(message));
    }
}
