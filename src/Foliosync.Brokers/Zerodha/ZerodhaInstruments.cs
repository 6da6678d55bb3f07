using System.Runtime.CompilerServices;
using CsvHelper;
using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Zerodha;

/// <summary>Streams the instruments file, which Kite writes once a day: more than ninety thousand rows, never held in memory.</summary>
internal static class ZerodhaInstruments
{
    private const string Path = "instruments";

    public static async IAsyncEnumerable<ListedInstrument> ReadAsync(
        BrokerSession session, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await ZerodhaApi.OpenAsync(session, Path, cancellationToken);
        await using var csv = await OpenAsync(response, cancellationToken);
        var columns = FindColumns(csv);
        while (await MoveNextAsync(csv, cancellationToken))
        {
            if (Map(csv, columns) is { } instrument)
            {
                yield return instrument;
            }
        }
    }

    private static async Task<CsvReader> OpenAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var csv = CsvReader.Create(await response.Content.ReadAsStreamAsync(cancellationToken));
            await csv.ReadHeaderAsync(cancellationToken);
            return csv;
        }
        catch (Exception failure) when (Translate(failure, cancellationToken) is { } known)
        {
            throw known;
        }
    }

    private static async Task<bool> MoveNextAsync(CsvReader csv, CancellationToken cancellationToken)
    {
        try
        {
            return await csv.ReadAsync(cancellationToken);
        }
        catch (Exception failure) when (Translate(failure, cancellationToken) is { } known)
        {
            throw known;
        }
    }

    private static BrokerException? Translate(Exception failure, CancellationToken cancellationToken) => failure is CsvFormatException format
        ? ZerodhaErrors.Unreadable(Path, $"row {format.RecordNumber}")
        : ZerodhaErrors.Translate(failure, Path, cancellationToken);

    private static Columns FindColumns(CsvReader csv)
    {
        // A gateway's page or an empty file is not a list with missing columns: it will be right again later.
        if (csv.Headers.Count == 0 || csv.Headers[0].TrimStart().StartsWith('<'))
        {
            throw BrokerException.Transient("Zerodha's instrument list is not available. It is tried again later.", detail: $"{Path}: not CSV");
        }

        return new Columns(
            Find(csv, "tradingsymbol"), Find(csv, "name"), Find(csv, "instrument_type"), Find(csv, "segment"), Find(csv, "exchange"));
    }

    private static int Find(CsvReader csv, string column) =>
        csv.TryGetFieldIndex(column, out var index) ? index : throw ZerodhaErrors.Unreadable(Path, column);

    private static ListedInstrument? Map(CsvReader csv, Columns columns)
    {
        var symbol = csv.GetString(columns.Symbol);
        var exchange = csv.GetString(columns.Exchange);

        // An index is in the list to be quoted; it cannot be held.
        if (symbol.Length == 0 || exchange.Length == 0 || csv.GetSpan(columns.Segment).SequenceEqual("INDICES"u8))
        {
            return null;
        }

        var name = csv.GetString(columns.Name);
        return new ListedInstrument(
            ZerodhaMapping.IsShareExchange(exchange) ? ZerodhaMapping.ShareKey(symbol) : ZerodhaMapping.DerivativeKey(symbol, exchange),
            symbol,
            exchange,
            string.IsNullOrWhiteSpace(name) ? null : name,
            ClassOf(csv.GetSpan(columns.Type)));
    }

    /// <summary>Null for EQ, which stands for shares, funds and bonds alike.</summary>
    private static AssetClass? ClassOf(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("FUT"u8) ? AssetClass.Future
        : type.SequenceEqual("CE"u8) || type.SequenceEqual("PE"u8) ? AssetClass.Option
        : null;

    private readonly record struct Columns(int Symbol, int Name, int Type, int Segment, int Exchange);
}
