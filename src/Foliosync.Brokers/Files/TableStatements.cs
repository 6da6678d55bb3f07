using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Files;

/// <summary>One kind of file that is made of tables.</summary>
internal interface ITableFormat
{
    /// <summary>What it is called.</summary>
    StatementFormat Format { get; }

    /// <summary>The tables of this format in a file, those included that are only nearly right; empty for another file.</summary>
    IReadOnlyList<Table> Find(SheetBook book, CancellationToken cancellationToken);

    /// <summary>Reads a file in which <see cref="Find"/> found these tables, all of them whole.</summary>
    StatementReport Read(SheetBook book, IReadOnlyList<Table> tables, DateTimeOffset receivedAt, CancellationToken cancellationToken);
}

/// <summary>Recognises and reads the table formats of one reader.</summary>
internal sealed class TableStatements(params ITableFormat[] formats) : IStatementReader
{
    public IReadOnlyList<StatementFormat> Formats { get; } = [.. formats.Select(format => format.Format)];

    public Task<StatementFormat?> RecogniseAsync(Stream file, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (SheetBook.Open(file, cancellationToken) is not { } book)
        {
            return Task.FromResult<StatementFormat?>(null);
        }

        // A format whose tables are all whole goes first; one that is only nearly right is recognised too, so that the read can say what is wrong.
        var found = formats.Select(format => (format.Format, Tables: format.Find(book, cancellationToken))).Where(pair => pair.Tables.Count > 0).ToList();
        return Task.FromResult(found.OrderByDescending(pair => pair.Tables.All(table => table.IsWhole)).Select(pair => pair.Format).FirstOrDefault());
    }

    public Task<StatementReport> ReadStatementAsync(
        StatementFormat format, Stream file, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var wanted = formats.FirstOrDefault(known => known.Format.Id == format.Id)
            ?? throw new ArgumentException($"There is no format '{format.Id}' here.", nameof(format));
        var book = SheetBook.Open(file, cancellationToken);
        var tables = book is null ? [] : wanted.Find(book, cancellationToken);
        if (book is null || tables.Count == 0)
        {
            throw BrokerException.InvalidData($"The file is not the {format.Name}: {WhatIsThere(book)} Choose the right file, or let the format be recognised.");
        }

        foreach (var table in tables)
        {
            table.RequireWhole();
        }

        var report = wanted.Read(book, tables, receivedAt, cancellationToken);
        return Task.FromResult(report with { Warnings = [.. book.Warnings, .. report.Warnings] });
    }

    private static string WhatIsThere(SheetBook? book) => book is null or { Sheets: [""] }
        ? "it has other columns."
        : $"its sheets are {string.Join(", ", book.Sheets.Take(6).Select(PersonalData.Shown))}, and none has the columns of it.";
}
