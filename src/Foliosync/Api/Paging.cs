using System.Buffers.Binary;
using System.Buffers.Text;
using System.ComponentModel;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Api;

/// <summary>A part of a list.</summary>
/// <param name="Items">The rows.</param>
/// <param name="Next">Send it as <c>after</c> to get the next part; null when this was the last.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Which part of a list is wanted.</summary>
internal sealed record PageQuery
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 1000;

    [FromQuery(Name = "limit"), Description("How many rows at most: 1 to 1000, 50 if not given.")]
    public int? Limit { get; init; }

    [FromQuery(Name = "after"), Description("The value of next from the page before.")]
    public string? After { get; init; }

    /// <summary>How many rows are wanted, checked.</summary>
    public int Rows => Limit switch
    {
        null => DefaultLimit,
        >= 1 and <= MaxLimit => Limit.Value,
        _ => throw new QueryException("limit", $"The limit must be a number from 1 to {MaxLimit}."),
    };

    /// <summary>The row after which the page begins, in a list ordered by id; null for the first page.</summary>
    public Guid? AfterId => After is null ? null : new Guid(Bytes(16), bigEndian: true);

    /// <summary>The row after which the page begins, in a list ordered by time and id; null for the first page.</summary>
    public (DateTimeOffset Time, Guid Id)? AfterTime
    {
        get
        {
            if (After is null)
            {
                return null;
            }

            var bytes = Bytes(24);
            var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes);
            return ticks >= 0 && ticks <= DateTimeOffset.MaxValue.Ticks
                ? (new DateTimeOffset(ticks, TimeSpan.Zero), new Guid(bytes.AsSpan(8), bigEndian: true))
                : throw WrongCursor();
        }
    }

    /// <summary>The row after which the page begins, in a list ordered by day and a short name; null for the first page.</summary>
    public (DateOnly Day, string Name)? AfterDay
    {
        get
        {
            if (After is null)
            {
                return null;
            }

            if (After.Length > 64 || !Base64Url.IsValid(After) || Base64Url.DecodeFromChars(After) is not { Length: > 4 } bytes)
            {
                throw WrongCursor();
            }

            var day = BinaryPrimitives.ReadInt32BigEndian(bytes);
            return day >= 0 && day <= DateOnly.MaxValue.DayNumber
                ? (DateOnly.FromDayNumber(day), Encoding.UTF8.GetString(bytes.AsSpan(4)))
                : throw WrongCursor();
        }
    }

    /// <summary>Runs a query that is ordered and begins at the right row.</summary>
    public async Task<Page<TView>> ReadAsync<TView>(IQueryable<TView> rows, Func<TView, string> cursorOf, CancellationToken cancellationToken) =>
        Cut(await rows.Take(Rows + 1).ToListAsync(cancellationToken), cursorOf);

    /// <summary>Cuts the one row too many, which tells that there is another page.</summary>
    public Page<TView> Cut<TView>(List<TView> rows, Func<TView, string> cursorOf)
    {
        if (rows.Count <= Rows)
        {
            return new Page<TView>(rows, null);
        }

        rows.RemoveRange(Rows, rows.Count - Rows);
        return new Page<TView>(rows, cursorOf(rows[^1]));
    }

    /// <summary>The cursor of a row, in a list ordered by id.</summary>
    public static string CursorOf(Guid id) => Base64Url.EncodeToString(id.ToByteArray(bigEndian: true));

    /// <summary>The cursor of a row, in a list ordered by time and id.</summary>
    public static string CursorOf(DateTimeOffset time, Guid id)
    {
        Span<byte> bytes = stackalloc byte[24];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.UtcTicks);
        id.TryWriteBytes(bytes[8..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>The cursor of a row, in a list ordered by day and a short name.</summary>
    public static string CursorOf(DateOnly day, string name)
    {
        var bytes = new byte[4 + Encoding.UTF8.GetByteCount(name)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, day.DayNumber);
        Encoding.UTF8.GetBytes(name, bytes.AsSpan(4));
        return Base64Url.EncodeToString(bytes);
    }

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        return After!.Length <= 64 && Base64Url.IsValid(After) && Base64Url.TryDecodeFromChars(After, bytes, out var written) && written == length
            ? bytes
            : throw WrongCursor();
    }

    private static QueryException WrongCursor() =>
        new("after", "This is not a cursor of this list. Use the value of 'next' from the page before, or leave 'after' out.");
}
