using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Files;

/// <summary>The columns of a table that is known. Their order does not matter, and other columns may stand between them.</summary>
internal sealed class TableLayout(params Column[] columns)
{
    /// <summary>How many rows may stand above the header.</summary>
    private const int RowsSearched = 40;

    private readonly Column[] _required = [.. columns.Where(column => column.IsRequired)];

    /// <summary>Looks for the header in a sheet; null when no row has even most of the columns.</summary>
    public Table? Find(SheetBook book, int sheet, CancellationToken cancellationToken)
    {
        Table? best = null;
        var above = new List<SheetRow>();
        foreach (var row in book.Rows(sheet, cancellationToken).Take(RowsSearched))
        {
            var found = Match(book, sheet, row, above);
            if (found.IsWhole)
            {
                return found;
            }

            if (found.Missing.Count * 4 <= _required.Length && _required.Length > 2 && (best is null || found.Missing.Count < best.Missing.Count))
            {
                best = found;
            }

            above.Add(row);
        }

        return best;
    }

    /// <summary>The sheets that have this table, in their order.</summary>
    public IReadOnlyList<Table> FindAll(SheetBook book, CancellationToken cancellationToken) =>
        [.. Enumerable.Range(0, book.Sheets.Count).Select(sheet => Find(book, sheet, cancellationToken)).OfType<Table>()];

    private Table Match(SheetBook book, int sheet, SheetRow header, List<SheetRow> above)
    {
        var places = new Dictionary<Column, int>();
        var unknown = 0;
        Column? twice = null;
        for (var i = 0; i < header.Cells.Count; i++)
        {
            var column = Array.Find(columns, column => column.IsNamed(header.Cells[i]));
            if (column is null)
            {
                unknown += header.Cells[i].Length > 0 ? 1 : 0;
            }
            else if (!places.TryAdd(column, i))
            {
                twice ??= column;
            }
        }

        return new Table(book, sheet, header.Number, places, [.. above])
        {
            Layout = this,
            Missing = [.. _required.Where(column => !places.ContainsKey(column))],
            Twice = twice,
            UnknownColumns = unknown,
        };
    }
}

/// <summary>A table in a sheet, below its header.</summary>
/// <param name="book">The file.</param>
/// <param name="sheet">Place of the sheet.</param>
/// <param name="header">Number of the header's row.</param>
/// <param name="places">Where the columns are.</param>
/// <param name="above">The rows above the header.</param>
internal sealed class Table(SheetBook book, int sheet, int header, Dictionary<Column, int> places, IReadOnlyList<SheetRow> above)
{
    /// <summary>Name of the sheet; empty for a text file.</summary>
    public string Sheet => book.Sheets[sheet];

    /// <summary>The rows above the header.</summary>
    public IReadOnlyList<SheetRow> Above => above;

    /// <summary>What it was found as.</summary>
    public required TableLayout Layout { get; init; }

    /// <summary>Required columns that the header does not have.</summary>
    public required IReadOnlyList<Column> Missing { get; init; }

    /// <summary>A column that the header has twice; null when there is none.</summary>
    public required Column? Twice { get; init; }

    /// <summary>How many of the columns it has.</summary>
    public int KnownColumns => places.Count;

    /// <summary>Columns that are not known.</summary>
    public required int UnknownColumns { get; init; }

    /// <summary>True when every required column is there, once.</summary>
    public bool IsWhole => Missing.Count == 0 && Twice is null;

    /// <summary>True when the header has that column.</summary>
    public bool Has(Column column) => places.ContainsKey(column);

    /// <summary>Refuses a table that is only nearly the known one, and says what is different.</summary>
    /// <exception cref="BrokerException">Of kind InvalidData.</exception>
    public void RequireWhole()
    {
        var where = Sheet.Length == 0 ? "The file" : $"The sheet {PersonalData.Shown(Sheet)}";
        if (Missing.Count > 0)
        {
            throw BrokerException.InvalidData(
                $"{where} lacks the column {string.Join(", ", Missing.Select(column => column.Name))}. Download the file again without changing it; if it is new, its format has changed.");
        }

        if (Twice is not null)
        {
            throw BrokerException.InvalidData($"{where} has the column {Twice.Name} twice. Download the file again without changing it.");
        }
    }

    /// <summary>The rows that have anything in a known column.</summary>
    /// <param name="untilGap">True to end at the first empty row, for files that have other things below the table.</param>
    /// <param name="cancellationToken">Asked at every row.</param>
    public IEnumerable<StatementRow> Rows(bool untilGap, CancellationToken cancellationToken)
    {
        var expected = header + 1;
        foreach (var row in book.Rows(sheet, cancellationToken))
        {
            if (row.Number <= header)
            {
                continue;
            }

            var isEmpty = places.Values.All(place => Cell(row, place).Length == 0);
            if (untilGap && (isEmpty || row.Number != expected))
            {
                yield break;
            }

            expected = row.Number + 1;
            if (!isEmpty)
            {
                yield return new StatementRow(PlaceOf(row), column => places.TryGetValue(column, out var place) ? Cell(row, place) : "");
            }
        }
    }

    private string PlaceOf(SheetRow row) => Sheet.Length == 0 ? $"Line {row.Number}" : $"Row {row.Number} of {PersonalData.Shown(Sheet)}";

    private static string Cell(SheetRow row, int place) => place < row.Cells.Count ? row.Cells[place] : "";
}
