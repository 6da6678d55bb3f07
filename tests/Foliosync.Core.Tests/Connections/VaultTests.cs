using System.Security.Cryptography;
using System.Text;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Connections;

public sealed class VaultTests
{
    private static readonly Guid Row = new("0198d3f0-0000-7000-8000-000000000001");

    private readonly Vault _vault = new(MasterKeySource.InMemory());

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("planted-secret")]
    [InlineData("पासवर्ड 🔑 \n\0 end")]
    public void A_secret_comes_back_as_it_was(string text)
    {
        _vault.Open(_vault.Seal(new Secret(text), Row, "apiSecret"), Row, "apiSecret").Reveal().ShouldBe(text);
    }

    [Fact]
    public void Bytes_of_any_length_come_back_as_they_were() => Cases.ForAll(
        from count in Gen.Choose(0, 300)
        from bytes in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(count)
        select bytes,
        clear => _vault.OpenBytes(_vault.Seal(clear.AsSpan(), Row, "f"), Row, "f").ShouldBe(clear));

    [Fact]
    public void The_same_secret_never_looks_the_same_twice()
    {
        var first = _vault.Seal(new Secret("planted-secret"), Row, "apiSecret");
        var second = _vault.Seal(new Secret("planted-secret"), Row, "apiSecret");

        second.ShouldNotBe(first);
        Encoding.Latin1.GetString(first).ShouldNotContain("planted");
    }

    [Fact]
    public void A_secret_copied_to_another_row_does_not_open()
    {
        var moved = _vault.Seal(new Secret("planted-secret"), Row, "apiSecret");

        ShouldBeDamaged(() => _vault.Open(moved, Guid.NewGuid(), "apiSecret"));
    }

    [Fact]
    public void A_secret_copied_to_another_field_does_not_open()
    {
        var moved = _vault.Seal(new Secret("planted-secret"), Row, "apiSecret");

        ShouldBeDamaged(() => _vault.Open(moved, Row, "apiKey"));
        ShouldBeDamaged(() => _vault.Open(moved, Row, string.Empty));
    }

    [Fact]
    public void A_change_of_any_byte_is_noticed() => Cases.ForAll(
        from text in Gen.Elements(string.Empty, "x", "planted-secret", new string('s', 200))
        from place in Gen.Choose(0, 10_000)
        from flip in Gen.Choose(1, 255)
        select (text, place, flip),
        drawn =>
        {
            var damaged = _vault.Seal(new Secret(drawn.text), Row, "apiSecret");
            damaged[drawn.place % damaged.Length] ^= (byte)drawn.flip;

            Should.Throw<VaultException>(() => _vault.Open(damaged, Row, "apiSecret"));
        });

    [Fact]
    public void Each_single_byte_counts()
    {
        var sealedValue = _vault.Seal(new Secret("planted-secret"), Row, "apiSecret");
        for (var place = 0; place < sealedValue.Length; place++)
        {
            byte[] damaged = [.. sealedValue];
            damaged[place] ^= 1;

            Should.Throw<VaultException>(() => _vault.Open(damaged, Row, "apiSecret"), $"byte {place}");
        }
    }

    [Fact]
    public void A_value_that_is_cut_short_or_made_longer_does_not_open()
    {
        var sealedValue = _vault.Seal(new Secret("planted-secret"), Row, "apiSecret");
        for (var length = 0; length < sealedValue.Length; length++)
        {
            var cut = sealedValue[..length];
            Should.Throw<VaultException>(() => _vault.Open(cut, Row, "apiSecret"), $"{length} bytes");
        }

        Should.Throw<VaultException>(() => _vault.Open([.. sealedValue, 0], Row, "apiSecret"));
    }

    [Fact]
    public void A_wrong_key_is_one_clear_line_and_not_called_damage()
    {
        var sealedValue = _vault.Seal(new Secret("planted-secret"), Row, "apiSecret");
        var other = new Vault(MasterKeySource.InMemory());

        var error = Should.Throw<VaultException>(() => other.Open(sealedValue, Row, "apiSecret"));

        error.Message.ShouldBe("The master key is not the one that sealed the stored secrets. Put the right key back (key file or FOLIOSYNC_MASTER_KEY); nothing was changed.");
        Should.Throw<VaultException>(() => other.RequireKeyFor(sealedValue)).Message.ShouldBe(error.Message);
        Should.Throw<VaultException>(() => other.Rewrap(sealedValue, Row, "apiSecret")).Message.ShouldBe(error.Message);
        _vault.RequireKeyFor(sealedValue);
    }

    [Fact]
    public void Wrapping_anew_keeps_the_value_and_changes_the_key()
    {
        var old = MasterKeys.Generate();
        var both = old.WithNewKey();
        var onlyNew = both.Keeping(new HashSet<uint>());
        var sealedValue = With(old).Seal(new Secret("planted-secret"), Row, "apiSecret");

        var rewrapped = With(both).Rewrap(sealedValue, Row, "apiSecret")!;

        Vault.KeyIdOf(sealedValue).ShouldBe(old.CurrentId);
        Vault.KeyIdOf(rewrapped).ShouldBe(both.CurrentId);
        rewrapped.Length.ShouldBe(sealedValue.Length);
        With(onlyNew).Open(rewrapped, Row, "apiSecret").Reveal().ShouldBe("planted-secret");
        Should.Throw<VaultException>(() => With(old).Open(rewrapped, Row, "apiSecret"));
    }

    [Fact]
    public void A_value_of_the_present_key_needs_no_wrapping()
    {
        _vault.Rewrap(_vault.Seal(new Secret("planted-secret"), Row, "apiSecret"), Row, "apiSecret").ShouldBeNull();
    }

    [Fact]
    public void While_keys_are_rotated_both_open_and_the_new_one_seals()
    {
        var old = MasterKeys.Generate();
        var both = With(old.WithNewKey());
        var sealedBefore = With(old).Seal(new Secret("planted-secret"), Row, "apiSecret");

        both.Open(sealedBefore, Row, "apiSecret").Reveal().ShouldBe("planted-secret");
        Vault.KeyIdOf(both.Seal(new Secret("x"), Row, "apiSecret")).ShouldNotBe(old.CurrentId);
    }

    [Fact]
    public void A_value_moved_to_another_row_is_not_wrapped_anew()
    {
        var old = MasterKeys.Generate();
        var sealedValue = With(old).Seal(new Secret("planted-secret"), Row, "apiSecret");

        ShouldBeDamaged(() => With(old.WithNewKey()).Rewrap(sealedValue, Guid.NewGuid(), "apiSecret"));
    }

    [Fact]
    public void No_message_repeats_the_secret_or_the_key()
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var vault = new Vault(MasterKeySource.FromText(key));
        var sealedValue = vault.Seal(new Secret("planted-secret"), Row, "apiSecret");

        var text = Should.Throw<VaultException>(() => vault.Open(sealedValue, Guid.NewGuid(), "apiSecret")).ToString();

        text.ShouldNotContain("planted-secret");
        text.ShouldNotContain(key);
    }

    private static Vault With(MasterKeys keys)
    {
        // The form of a key file; the keys themselves never leave their type otherwise.
        return new Vault(MasterKeySource.FromText(keys.Export()));
    }

    private static void ShouldBeDamaged(Action open) =>
        Should.Throw<VaultException>(open).Message.ShouldEndWith("is damaged or belongs to another row. Enter the credentials of the connection again.");
}
