using System.Runtime.Versioning;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

[UnsupportedOSPlatform("windows")]
public sealed class FirstStartTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TestInstance _instance = new();

    public void Dispose() => _instance.Dispose();

    [Fact]
    public async Task The_first_start_makes_directory_database_and_key_for_their_owner_only()
    {
        var migrated = await _instance.RunAsync("migrate");

        migrated.ExitCode.ShouldBe(0, migrated.Errors);
        File.GetUnixFileMode(_instance.DataDirectory).ShouldBe(OwnerOnly | UnixFileMode.UserExecute);
        File.GetUnixFileMode(_instance.DatabaseFile).ShouldBe(OwnerOnly);
        File.GetUnixFileMode(_instance.KeyFile).ShouldBe(OwnerOnly);
        migrated.Errors.ShouldContain("master.key");
    }

    [Fact]
    public async Task A_second_start_changes_nothing()
    {
        await _instance.RunAsync("migrate");
        var key = await File.ReadAllTextAsync(_instance.KeyFile);

        var again = await _instance.RunAsync("migrate");

        again.ExitCode.ShouldBe(0);
        again.Errors.ShouldBeEmpty();
        (await File.ReadAllTextAsync(_instance.KeyFile)).ShouldBe(key);
        Directory.Exists(Path.Combine(_instance.DataDirectory, "backups")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_key_file_that_others_can_read_is_refused()
    {
        await _instance.RunAsync("migrate");
        File.SetUnixFileMode(_instance.KeyFile, OwnerOnly | UnixFileMode.GroupRead);

        (await _instance.RunAsync("user", "list")).ShouldFailWith(2, "chmod 600");
    }

    [Fact]
    public async Task Another_key_or_none_is_refused_and_nothing_is_overwritten()
    {
        using var instance = await TestInstance.WithConnectionAsync();
        var key = await File.ReadAllTextAsync(instance.KeyFile);
        var database = await File.ReadAllBytesAsync(instance.DatabaseFile);

        const string Other = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";
        await File.WriteAllTextAsync(instance.KeyFile, Other);
        (await instance.RunAsync("sync")).ShouldFailWith(2, "not the one that sealed");
        (await File.ReadAllTextAsync(instance.KeyFile)).ShouldBe(Other);

        File.Delete(instance.KeyFile);
        (await instance.RunAsync("sync")).ShouldFailWith(2, "is missing");
        File.Exists(instance.KeyFile).ShouldBeFalse();
        (await File.ReadAllBytesAsync(instance.DatabaseFile)).ShouldBe(database);

        await File.WriteAllTextAsync(instance.KeyFile, key);
        File.SetUnixFileMode(instance.KeyFile, OwnerOnly);
        (await instance.RunAsync("sync")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused()
    {
        await _instance.RunAsync("migrate");
        _instance.Sql("INSERT INTO __EFMigrationsHistory VALUES ('29991231000000_Tomorrow', '99.0.0')");

        (await _instance.RunAsync("user", "list")).ShouldFailWith(2, "newer Foliosync");
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_told_in_one_line()
    {
        Directory.CreateDirectory(_instance.DataDirectory);
        await File.WriteAllTextAsync(_instance.DatabaseFile, new string('x', 10_000));

        (await _instance.RunAsync("sync")).ShouldFailWith(2, "damaged or not a database");
    }
}
