using System.CommandLine;
using System.Globalization;
using Foliosync.Api;
using Foliosync.Core.Ledgers;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Foliosync.Core.Transactions;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Spectre.Console;

namespace Foliosync.Cli;

/// <summary><c>foliosync accounts …</c>: the ledgers at brokers, and whether they agree with their transactions.</summary>
internal static class AccountVerbs
{
    private static readonly Argument<Guid> Account = Input.Id("The account", "accounts list", "ACCOUNT");

    private static readonly Option<string?> Method = new Option<string?>("--method")
    {
        Description = "How lots are kept",
        HelpName = string.Join('|', Named<CostMethod>.Names),
    }.AcceptOnlyFromAmong([.. Named<CostMethod>.Names]);

    private static readonly Option<int?> RemindAfter = new("--remind-after")
    {
        Description = "Days without a statement file until its owner is reminded, 0 for never",
        HelpName = "DAYS",
    };

    public static Command Create() => Verb.Group(
        "accounts",
        "The accounts at brokers",
        Verb.Create("list", "List accounts", ListAsync),
        Verb.Create("check", "Compare an account's transactions with what the broker says", CheckAsync, Account),
        Verb.Create("lots", "Show lots, gains and holding periods of an account", LotsAsync, Account, Method),
        Verb.Create("set", "Change how an account is kept", SetAsync, Account, Method, RemindAfter));

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

    private static async Task LotsAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var account = context.Get(Account);
        var report = await context.Service<AccountLots>().ReadAsync(
            account, instrumentId: null, MethodOf(context), OwnerScope.Everyone, cancellationToken);
        var view = AccountLotsView.Of(account, report, DateOnly.FromDateTime(context.Service<TimeProvider>().GetUtcNow().UtcDateTime));
        context.Output.Result(view, console =>
        {
            var table = Tables.Create("Symbol", "Since", "#Days", "#Units", "#Cost", "#Value", "#Unrealised", "#Realised", "#Income", "Currency");
            foreach (var item in view.Items)
            {
                var only = item.Lots.Count == 1 ? item.Lots[0] : null;
                table.Row(
                    item.Symbol,
                    only is null ? string.Empty : Since(only),
                    only?.HoldingDays?.ToString(CultureInfo.InvariantCulture),
                    Number(item.Quantity),
                    Money(item.CostBasis),
                    Money(item.MarketValue),
                    Money(item.UnrealisedGain),
                    Money(item.RealisedGain),
                    Money(item.Income - item.TaxesOnIncome),
                    item.Currency);
                foreach (var lot in item.Lots.Count > 1 ? item.Lots : [])
                {
                    table.Row(
                        string.Empty,
                        Since(lot),
                        lot.HoldingDays?.ToString(CultureInfo.InvariantCulture),
                        Number(lot.Quantity),
                        Money(lot.Cost));
                }
            }

            console.WriteTable(table, "Nothing was ever held here, as far as is known: sync the account, or import a file.");
        });
    }

    private static async Task SetAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var change = new AccountChange(context.Get(RemindAfter), MethodOf(context));
        if (change == new AccountChange())
        {
            throw new UsageException("Say what to change: --method or --remind-after.");
        }

        await AccountSettings.ChangeAsync(
            context.Service<Database>(),
            context.Get(Account),
            change,
            Actor.CommandLine,
            context.Service<TimeProvider>().GetUtcNow(),
            cancellationToken);
        context.Output.Result(new { AccountId = context.Get(Account), change.CostMethod, change.RemindAfterDays }, console => console.Line("Changed."));
    }

    private static CostMethod? MethodOf(VerbContext context) =>
        Named<CostMethod>.TryParse(context.Get(Method), CultureInfo.InvariantCulture, out var method) ? method.Value : null;

    private static string Since(LotView lot) => lot.AcquiredOn?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "unknown";

    private static string Money(decimal? value) => value?.ToString("#,##0.00", CultureInfo.InvariantCulture) ?? "unknown";

    private static string Number(decimal value) => value.ToString("#,##0.#########", CultureInfo.InvariantCulture);
}
