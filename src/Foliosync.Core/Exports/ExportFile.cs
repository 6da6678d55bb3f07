namespace Foliosync.Core.Exports;

/// <summary>An export that is about to be written.</summary>
public sealed class ExportFile
{
    private readonly ExportedLedger _ledger;
    private readonly ExportFormat _format;

    internal ExportFile(ExportedLedger ledger, ExportFormat format, string name)
    {
        _ledger = ledger;
        _format = format;
        Name = name;
    }

    /// <summary>A name for the file: letters, digits, dashes and dots only.</summary>
    public string Name { get; }

    /// <summary>Its media type.</summary>
    public string MediaType => ExportFormats.MediaTypeOf(_format);

    /// <summary>Writes it, row by row: neither the ledger nor the file is held in memory.</summary>
    /// <param name="output">Stays open. It is written to asynchronously only.</param>
    /// <param name="cancellationToken">Stops in the middle.</param>
    /// <returns>What the format could not say as it is: one sentence each, without secrets.</returns>
    public async Task<IReadOnlyList<string>> WriteAsync(Stream output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        var warnings = new ExportWarnings();
        await (_format switch
        {
            ExportFormat.Csv => FoliosyncCsvWriter.WriteAsync(_ledger, output, warnings, cancellationToken),
            ExportFormat.Json => FoliosyncJsonWriter.WriteAsync(_ledger, output, warnings, cancellationToken),
            ExportFormat.Ghostfolio => GhostfolioWriter.WriteAsync(_ledger, output, warnings, cancellationToken),
            _ => BeancountWriter.WriteAsync(_ledger, output, warnings, cancellationToken),
        });
        return warnings.Sentences;
    }

    /// <summary>What <see cref="WriteAsync"/> will not be able to say, found out by writing to nowhere: for those who must tell it before the file.</summary>
    public Task<IReadOnlyList<string>> FindWarningsAsync(CancellationToken cancellationToken) => WriteAsync(Stream.Null, cancellationToken);
}
