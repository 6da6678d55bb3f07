using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Imports;

/// <summary>Foliosync's own formats, for everything that has no reader of its own. <c>docs/import-format.md</c> describes them.</summary>
internal sealed class FoliosyncFiles : IStatementReader
{
    private static readonly StatementFormat Json = new("foliosync-json", "Foliosync JSON", [".json"]);

    private readonly TableStatements _tables = new(new FoliosyncCsv());

    public IReadOnlyList<StatementFormat> Formats => [.. _tables.Formats, Json];

    public async Task<StatementFormat?> RecogniseAsync(Stream file, CancellationToken cancellationToken)
    {
        using var json = await JsonFile.OpenAsync(file, cancellationToken);
        return json is null ? await _tables.RecogniseAsync(file, cancellationToken)
            : FoliosyncJson.IsOwn(json.RootElement) ? Json
            : null;
    }

    public async Task<StatementReport> ReadStatementAsync(
        StatementFormat format, Stream file, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        if (format.Id != Json.Id)
        {
            return await _tables.ReadStatementAsync(format, file, receivedAt, cancellationToken);
        }

        var json = await JsonFile.OpenAsync(file, cancellationToken);
        return json is not null && FoliosyncJson.IsOwn(json.RootElement)
            ? FoliosyncJson.Read(json.RootElement, receivedAt, cancellationToken)
            : throw BrokerException.InvalidData(
                "The file is not Foliosync JSON: that is an object with \"format\": \"foliosync\". docs/import-format.md describes it.");
    }
}

/// <summary>The CSV of transactions, with one row for each.</summary>
internal sealed class FoliosyncCsv : ITableFormat
{
    public StatementFormat Format { get; } = new("foliosync-csv", "Foliosync CSV", [".csv", ".xlsx"]);

    public IReadOnlyList<Table> Find(SheetBook book, CancellationToken cancellationToken) =>
        FoliosyncTransaction.Layout.FindAll(book, cancellationToken);

    public StatementReport Read(SheetBook book, IReadOnlyList<Table> tables, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        var log = new StatementLog();
        var rows = tables.SelectMany(table => table.Rows(untilGap: false, cancellationToken)).Select(Unguarded);
        return new StatementReport { Transactions = TransactionPages.Of(FoliosyncTransaction.Map(rows, log), log, cancellationToken) };
    }

    private static StatementRow Unguarded(StatementRow row) => new(row.Place, column => Unguarded(row[column]));

    /// <summary>An apostrophe before what would be a formula keeps spreadsheets from running it, and is not part of the text.</summary>
    private static string Unguarded(string text) =>
        text is ['\'', ..] && text.TrimStart('\'') is ['=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠', ..] ? text[1..] : text;
}
