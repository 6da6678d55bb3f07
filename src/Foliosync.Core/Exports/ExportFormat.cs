namespace Foliosync.Core.Exports;

/// <summary>The forms in which a ledger can be taken away.</summary>
public enum ExportFormat
{
    /// <summary>Foliosync's own CSV of transactions.</summary>
    Csv,

    /// <summary>Foliosync's own JSON of transactions, holdings and cash.</summary>
    Json,

    /// <summary>The JSON that Ghostfolio imports.</summary>
    Ghostfolio,

    /// <summary>A ledger for Beancount.</summary>
    Beancount,
}

/// <summary>What formats are called by people, browsers and files.</summary>
public static class ExportFormats
{
    private static readonly ExportFormat[] All = Enum.GetValues<ExportFormat>();

    /// <summary>The names for the command line and the API, in a fixed order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(f => f.ToString().ToLowerInvariant())];

    /// <summary>The format of a name, in any case; null when there is none.</summary>
    public static ExportFormat? Find(string? name)
    {
        var place = Array.FindIndex(All, f => string.Equals(f.ToString(), name, StringComparison.OrdinalIgnoreCase));
        return place < 0 ? null : All[place];
    }

    /// <summary>The media type of a file of that format.</summary>
    public static string MediaTypeOf(ExportFormat format) => format switch
    {
        ExportFormat.Csv => "text/csv; charset=utf-8",
        ExportFormat.Json or ExportFormat.Ghostfolio => "application/json",
        _ => "text/plain; charset=utf-8",
    };

    /// <summary>How the name of such a file ends, with the dot.</summary>
    public static string EndingOf(ExportFormat format) => format switch
    {
        ExportFormat.Csv => ".csv",
        ExportFormat.Json => ".json",
        ExportFormat.Ghostfolio => ".ghostfolio.json",
        _ => ".beancount",
    };
}
