using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace Foliosync.Core.Connections;

/// <summary>
/// Seals what browsers keep for us (cookies, tokens of forms) with keys that are derived from the master key, one for each purpose. All
/// processes of an instance open what one of them sealed, and there is no second set of keys to store, share and lose. When a rotation
/// has dropped the old master key, people sign in once more.
/// </summary>
public sealed class MasterKeyProtection(MasterKeySource source) : IDataProtectionProvider
{
    /// <inheritdoc/>
    public IDataProtector CreateProtector(string purpose) => new Protector(source, "web").CreateProtector(purpose);

    private sealed class Protector(MasterKeySource source, string name) : IDataProtector
    {
        private const byte Version = 1;
        private const int KeySize = 32;
        private const int HeadSize = 5;
        private const int NonceSize = 12;
        private const int TagSize = 16;
        private const int Overhead = HeadSize + NonceSize + TagSize;

        private readonly byte[] _purpose = Encoding.UTF8.GetBytes(name);

        // With their lengths, no two chains of purposes read alike.
        public IDataProtector CreateProtector(string purpose)
        {
            ArgumentNullException.ThrowIfNull(purpose);
            return new Protector(source, string.Create(CultureInfo.InvariantCulture, $"{name}/{purpose.Length}:{purpose}"));
        }

        public byte[] Protect(byte[] plaintext)
        {
            ArgumentNullException.ThrowIfNull(plaintext);
            var keys = source.Keys;
            var result = new byte[Overhead + plaintext.Length];
            result[0] = Version;
            BinaryPrimitives.WriteUInt32BigEndian(result.AsSpan(1), keys.CurrentId);
            var nonce = result.AsSpan(HeadSize, NonceSize);
            RandomNumberGenerator.Fill(nonce);
            using var cipher = CipherOf(keys.Current);
            cipher.Encrypt(nonce, plaintext, result.AsSpan(HeadSize + NonceSize, plaintext.Length), result.AsSpan(result.Length - TagSize), result.AsSpan(0, HeadSize));
            return result;
        }

        public byte[] Unprotect(byte[] protectedData)
        {
            ArgumentNullException.ThrowIfNull(protectedData);
            var key = protectedData.Length >= Overhead && protectedData[0] == Version
                ? source.Keys.Find(BinaryPrimitives.ReadUInt32BigEndian(protectedData.AsSpan(1)))
                : default;
            if (key.IsEmpty)
            {
                throw new CryptographicException("This was not sealed by this instance, or with a key that has been replaced.");
            }

            var clear = new byte[protectedData.Length - Overhead];
            using var cipher = CipherOf(key);
            cipher.Decrypt(
                protectedData.AsSpan(HeadSize, NonceSize),
                protectedData.AsSpan(HeadSize + NonceSize, clear.Length),
                protectedData.AsSpan(protectedData.Length - TagSize),
                clear,
                protectedData.AsSpan(0, HeadSize));
            return clear;
        }

        private AesGcm CipherOf(ReadOnlySpan<byte> masterKey)
        {
            Span<byte> key = stackalloc byte[KeySize];
            HKDF.DeriveKey(HashAlgorithmName.SHA256, masterKey, key, salt: [], _purpose);
            var cipher = new AesGcm(key, TagSize);
            CryptographicOperations.ZeroMemory(key);
            return cipher;
        }
    }
}
