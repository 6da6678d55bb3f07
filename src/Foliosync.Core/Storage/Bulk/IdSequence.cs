namespace Foliosync.Core.Storage.Bulk;

/// <summary>Ids of one moment, each greater than the one before: rows that come together then lie together in the index of their ids.</summary>
/// <param name="at">The moment.</param>
internal sealed class IdSequence(DateTimeOffset at)
{
    // After the version and the variant there are 62 bits; the last 56 are counted up.
    private const int FirstCounted = 9;

    private readonly byte[] _bytes = Guid.CreateVersion7(at).ToByteArray(bigEndian: true);

    public Guid Next()
    {
        for (var i = _bytes.Length - 1; i >= FirstCounted && ++_bytes[i] == 0; i--)
        {
            // Carried to the byte before.
        }

        return new Guid(_bytes, bigEndian: true);
    }
}
