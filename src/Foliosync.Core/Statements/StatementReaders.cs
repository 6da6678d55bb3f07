using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;

namespace Foliosync.Core.Statements;

/// <summary>The readers of statement files: brokers' own ones, and those of files that belong to no broker.</summary>
/// <param name="catalog">The brokers.</param>
/// <param name="neutral">Readers of files that belong to no broker, in the order in which a file is shown to them.</param>
public sealed class StatementReaders(BrokerCatalog catalog, IReadOnlyList<IStatementReader> neutral)
{
    /// <summary>Whose keys instruments have in files that belong to no broker.</summary>
    private const string NeutralKeys = "files";

    /// <summary>The formats that can be handed in for an account of a broker, in the order in which a file is tried.</summary>
    public IReadOnlyList<StatementFormat> FormatsFor(string brokerId) => [.. For(brokerId).SelectMany(r => r.Reader.Formats)];

    /// <summary>Finds the reader of a file: the one of the format that was named, else the first that recognises it.</summary>
    /// <exception cref="InputException">Nobody reads it, or it cannot be opened. The message says what to do.</exception>
    internal async Task<ChosenReader> ChooseAsync(string brokerId, string? formatId, Stream file, CancellationToken cancellationToken)
    {
        var readers = For(brokerId).ToList();
        if (!string.IsNullOrWhiteSpace(formatId))
        {
            foreach (var (reader, keysOf) in readers)
            {
                if (reader.Formats.FirstOrDefault(f => f.Id.Equals(formatId.Trim(), StringComparison.OrdinalIgnoreCase)) is { } format)
                {
                    return new ChosenReader(reader, format, keysOf);
                }
            }

            throw new InputException($"There is no format of that name for this account. Choose one of: {Listed(readers, f => f.Id)}.", "format");
        }

        foreach (var (reader, keysOf) in readers)
        {
            if (await ReadableAsync(() => reader.RecogniseAsync(file, cancellationToken)).ConfigureAwait(false) is { } format)
            {
                return new ChosenReader(reader, format, keysOf);
            }
        }

        throw new InputException(
            $"The file is none that is read for this account: {Listed(readers, f => f.Name)}. Download it again, or bring it into the Foliosync format.", "file");
    }

    /// <summary>Reads, and tells what is wrong with a file as what the person gave.</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    internal static async Task<T> ReadableAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (BrokerException e) when (e.Kind == BrokerErrorKind.InvalidData)
        {
            throw new InputException(e.Message, "file");
        }
    }

    // Of a broker that reads no files, every broker's may come: such an account is for whatever a person has.
    private IEnumerable<(IStatementReader Reader, string KeysOf)> For(string brokerId)
    {
        var own = catalog.TryFind(brokerId, out var broker) ? broker as IStatementReader : null;
        var others = own is null ? catalog.All.Where(b => b is IStatementReader) : [];
        return
        [
            .. own is null ? [] : new[] { (own, broker!.Manifest.Id) },
            .. neutral.Select(r => (r, NeutralKeys)),
            .. others.Select(b => ((IStatementReader)b, b.Manifest.Id)),
        ];
    }

    private static string Listed(IEnumerable<(IStatementReader Reader, string KeysOf)> readers, Func<StatementFormat, string> text) =>
        string.Join(", ", readers.SelectMany(r => r.Reader.Formats).Select(text));
}

/// <summary>Who reads a file.</summary>
/// <param name="Reader">The reader.</param>
/// <param name="Format">The format.</param>
/// <param name="KeysOf">Id of the broker whose keys the instruments in the file have.</param>
internal sealed record ChosenReader(IStatementReader Reader, StatementFormat Format, string KeysOf);
