using System.CommandLine;
using System.Globalization;
using Foliosync.Api;
using Foliosync.Core.Alerts;
using Foliosync.Core.Jobs;
using Foliosync.Core.Statements;
using Foliosync.Core.Users;
using Spectre.Console;

namespace Foliosync.Cli;

/// <summary><c>foliosync import</c>: takes statement files, and takes them back.</summary>
internal static class ImportVerbs
{
    private static readonly Argument<string> File = new("FILE") { Description = "The file as it was downloaded" };
    private static readonly Option<Guid?> Account = Input.IdOption("--account", "The account it is of", "accounts list");
    private static readonly Option<string?> Format = new("--format") { Description = "Its format, if it is not to be recognised", HelpName = "ID" };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Show what would come of it and change nothing" };
    private static readonly Option<bool> Confirm = new("--confirm") { Description = "Import although most of what is held is not in the file" };
    private static readonly Argument<Guid> Run = Input.Id("The run that imported the file", "runs list", "RUN");

    public static Command Create()
    {
        Account.Required = true;
        var import = Verb.Create(
            "import", "Import a statement file; exit code 0 imported, 1 refused, 2 not readable or wrong usage", ImportAsync, File, Account, Format, DryRun, Confirm);
        import.Subcommands.Add(Verb.Create("undo", "Undo an import: remove what the file brought, put back what it replaced", UndoAsync, Run));
        return import;
    }

    private static async Task ImportAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var path = context.Get(File)!;
        if (!System.IO.File.Exists(path))
        {
            throw new UsageException($"There is no file {path}.");
        }

        var isDry = context.Get(DryRun);
        await using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var result = await context.Output.WithProgressAsync(
            isDry ? "Reading" : "Importing",
            report => context.Service<StatementImports>().ImportAsync(
                new StatementFile(context.Get(Account)!.Value, content)
                {
                    Format = context.Get(Format),
                    DryRun = isDry,
                    Confirmed = context.Get(Confirm),
                },
                new Relay<StatementProgress>(p => report(p.Done, p.Total)),
                Actor.CommandLine,
                cancellationToken));
        await context.Service<Workers>().LeaveAsync(CancellationToken.None);
        context.Output.Result(StatementView.Of(result), console => Show(console, result));
        if (!isDry)
        {
            await context.UpdateValuesAsync(cancellationToken);
        }

        // Where no server runs, nobody else would tell.
        await context.Service<AlertDeliveries>().RunAsync(cancellationToken);
    }

    private static async Task UndoAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var undone = await context.Service<StatementUndo>().UndoAsync(context.Get(Run), Actor.CommandLine, cancellationToken);
        context.Output.Result(undone, console => console.Line(
            $"Undone: {Tables.Number(undone.Removed)} transactions removed, {Tables.Number(undone.Restored)} holdings and balances as they were before."));
        await context.UpdateValuesAsync(cancellationToken);
    }

    private static void Show(IAnsiConsole console, StatementResult result)
    {
        var counts = result.Counts;
        var days = result.FirstDay is null ? "" : string.Create(CultureInfo.InvariantCulture, $", {result.FirstDay:yyyy-MM-dd} to {result.LastDay:yyyy-MM-dd}");
        var asOf = result.AsOf is null ? "" : $", as of {Tables.Instant(result.AsOf)}";
        console.Line($"{result.Format.Name}{days}{asOf}");
        var table = Tables.Create("#Rows", "#New", "#Changed", "#Closed", "#Known", "#Conflicting", "#Left out");
        table.Row(
            Tables.Number(counts.Received),
            Tables.Number(counts.Inserted),
            Tables.Number(counts.Updated),
            Tables.Number(counts.Closed),
            Tables.Number(counts.Unchanged),
            Tables.Number(result.ConflictingTransactions),
            Tables.Number(counts.Skipped));
        console.Write(table);
        foreach (var warning in result.Warnings)
        {
            console.Line($"{warning.Code}: {warning.Message}");
        }

        console.Line(result.RunId is { } run
            ? $"Imported by run {run}. Take it back with: foliosync import undo {run}"
            : "Nothing was changed. Without --dry-run it is imported.");
    }
}
