using System.Runtime.Versioning;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Tests.Storage;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Connections;

[UnsupportedOSPlatform("windows")] // File modes are those of Unix.
public sealed class MasterKeysTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _file = Path.Combine(TestFolders.Create("foliosync-keys-"), "sub", "master.key");

    [Fact]
    public void The_first_start_makes_a_key_file_that_only_its_owner_can_read()
    {
        MasterKeySource.CreateFile(_file).ShouldBeTrue();

        File.GetUnixFileMode(_file).ShouldBe(OwnerOnly);
        Convert.FromBase64String(File.ReadAllText(_file)).Length.ShouldBe(32);
        MasterKeySource.FromFile(_file).Keys.CurrentId.ShouldNotBe(0u);
    }

    [Fact]
    public void A_key_file_that_is_there_is_never_overwritten()
    {
        MasterKeySource.CreateFile(_file);
        var before = File.ReadAllText(_file);

        MasterKeySource.CreateFile(_file).ShouldBeFalse();

        File.ReadAllText(_file).ShouldBe(before);
    }

    [Fact]
    public void Two_new_instances_have_different_keys()
    {
        MasterKeys.Generate().CurrentId.ShouldNotBe(MasterKeys.Generate().CurrentId);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.OtherExecute)]
    public void A_key_file_open_to_others_is_refused_with_the_cure(UnixFileMode wider)
    {
        MasterKeySource.CreateFile(_file);
        File.SetUnixFileMode(_file, OwnerOnly | wider);

        var error = Should.Throw<VaultException>(() => MasterKeySource.FromFile(_file).Keys);

        error.Message.ShouldBe($"The key file {_file} can be read by others. Run 'chmod 600 {_file}' and start again.");
    }

    [Fact]
    public void A_missing_key_file_is_one_clear_line_and_none_is_made()
    {
        var error = Should.Throw<VaultException>(() => MasterKeySource.FromFile(_file).Keys);

        error.Message.ShouldBe($"The key file {_file} is missing, but this instance has stored secrets. Put the file back from your backup; nothing was changed.");
        File.Exists(_file).ShouldBeFalse();
    }

    [Theory]
    [InlineData("bm90IDMyIGJ5dGVz")]
    [InlineData("this is not base64 at all, planted-secret")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void A_damaged_key_is_refused_without_repeating_it(string text)
    {
        MasterKeySource.CreateFile(_file);
        File.WriteAllText(_file, text);

        foreach (var error in (VaultException[])[Should.Throw<VaultException>(() => MasterKeySource.FromFile(_file).Keys), Should.Throw<VaultException>(() => MasterKeySource.FromText(text))])
        {
            error.Message.ShouldContain("is not base64 of 32 bytes");
            error.ToString().ShouldNotContain(text.Split('\n')[^1]);
        }

        File.ReadAllText(_file).ShouldBe(text);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\n")]
    public void An_empty_key_is_refused(string text)
    {
        MasterKeySource.CreateFile(_file);
        File.WriteAllText(_file, text);

        Should.Throw<VaultException>(() => MasterKeySource.FromFile(_file).Keys).Message.ShouldBe($"The master key in {_file} is empty. Put the right key there.");
    }

    [Fact]
    public void A_key_file_written_on_windows_or_with_spaces_is_read()
    {
        MasterKeySource.CreateFile(_file);
        var id = MasterKeySource.FromFile(_file).Keys.CurrentId;
        File.WriteAllText(_file, $"  {File.ReadAllText(_file).Trim()} \r\n\r\n");

        MasterKeySource.FromFile(_file).Keys.CurrentId.ShouldBe(id);
    }

    [Fact]
    public void A_file_replaced_under_a_running_reader_is_noticed()
    {
        MasterKeySource.CreateFile(_file);
        var reader = MasterKeySource.FromFile(_file);
        var vault = new Vault(reader);
        var row = Guid.NewGuid();
        var sealedBefore = vault.Seal(new Secret("planted-secret"), row, "apiSecret");

        var rotator = MasterKeySource.FromFile(_file);
        rotator.Replace(rotator.Keys.WithNewKey());

        reader.Keys.CurrentId.ShouldBe(rotator.Keys.CurrentId);
        vault.Open(sealedBefore, row, "apiSecret").Reveal().ShouldBe("planted-secret");
        Vault.KeyIdOf(vault.Seal(new Secret("x"), row, "apiSecret")).ShouldBe(rotator.Keys.CurrentId);
        File.GetUnixFileMode(_file).ShouldBe(OwnerOnly);
        Directory.GetFiles(Path.GetDirectoryName(_file)!).ShouldBe([_file]);
    }

    [Fact]
    public void A_file_replaced_twice_in_a_row_is_noticed_each_time()
    {
        MasterKeySource.CreateFile(_file);
        var reader = MasterKeySource.FromFile(_file);
        for (var i = 0; i < 50; i++)
        {
            var next = MasterKeys.Generate();
            MasterKeySource.FromFile(_file).Replace(next);

            reader.Keys.CurrentId.ShouldBe(next.CurrentId, $"replacement {i}");
        }
    }

    [Fact]
    public void A_file_that_vanishes_under_a_running_reader_is_noticed()
    {
        MasterKeySource.CreateFile(_file);
        var reader = MasterKeySource.FromFile(_file);
        _ = reader.Keys;

        File.Delete(_file);

        Should.Throw<VaultException>(() => reader.Keys).Message.ShouldContain("is missing");
    }

    [Fact]
    public void A_key_from_a_setting_cannot_be_rotated_and_the_message_says_how_it_can()
    {
        var source = MasterKeySource.FromText(Convert.ToBase64String(new byte[32]));

        Should.Throw<VaultException>(() => source.Replace(MasterKeys.Generate())).Message.ShouldContain("FOLIOSYNC_MASTER_KEY_FILE");
    }

    [Fact]
    public void Keys_that_nothing_uses_are_dropped_and_the_sealing_key_always_stays()
    {
        var oldest = MasterKeys.Generate();
        var middle = oldest.WithNewKey();
        var newest = middle.WithNewKey();

        MasterKeys.Parse(newest.Keeping(new HashSet<uint> { oldest.CurrentId }).Export(), "test").CurrentId.ShouldBe(newest.CurrentId);
        Lines(newest).ShouldBe(3);
        Lines(newest.Keeping(new HashSet<uint> { oldest.CurrentId })).ShouldBe(2);
        Lines(newest.Keeping(new HashSet<uint>())).ShouldBe(1);
    }

    private static int Lines(MasterKeys keys) => keys.Export().Count(c => c == '\n');
}
