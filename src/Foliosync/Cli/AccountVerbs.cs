using System.CommandLine;
using System.Globalization;
using Foliosync.Api;
using Foliosync.Core.Ledgers;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Spectre.Console;

namespace Foliosync.Cli;

/// <summary><c>foliosync accounts …</c>: the ledgers at brokers, and whether they agree with their transactions.</summary>
internal static class AccountVerbs
{
    private static readonly Argument<Guid> Account = Input.Id("The account", "accounts list", "ACCOUNT");

    public static Command Create() => Verb.Group(
        "accounts",
        "The accounts at brokers",
        Verb.Create("list", "List accounts", ListAsync),
        Verb.Create("check", "Compare an account's transactions with what the broker says", CheckAsync, Account));

    private static async Task ListAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        await using var db = context.OpenDatabase();
        var accounts = await db.Accounts.AsNoTracking().OrderBy(a => a.Id)
            .Select(a => new { a.Id, a.ConnectionId, Connection = a.Connection!.Label, Broker = a.Connection.BrokerId, a.Name, a.Currency, a.ReportedAt })
            .ToListAsync(cancellationToken);
        context.Output.Result(accounts, console =>
        {
            var table = Tables.Create("Id", "Broker", "Connection", "Account", "Currency", "As of");
            foreach (var a in accounts)
            {
                table.Row(a.Id.ToString(), a.Broker, a.Connection, a.Name, a.Currency, Tables.Instant(a.ReportedAt));
            }

            console.WriteTable(table, "There are no accounts. 'foliosync connect add' makes one.");
        });
    }

    private static async Task<int> CheckAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var verdict = await context.Service<Reconciliation>().CheckAsync(context.Get(Account), OwnerScope.Everyone, cancellationToken);
        context.Output.Result(ReconciliationView.Of(context.Get(Account), verdict), console =>
        {
            console.Line(verdict is null ? "Nothing has been reported of this account yet: sync it, or import a file." : $"{verdict.Badge}, as of {Tables.Instant(verdict.AsOf)}");
            if (verdict is { Lines.Count: > 0 })
            {
                var table = Tables.Create("What", "#Transactions", "#Broker", "#Difference", "Since", "Why");
                foreach (var line in verdict.Lines)
                {
                    table.Row(
                        line.Name,
                        Number(line.Ledger),
                        Number(line.Broker),
                        Number(line.Difference),
                        line.Since?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                        line.Explanation);
                }

                console.Write(table);
            }
        });
        return verdict is { IsInBalance: false } ? ExitCode.Failed : ExitCode.Fine;
    }

    private static string Number(decimal value) => value.ToString("#,##0.#########", CultureInfo.InvariantCulture);
}
