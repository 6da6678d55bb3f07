using System.CommandLine;
using Foliosync.Api.Admin;
using Foliosync.Core.Admin;
using Foliosync.Core.Users;

namespace Foliosync.Cli;

/// <summary><c>foliosync admin …</c>: every table, with the filters of the admin area's addresses.</summary>
internal static class AdminVerbs
{
    private static readonly Argument<string> Table = new("TABLE") { Description = "Name of the table; 'foliosync admin tables' shows them" };
    private static readonly Argument<string> Key = new("KEY") { Description = "Key of the row; 'foliosync admin list TABLE' shows them" };
    private static readonly Argument<string[]> Filters = new("FILTER")
    {
        Description = "column=value, or column.operator=value with not, contains, containsNot, greater, smaller, between (1..5), betweenNot, in (a,b), inNot, empty (yes|no)",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Argument<string[]> Values = new("COLUMN=VALUE") { Description = "What changes; an empty value clears it", Arity = ArgumentArity.OneOrMore };
    private static readonly Argument<string[]> Keys = new("KEY") { Description = "Keys of the rows; none with --matching", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Argument<string> Action = new("ACTION") { Description = "What to do, for example pause; 'foliosync admin tables' shows them" };
    private static readonly Argument<Guid> Change = Input.Id("The change or bulk change", "admin list audit", "CHANGE");
    private static readonly Argument<Guid> From = Input.Id("The instrument that goes", "admin list instruments", "FROM");
    private static readonly Argument<Guid> Into = Input.Id("The instrument that stays", "admin list instruments", "INTO");
    private static readonly Option<string?> Search = new("--search") { Description = "Look for a text", HelpName = "TEXT" };
    private static readonly Option<string?> Sort = new("--sort") { Description = "Columns to sort by, '-' for the largest first", HelpName = "COLUMNS" };
    private static readonly Option<string?> Columns = new("--columns") { Description = "Columns to show", HelpName = "COLUMNS" };
    private static readonly Option<int?> Limit = new("--limit") { Description = "How many rows at most: 1 to 1000, 50 if not given", HelpName = "ROWS" };
    private static readonly Option<string?> After = new("--after") { Description = "The cursor of the next part, as the part before told it", HelpName = "CURSOR" };
    private static readonly Option<bool> Confirm = new("--confirm") { Description = "Delete what goes with the row, too" };
    private static readonly Option<string[]> Matching = new("--matching") { Description = "Every row that fits these filters", HelpName = "FILTER", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string?> Given = new("--value") { Description = "With the action 'set': what all rows get", HelpName = "COLUMN=VALUE" };
    private static readonly Option<string> Format = new Option<string>("--format") { Description = "csv if not given", DefaultValueFactory = _ => "csv", HelpName = "csv|json" }.AcceptOnlyFromAmong("csv", "json");
    private static readonly Option<string?> Output = new("--output") { Description = "The file to write; stdout if not given", HelpName = "FILE" };

    public static Command Create() => Verb.Group(
        "admin",
        "Every table: list, show, change, delete, download, take back",
        Verb.Create("tables", "List the tables", TablesAsync),
        Verb.Create("list", "List rows", ListAsync, Table, Filters, Search, Sort, Columns, Limit, After),
        Verb.Create("show", "Show a row", ShowAsync, Table, Key),
        Verb.Create("create", "Make a row", CreateAsync, Table, Values),
        Verb.Create("set", "Change a row", SetAsync, Table, Key, Values),
        Verb.Create("delete", "Delete a row", DeleteAsync, Table, Key, Confirm),
        Verb.Create("do", "Do an action to rows, 'set' or 'delete', to all of them or to none", DoAsync, Table, Action, Keys, Matching, Given),
        Verb.Create("replace-secret", "Replace the secret of a row; it is read from stdin", ReplaceSecretAsync, Table, Key),
        Verb.Create("merge", "Make one instrument of two that are the same", MergeAsync, From, Into),
        Verb.Create("undo", "Take a change back, one or a bulk change", UndoAsync, Change),
        Verb.Create("export", "Write all rows that fit", ExportAsync, Table, Filters, Search, Sort, Columns, Format, Output));

    private static async Task TablesAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var tables = context.Service<AdminCatalog>().Tables;
        context.Output.Result(tables.Select(t => AdminTableView.Of(t, AdminRights.All)), console =>
        {
            var list = Tables.Create("Table", "Actions", "Columns");
            foreach (var table in tables)
            {
                list.Row(table.Name, string.Join(", ", table.Spec.Actions.Select(a => a.Name)), string.Join(", ", table.Columns.Select(c => c.Name)));
            }

            console.Write(list);
        });
    }

    private static async Task ListAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var query = await QueryAsync(context, context.Get(Filters)!, cancellationToken);
        var page = await context.Service<AdminReader>().ListAsync(query, cancellationToken);
        context.Output.Result(new { Items = page.Rows.Select(r => AdminRowView.Of(r, page.Columns)), page.Next }, console =>
        {
            var list = Tables.Create(["Key", .. page.Columns.Select(c => (c.Kind is AdminKind.Number or AdminKind.Whole ? "#" : string.Empty) + c.Label)]);
            list.Columns[0].NoWrap = true;
            foreach (var row in page.Rows)
            {
                list.Row([row.Key, .. page.Columns.Zip(row.Values, (c, v) => Shown(page, c, v))]);
            }

            console.WriteTable(list, "No row fits.");
        });
        if (page.Next is { } next && !context.Output.Json)
        {
            context.Output.Say($"There are more: --after {next}");
        }
    }

    private static async Task ShowAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var table = await TableAsync(context, cancellationToken);
        await ShowAsync(context, await context.Service<AdminReader>().GetAsync(table, context.Get(Key)!, cancellationToken), cancellationToken);
    }

