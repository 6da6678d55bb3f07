using System.Text;
using CsvHelper;
using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Files;

/// <summary>A text file of rows, parted by comma, semicolon, tab or bar.</summary>
internal sealed class CsvBook : SheetBook
{
    private const int LongestRecord = 1024 * 1024;

    private static readonly CsvReaderOptions Options = new()
    {
        HasHeader = false,
        MalformedData = CsvMalformedDataHandling.Throw,
        MaxRecordSize = LongestRecord,
        TrackLineNumbers = true,
        IncludeValuesInExceptions = false,
        TrimWhitespace = true,
    };

    private readonly Stream _file;
    private readonly Encoding _encoding;

    public CsvBook(Stream file, Encoding encoding)
    {
        _file = file;
        _encoding = encoding;
        if (TextEncoding.IsGuess(encoding))
        {
            Warnings =
            [
                new BrokerWarning("encoding-guessed", "The file is not UTF-8; it was read as Windows-1252. Check names with unusual letters."),
            ];
        }
    }

    public override IReadOnlyList<string> Sheets { get; } = [""];

    public override IEnumerable<SheetRow> Rows(int sheet, CancellationToken cancellationToken)
    {
        _file.Position = 0;
        var isUtf8 = _encoding.CodePage == Encoding.UTF8.CodePage;
        using var text = isUtf8 ? null : Encoding.CreateTranscodingStream(_file, _encoding, Encoding.UTF8, leaveOpen: true);
        using var csv = CsvReader.Create(text ?? _file, Options, leaveOpen: true);
        while (Read(csv))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new SheetRow((int)csv.LineNumber, Cells(csv));
        }
    }

    private static bool Read(CsvReader csv)
    {
        try
        {
            return csv.Read();
        }
        catch (CsvFormatException failure)
        {
            throw BrokerException.InvalidData(
                $"Line {Math.Max(failure.LineNumber, 1)} of the file is damaged: a quote is not closed, or the line is too long. Download the file again.");
        }
    }

    private static string[] Cells(CsvReader csv)
    {
        if (csv.FieldCount > MostColumns)
        {
            throw BrokerException.InvalidData($"Line {csv.LineNumber} has {csv.FieldCount} columns, more than any statement. Upload the statement itself.");
        }

        var cells = new string[csv.FieldCount];
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i] = csv.GetString(i).Trim();
            if (cells[i].Length > LongestCell)
            {
                throw BrokerException.InvalidData($"Line {csv.LineNumber} has a text of {cells[i].Length} characters, more than any statement. Upload the statement itself.");
            }
        }

        return cells;
    }
}
