using System.CommandLine;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Users;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Spectre.Console;

namespace Foliosync.Cli;

/// <summary>
/// <c>foliosync connect login</c>. Most brokers send the browser back to the server, which then has the session. Where no server can
/// be reached, the address the browser was sent to can be pasted here.
/// </summary>
internal static class ConnectLoginVerb
{
    private static readonly Option<bool> AnswerStdin = new("--answer-stdin")
    {
        Description = "Complete a login begun before: read from stdin the address the broker sent the browser to",
    };

    public static Command Create(Argument<Guid> id) => Verb.Create(
        "login",
        "Log in at the broker: shows the page to open and takes the answer",
        (context, cancellationToken) => RunAsync(context, context.Get(id), cancellationToken),
        id,
        AnswerStdin);

    private static async Task RunAsync(VerbContext context, Guid id, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        if (context.Get(AnswerStdin))
        {
            await CompleteAsync(context, id, await Input.ReadLineAsync("address", cancellationToken), cancellationToken);
            return;
        }

        var login = context.Service<ConnectionLogin>();
        var step = await login.BeginAsync(id, Actor.CommandLine, cancellationToken);
        while (step is LoginStep.Ask ask)
        {
            step = await login.ContinueAsync(id, await AnswersAsync(context, ask, cancellationToken), Actor.CommandLine, cancellationToken);
        }

        if (step is LoginStep.Redirect redirect)
        {
            await FollowAsync(context, id, redirect.Url, cancellationToken);
        }
        else
        {
            ShowDone(context, id);
        }
    }

    private static async Task FollowAsync(VerbContext context, Guid id, Uri page, CancellationToken cancellationToken)
    {
        context.Output.Say("Open this page within 15 minutes and log in:");
        context.Output.Result(new { Id = id, RedirectUrl = page }, console => console.Line(page.AbsoluteUri));
        if (!context.Output.CanAsk)
        {
            context.Output.Say($"If no server takes the answer, pipe the address you are sent to into 'foliosync connect login {id} --answer-stdin'.");
            return;
        }

        var answer = await context.Output.AskAsync(
            new CredentialField("answer", "Address you were sent to", CredentialKind.Secret)
            {
                Required = false,
                Help = "When a Foliosync server took the answer, press Enter. Else paste the address; it is not shown.",
            },
            cancellationToken);
        if (answer.Length > 0)
        {
            await CompleteAsync(context, id, answer, cancellationToken);
        }
    }

    private static async Task CompleteAsync(VerbContext context, Guid id, string address, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(address.Trim(), UriKind.Absolute, out var uri) || uri.Query.Length < 2)
        {
            throw new UsageException("That is not the address the broker sent the browser to. Copy the whole of it, from http to its end.");
        }

        await using var db = context.OpenDatabase();
        var broker = await db.Connections.Where(c => c.Id == id).Select(c => c.BrokerId).SingleOrDefaultAsync(cancellationToken)
            ?? throw new Core.NotFoundException("connection");
        var answer = QueryHelpers.ParseQuery(uri.Query).ToDictionary(p => p.Key, p => p.Value.ToString());
        var outcome = await context.Service<ConnectionLogin>().CompleteAsync(broker, answer, "cli", cancellationToken);
        ShowDone(context, outcome.ConnectionId);
    }

    private static void ShowDone(VerbContext context, Guid id) => context.Output.Result(
        new { Id = id, State = ConnectionState.Active },
        console => console.Line($"You are logged in. A running server syncs the connection now; without one: foliosync sync --connection {id}"));

    private static async Task<Dictionary<string, string>> AnswersAsync(
        VerbContext context, LoginStep.Ask ask, CancellationToken cancellationToken)
    {
        if (!context.Output.CanAsk)
        {
            throw new UsageException("This broker asks questions to log in. Run the command in a terminal, without --json.");
        }

        var answers = new Dictionary<string, string>();
        foreach (var field in ask.Fields)
        {
            answers[field.Key] = await context.Output.AskAsync(field, cancellationToken);
        }

        return answers;
    }
}
