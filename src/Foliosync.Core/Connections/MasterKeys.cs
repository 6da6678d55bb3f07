using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Foliosync.Core.Connections;

/// <summary>
/// The keys that wrap all data keys. The first seals, all of them open: while keys are rotated there are two.
/// Kept outside the database, so that a copy of the database alone opens nothing.
/// </summary>
public sealed class MasterKeys
{
    private const int KeySize = 32;

    private readonly IReadOnlyList<(uint Id, byte[] Key)> _keys;

    private MasterKeys(IReadOnlyList<byte[]> keys) => _keys = [.. keys.Select(k => (IdOf(k), k))];

    /// <summary>Id of the key that seals; not secret.</summary>
    public uint CurrentId => _keys[0].Id;

    /// <summary>Makes keys that exist only in memory.</summary>
    public static MasterKeys Generate() => new([RandomNumberGenerator.GetBytes(KeySize)]);

    /// <summary>Reads keys: one base64 text of 32 bytes a line, the sealing key first.</summary>
    /// <exception cref="VaultException">A line is not base64 of 32 bytes. The message does not repeat it.</exception>
    public static MasterKeys Parse(string text, string source)
    {
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var keys = new List<byte[]>(lines.Length);
        foreach (var line in lines)
        {
            var key = new byte[KeySize];
            if (!Convert.TryFromBase64String(line, key, out var written) || written != KeySize)
            {
                throw new VaultException(
                    $"The master key in {source} is not base64 of 32 bytes. Put the right key there, or make one with 'openssl rand -base64 32' if nothing has been stored yet.");
            }

            keys.Add(key);
        }

        return keys.Count > 0 ? new MasterKeys(keys) : throw new VaultException($"The master key in {source} is empty. Put the right key there.");
    }

    /// <summary>Puts a fresh key in front.</summary>
    public MasterKeys WithNewKey() => new([RandomNumberGenerator.GetBytes(KeySize), .. _keys.Select(k => k.Key)]);

    /// <summary>Drops every key that nothing is wrapped with any more. The sealing key always stays.</summary>
    public MasterKeys Keeping(IReadOnlySet<uint> used) => new([.. _keys.Where((k, i) => i == 0 || used.Contains(k.Id)).Select(k => k.Key)]);

    /// <summary>The form that <see cref="Parse"/> reads. Secret.</summary>
    internal string Export() => string.Concat(_keys.Select(k => Convert.ToBase64String(k.Key) + "\n"));

    internal ReadOnlySpan<byte> Current => _keys[0].Key;

    internal ReadOnlySpan<byte> Find(uint id)
    {
        foreach (var (keyId, key) in _keys)
        {
            if (keyId == id)
            {
                return key;
            }
        }

        return default;
    }

    // A short fingerprint tells "wrong key" from "damaged data" without telling anything about the key.
    private static uint IdOf(byte[] key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, hash);
        return BinaryPrimitives.ReadUInt32BigEndian(hash);
    }
}

/// <summary>The vault cannot seal or open. The message is one sentence that says what to do and holds no secret.</summary>
public sealed class VaultException(string message, Exception? inner = null) : Exception(message, inner);
