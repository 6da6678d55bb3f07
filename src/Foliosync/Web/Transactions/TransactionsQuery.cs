using System.Buffers.Binary;
using System.Buffers.Text;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Transactions;
using Foliosync.Web.Holdings;
using Microsoft.AspNetCore.WebUtilities;

namespace Foliosync.Web.Transactions;

/// <summary>What a person asks of the list of transactions; it is the query of the page's address.</summary>
internal sealed record TransactionsQuery
{
    public string? Search { get; init; }

    public TransactionKind? Kind { get; init; }

    public TransactionSource? Source { get; init; }

    public Guid? Account { get; init; }

    public Guid? Portfolio { get; init; }

    public Guid? Instrument { get; init; }

    public string? Tag { get; init; }

    public DateOnly? From { get; init; }

    public DateOnly? To { get; init; }

    /// <summary>The row after which the page begins: its instant and id; null for the newest.</summary>
    public (DateTimeOffset At, Guid Id)? After { get; init; }

    /// <summary>How many rows.</summary>
    public int Rows { get; init; } = 100;

    /// <summary>True when anything narrows the list.</summary>
    public bool IsFiltered => Search is not null || Kind is not null || Source is not null || Account is not null || Portfolio is not null
        || Instrument is not null || Tag is not null || From is not null || To is not null;

    /// <summary>Reads the query of an address. What makes no sense counts as not given.</summary>
    public static TransactionsQuery Of(IQueryCollection query) => new()
    {
        Search = AddressValues.Text(query["q"]),
        Kind = AddressValues.Word<TransactionKind>(query["kind"]),
        Source = AddressValues.Word<TransactionSource>(query["source"]),
        Account = AddressValues.Id(query["account"]),
        Portfolio = AddressValues.Id(query["portfolio"]),
        Instrument = AddressValues.Id(query["instrument"]),
        Tag = AddressValues.Text(query["tag"]),
        From = AddressValues.Day(query["from"]),
        To = AddressValues.Day(query["to"]),
        After = Cursor(query["after"]),
    };

    /// <summary>The address that asks this.</summary>
    public string ToAddress(string path = "/transactions") => QueryHelpers.AddQueryString(path, new Dictionary<string, string?>
    {
        ["q"] = Search,
        ["kind"] = Kind is { } kind ? HoldingsQuery.NameOf(kind) : null,
        ["source"] = Source is { } source ? HoldingsQuery.NameOf(source) : null,
        ["account"] = Account?.ToString(),
        ["portfolio"] = Portfolio?.ToString(),
        ["instrument"] = Instrument?.ToString(),
        ["tag"] = Tag,
        ["from"] = From is { } from ? Formats.Iso(from) : null,
        ["to"] = To is { } to ? Formats.Iso(to) : null,
        ["after"] = After is { } after ? CursorOf(after.At, after.Id) : null,
    }.Where(v => v.Value is not null));

    private static string CursorOf(DateTimeOffset at, Guid id)
    {
        Span<byte> bytes = stackalloc byte[24];
        BinaryPrimitives.WriteInt64BigEndian(bytes, at.UtcTicks);
        id.TryWriteBytes(bytes[8..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    private static (DateTimeOffset, Guid)? Cursor(string? text)
    {
        Span<byte> bytes = stackalloc byte[24];
        return text is { Length: 32 } && Base64Url.IsValid(text) && Base64Url.TryDecodeFromChars(text, bytes, out var written) && written == 24
            && BinaryPrimitives.ReadInt64BigEndian(bytes) is var ticks && ticks >= 0 && ticks <= DateTimeOffset.MaxValue.Ticks
            ? (new DateTimeOffset(ticks, TimeSpan.Zero), new Guid(bytes[8..], bigEndian: true))
            : null;
    }
}
