using System.Globalization;
using Foliosync.Core.Sync.Replays;
using Foliosync.Core.Sync.Reviews;
using Spectre.Console;

namespace Foliosync.Cli;

/// <summary>How the command line shows what a report changes.</summary>
internal static class RunTables
{
    /// <summary>Writes what would vanish and change, and the sums.</summary>
    public static void Write(IAnsiConsole console, ReviewDiff diff)
    {
        var lots = Tables.Create("What", "Symbol", "Name", "Lot", "#Units", "#Cost", "#Value");
        foreach (var lot in diff.Lots)
        {
            lots.Row(Tables.Word(lot.Kind), lot.Symbol, lot.Name, lot.Lot, Text(lot.Quantity), Text(lot.Cost), Text(lot.Value));
        }

        foreach (var cash in diff.Cash)
        {
            lots.Row("cash", cash.Currency, cash.Segment, string.Empty, string.Empty, string.Empty, Text(cash.Amount));
        }

        console.WriteTable(lots, "Nothing changes.");
        if (lots.Rows.Count > 0)
        {
            console.Line($"Holdings: {diff.CountBefore} -> {diff.CountAfter}");
            foreach (var total in diff.Totals)
            {
                console.Line($"Value in {total.Currency ?? "unknown currency"}: {Text(total.Value)}");
            }
        }
    }

    /// <summary>Writes what the broker sent otherwise, and what that makes of the holdings.</summary>
    public static void Write(IAnsiConsole console, ComparedRuns compared)
    {
        console.Line($"From {Tables.Instant(compared.First.TakenAt)} to {Tables.Instant(compared.Second.TakenAt)}:");
        var payload = Tables.Create("The broker's field", "#Before", "#After");
        foreach (var change in compared.Payload)
        {
            payload.Row($"{change.Route} {change.Field}", change.Before ?? "-", change.After ?? "-");
        }

        console.WriteTable(payload, "The broker sent the same.");
        foreach (var account in compared.Accounts)
        {
            console.Line($"What that makes of {account.Name}:");
            Write(console, account.Diff);
        }

        foreach (var note in compared.Notes)
        {
            console.Line(note);
        }
    }

    private static string Text(Change change) =>
        change.Before == change.After ? Text(change.Before) : $"{Text(change.Before)} -> {Text(change.After)}";

    private static string Text(decimal? number) => number?.ToString("#,0.########", CultureInfo.InvariantCulture) ?? "-";
}