    private static Task ShowAsync(VerbContext context, AdminRecord record, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        context.Output.Result(AdminRowView.Of(record), console =>
        {
            var list = Tables.Create("Column", "Value");
            foreach (var column in record.Table.Columns)
            {
                list.Row(column.Name, record.Text(column));
            }

            console.Write(list);
        });
        return Task.CompletedTask;
    }

    private static async Task CreateAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var table = await TableAsync(context, cancellationToken);
        var values = ValuesOf(context);
        var made = table.Name == "users"
            ? throw new UsageException("Add people with 'foliosync user add': it takes or makes a password.")
            : await context.Service<AdminChanges>().CreateAsync(table, values, Actor.CommandLine, cancellationToken);
        await ShowAsync(context, await context.Service<AdminReader>().GetAsync(table, made.Key, cancellationToken), cancellationToken);
        if (!context.Output.Json)
        {
            context.Output.Say($"'foliosync admin undo {made.Change}' takes it back.");
        }
    }

    private static async Task SetAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var table = await TableAsync(context, cancellationToken);
        var key = context.Get(Key)!;
        var change = await context.Service<AdminChanges>().ChangeAsync(table, key, ValuesOf(context), version: null, Actor.CommandLine, cancellationToken);
        var record = await context.Service<AdminReader>().GetAsync(table, key, cancellationToken);
        context.Output.Result(
            new { Change = change, Row = AdminRowView.Of(record) },
            console => console.Line(change is null ? "It is so already." : $"Changed. 'foliosync admin undo {change}' takes it back."));
    }

    private static async Task DeleteAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var table = await TableAsync(context, cancellationToken);
        var key = context.Get(Key)!;
        var consequences = await context.Service<AdminForesight>().OfDeletingAsync(table, [key], cancellationToken);
        if (consequences.Goes.Count > 0 && !context.Get(Confirm))
        {
            throw new UsageException($"With it would go: {string.Join(", ", consequences.Goes.Select(g => $"{g.Rows.Rows} {g.Label}"))}. Add --confirm if that is meant.");
        }

        var done = await context.Service<AdminChanges>().DeleteAsync(table, [key], Actor.CommandLine, cancellationToken);
        context.Output.Result(
            new { Deleted = key, Change = done.Batch },
            console => console.Line(done.Batch is { } change ? $"Deleted. 'foliosync admin undo {change}' takes it back." : "Deleted."));
    }

    private static async Task DoAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var table = await TableAsync(context, cancellationToken);
        var selections = context.Service<AdminSelections>();
        var matching = context.Get(Matching) is { Length: > 0 } filters ? AdminQuery.Of(table, filters.Select(Pair)) : null;
        var keys = await selections.KeysAsync(table, context.Get(Keys), matching, expected: null, cancellationToken);
        var given = context.Get(Given) is { } text ? Pair(text) : default;
        var done = await selections.RunAsync(table, keys, context.Get(Action)!, given.Key, given.Value is "" ? null : given.Value, Actor.CommandLine, cancellationToken);
        context.Output.Result(done, console => console.Line(done.Batch is { } batch
            ? $"Done to {done.Rows} rows. 'foliosync admin undo {batch}' takes it back."
            : $"Done to {done.Rows} rows."));
    }

    private static async Task ReplaceSecretAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var table = await TableAsync(context, cancellationToken);
        var secret = await Input.ReadLineAsync("secret", cancellationToken);
        await context.Service<AdminActions>().ReplaceSecretAsync(table, context.Get(Key)!, secret, Actor.CommandLine, cancellationToken);
        context.Output.Result(new { Replaced = context.Get(Key) }, console => console.Line("Replaced."));
    }

    private static async Task MergeAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var merged = await context.Service<InstrumentMerge>().MergeAsync(context.Get(From), context.Get(Into), Actor.CommandLine, cancellationToken);
        context.Output.Result(merged, console => console.Line(
            $"Merged: {merged.Holdings} holdings, {merged.Transactions} transactions, {merged.Aliases} aliases and {merged.Prices} prices have moved."));
    }

    private static async Task UndoAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var undo = context.Service<AdminUndo>();
        var id = context.Get(Change);
        var rows = await undo.UndoAsync(await undo.FindAsync(id, cancellationToken), Actor.CommandLine, cancellationToken);
        context.Output.Result(new { Undone = id, Rows = rows }, console => console.Line("Taken back."));
    }

    private static async Task ExportAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var query = await QueryAsync(context, context.Get(Filters)!, cancellationToken);
        var download = context.Service<AdminDownload>();
        if (context.Get(Output) is not { } path)
        {
            await using var output = Console.OpenStandardOutput();
            await download.WriteAsync(query, context.Get(Format)!, output, cancellationToken);
            return;
        }

        await using (var file = new FileStream(path, FileMode.CreateNew))
        {
            await download.WriteAsync(query, context.Get(Format)!, file, cancellationToken);
        }

        context.Output.Result(new { File = path }, console => console.Line(path));
    }

    private static async Task<AdminTable> TableAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var name = context.Get(Table);
        return context.Service<AdminCatalog>().Find(name) ?? throw new UsageException($"There is no table '{name}'. 'foliosync admin tables' shows them.");
    }

    private static async Task<AdminQuery> QueryAsync(VerbContext context, string[] filters, CancellationToken cancellationToken)
    {
        var table = await TableAsync(context, cancellationToken);
        var given = new (string Name, string? Value)[]
        {
            ("q", context.Get(Search)),
            ("sort", context.Get(Sort)),
            ("columns", context.Get(Columns)),
            ("limit", context.Get(Limit)?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("after", context.Get(After)),
        };
        return AdminQuery.Of(table, [.. filters.Select(Pair), .. given.Where(g => g.Value is not null).Select(g => KeyValuePair.Create(g.Name, g.Value!))]);
    }

    private static Dictionary<string, string?> ValuesOf(VerbContext context) =>
        context.Get(Values)!.Select(Pair).ToDictionary(p => p.Key, p => p.Value.Length == 0 ? null : p.Value, StringComparer.Ordinal);

    private static KeyValuePair<string, string> Pair(string text) => text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
        ? KeyValuePair.Create(text[..at], text[(at + 1)..])
        : throw new UsageException($"'{text}' is not of the form column=value.");

    private static string? Shown(AdminPage page, AdminColumn column, object? value) => value switch
    {
        DateTimeOffset at => Tables.Instant(at),
        Guid id when column.Refers is { } table && page.Names.TryGetValue((table, id.ToString()), out var name) => name,
        _ => AdminColumn.Format(value),
    };
}
