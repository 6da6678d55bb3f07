using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Connections;

/// <summary>
/// Seals and opens secrets with AES-256-GCM. Each value has a data key of its own, wrapped by the master key; both are bound to the
/// row and field they belong to, so a ciphertext copied elsewhere does not open.
/// </summary>
/// <remarks>
/// Layout: version (1) | id of the wrapping key (4) | nonce (12) | wrapped data key (32) | tag (16) | nonce (12) | ciphertext | tag (16).
/// </remarks>
public sealed class Vault(MasterKeySource source)
{
    private const byte Version = 1;
    private const int KeySize = 32;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int WrapEnd = 1 + 4 + NonceSize + KeySize + TagSize;
    private const int Overhead = WrapEnd + NonceSize + TagSize;

    /// <summary>Seals a credential of a connection.</summary>
    /// <exception cref="VaultException">There is no usable master key.</exception>
    public byte[] Seal(Secret secret, Guid connectionId, string field)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return Seal(Encoding.UTF8.GetBytes(secret.Reveal()), connectionId, field);
    }

    /// <summary>Opens a credential of a connection.</summary>
    /// <exception cref="VaultException">The key is wrong, or the value was damaged or moved.</exception>
    public Secret Open(ReadOnlySpan<byte> sealedValue, Guid connectionId, string field)
    {
        var clear = OpenBytes(sealedValue, connectionId, field);
        var secret = new Secret(Encoding.UTF8.GetString(clear));
        CryptographicOperations.ZeroMemory(clear);
        return secret;
    }

    /// <summary>Seals bytes for one row and field.</summary>
    /// <exception cref="VaultException">There is no usable master key.</exception>
    public byte[] Seal(ReadOnlySpan<byte> clear, Guid rowId, string field)
    {
        var keys = source.Keys;
        var result = new byte[Overhead + clear.Length];
        Span<byte> dataKey = stackalloc byte[KeySize];
        RandomNumberGenerator.Fill(dataKey);
        Wrap(keys, dataKey, result, Context(rowId, field));

        var nonce = result.AsSpan(WrapEnd, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(dataKey, TagSize);
        cipher.Encrypt(nonce, clear, result.AsSpan(WrapEnd + NonceSize, clear.Length), result.AsSpan(result.Length - TagSize), Context(rowId, field));
        CryptographicOperations.ZeroMemory(dataKey);
        return result;
    }

    /// <summary>Opens bytes of one row and field.</summary>
    /// <exception cref="VaultException">The key is wrong, or the value was damaged or moved.</exception>
    public byte[] OpenBytes(ReadOnlySpan<byte> sealedValue, Guid rowId, string field)
    {
        var context = Context(rowId, field);
        Span<byte> dataKey = stackalloc byte[KeySize];
        Unwrap(source.Keys, sealedValue, dataKey, context);
        var clear = new byte[sealedValue.Length - Overhead];
        try
        {
            using var cipher = new AesGcm(dataKey, TagSize);
            cipher.Decrypt(
                sealedValue.Slice(WrapEnd, NonceSize), sealedValue.Slice(WrapEnd + NonceSize, clear.Length), sealedValue[^TagSize..], clear, context);
            return clear;
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw Damaged(field, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    /// <summary>Wraps the data key of a sealed value with the present master key; the value itself is not touched.</summary>
    /// <returns>The new form; null when it is wrapped with the present key already.</returns>
    /// <exception cref="VaultException">The key is wrong, or the value was damaged or moved.</exception>
    public byte[]? Rewrap(ReadOnlySpan<byte> sealedValue, Guid rowId, string field)
    {
        var keys = source.Keys;
        if (KeyIdOf(sealedValue) == keys.CurrentId)
        {
            return null;
        }

        var context = Context(rowId, field);
        Span<byte> dataKey = stackalloc byte[KeySize];
        Unwrap(keys, sealedValue, dataKey, context);
        var result = sealedValue.ToArray();
        Wrap(keys, dataKey, result, context);
        CryptographicOperations.ZeroMemory(dataKey);
        return result;
    }

    /// <summary>Id of the master key that a sealed value is wrapped with.</summary>
    /// <exception cref="VaultException">The value is too short or of another version.</exception>
    public static uint KeyIdOf(ReadOnlySpan<byte> sealedValue) =>
        sealedValue.Length >= Overhead ? KeyIdOfHead(sealedValue) : throw DamagedRow();

    /// <summary>Id of the master key, read from the first five bytes of a sealed value.</summary>
    internal static uint KeyIdOfHead(ReadOnlySpan<byte> head) =>
        head.Length >= 5 && head[0] == Version ? BinaryPrimitives.ReadUInt32BigEndian(head[1..]) : throw DamagedRow();

    /// <summary>Throws when a sealed value cannot be opened with the keys at hand.</summary>
    /// <exception cref="VaultException">The key is another one.</exception>
    public void RequireKeyFor(ReadOnlySpan<byte> sealedValue)
    {
        if (source.Keys.Find(KeyIdOf(sealedValue)).IsEmpty)
        {
            throw WrongKey();
        }
    }

    /// <summary>Id of the master key that signs now.</summary>
    internal uint SigningKeyId => source.Keys.CurrentId;

    /// <summary>
    /// HMAC-SHA256 under a key that is derived from a master key for one purpose, so that a signature is good for nothing else and the
    /// database alone cannot make one.
    /// </summary>
    /// <returns>The signature; null when that master key is gone, because it was replaced.</returns>
    /// <exception cref="VaultException">There is no usable master key.</exception>
    internal byte[]? Sign(uint keyId, string purpose, ReadOnlySpan<byte> message)
    {
        var masterKey = source.Keys.Find(keyId);
        if (masterKey.IsEmpty)
        {
            return null;
        }

        Span<byte> key = stackalloc byte[KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, masterKey, key, salt: [], Encoding.UTF8.GetBytes(purpose));
        var signature = HMACSHA256.HashData(key, message);
        CryptographicOperations.ZeroMemory(key);
        return signature;
    }

    private static void Wrap(MasterKeys keys, ReadOnlySpan<byte> dataKey, Span<byte> result, ReadOnlySpan<byte> context)
    {
        result[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(result[1..], keys.CurrentId);
        var nonce = result.Slice(5, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(keys.Current, TagSize);
        cipher.Encrypt(nonce, dataKey, result.Slice(5 + NonceSize, KeySize), result.Slice(5 + NonceSize + KeySize, TagSize), context);
    }

    private static void Unwrap(MasterKeys keys, ReadOnlySpan<byte> sealedValue, Span<byte> dataKey, ReadOnlySpan<byte> context)
    {
        var key = keys.Find(KeyIdOf(sealedValue));
        if (key.IsEmpty)
        {
            throw WrongKey();
        }

        try
        {
            using var cipher = new AesGcm(key, TagSize);
            cipher.Decrypt(
                sealedValue.Slice(5, NonceSize), sealedValue.Slice(5 + NonceSize, KeySize), sealedValue.Slice(5 + NonceSize + KeySize, TagSize), dataKey, context);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw Damaged("value", e);
        }
    }

    private static byte[] Context(Guid rowId, string field)
    {
        var context = new byte[16 + Encoding.UTF8.GetByteCount(field)];
        rowId.TryWriteBytes(context, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(field, context.AsSpan(16));
        return context;
    }

    private static VaultException WrongKey() => new(
        "The master key is not the one that sealed the stored secrets. Put the right key back (key file or FOLIOSYNC_MASTER_KEY); nothing was changed.");

    private static VaultException DamagedRow() => new("A stored secret is damaged. Enter the credentials of the connection again.");

    private static VaultException Damaged(string field, Exception inner) => new(
        $"The stored secret '{field}' is damaged or belongs to another row. Enter the credentials of the connection again.", inner);
}
