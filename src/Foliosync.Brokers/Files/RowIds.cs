using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Foliosync.Brokers.Files;

/// <summary>
/// Ids for rows that have none of their own: a digest of what the row says, and a running number among rows that say the same. Two equal rows
/// in one file are two transactions. The same row of another file that overlaps it is the same transaction, because the number counts equal
/// rows only, and those are of the same day. One object for each read of a file.
/// </summary>
/// <param name="prefix">What the ids begin with; ids of other prefixes are never equal.</param>
internal sealed class RowIds(string prefix)
{
    private const int LongestOwnId = 100;
    private const char Separator = '\u001F';

    private readonly Dictionary<UInt128, int> _seen = [];

    /// <summary>The id of a row that names its own. A very long one is digested.</summary>
    public string Named(string id) => id.Length <= LongestOwnId ? $"{prefix}:{id}" : $"{prefix}:{DigestOf(id):x32}";

    /// <summary>The id of the next row.</summary>
    /// <param name="fields">
    /// What makes the row what it is, its day or instant among it, in canonical form. Nothing that a later export may tell otherwise, such as
    /// the name of a company.
    /// </param>
    public string Next(params ReadOnlySpan<string> fields)
    {
        var digest = DigestOf(string.Join(Separator, fields));
        var number = ++CollectionsMarshal.GetValueRefOrAddDefault(_seen, digest, out _);
        return string.Create(CultureInfo.InvariantCulture, $"{prefix}:{digest:x32}:{number}");
    }

    private static UInt128 DigestOf(string text) =>
        BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
