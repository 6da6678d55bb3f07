using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Files;

/// <summary>A row of a sheet as text: numbers with a point, days as <c>yyyy-MM-dd</c>, times as <c>HH:mm:ss</c>.</summary>
/// <param name="Number">The row as a spreadsheet program counts it, or the line of a text file, from 1.</param>
/// <param name="Cells">The cells from the first column on, trimmed; trailing empty ones may be missing.</param>
internal readonly record struct SheetRow(int Number, IReadOnlyList<string> Cells);

/// <summary>
/// A file of tables, whatever it is written in: a workbook with its sheets, or a text file, which is a single sheet without a name. Nothing
/// is kept in memory but the row at hand, and the shared texts of a workbook.
/// </summary>
internal abstract class SheetBook
{
    /// <summary>More columns than this no statement has.</summary>
    protected const int MostColumns = 256;

    /// <summary>The longest text that a spreadsheet program lets a cell have.</summary>
    protected const int LongestCell = 32_767;

    /// <summary>Names of the sheets, in their order.</summary>
    public abstract IReadOnlyList<string> Sheets { get; }

    /// <summary>What a person should know about the file as such.</summary>
    public IReadOnlyList<BrokerWarning> Warnings { get; protected init; } = [];

    /// <summary>Opens a file, whose kind its first bytes tell; null when it is a text that is no table, such as JSON.</summary>
    /// <exception cref="BrokerException">Of kind InvalidData when it can be opened by nobody, with the reason.</exception>
    public static SheetBook? Open(Stream file, CancellationToken cancellationToken) => FileKinds.Of(file) switch
    {
        FileKind.Zip => new XlsxBook(file, cancellationToken),
        FileKind.Text => new CsvBook(file, TextEncoding.Of(file, cancellationToken)),
        _ => null,
    };

    /// <summary>Reads the rows of a sheet from its beginning; one sheet at a time.</summary>
    /// <param name="sheet">Place in <see cref="Sheets"/>.</param>
    /// <param name="cancellationToken">Asked at every row.</param>
    /// <exception cref="BrokerException">Of kind InvalidData when the file turns out to be damaged.</exception>
    public abstract IEnumerable<SheetRow> Rows(int sheet, CancellationToken cancellationToken);
}
