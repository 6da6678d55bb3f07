using System.Runtime.Versioning;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

[UnsupportedOSPlatform("windows")]
public sealed class BackupTests : IAsyncLifetime
{
    private TestInstance _instance = null!;

    private string Backup => Path.Combine(_instance.Folder, "backup.tar.gz");

    public async ValueTask InitializeAsync() => _instance = await TestInstance.WithConnectionAsync();

    public ValueTask DisposeAsync()
    {
        _instance.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_backup_brings_back_what_was_there()
    {
        (await _instance.RunAsync("sync")).ExitCode.ShouldBe(0);
        var holdings = _instance.Scalar("SELECT count(*) FROM holdings");
        var made = await _instance.RunAsync("backup", Backup);
        made.ExitCode.ShouldBe(0, made.Errors);
        made.Errors.ShouldContain("master key is not in it");
        File.GetUnixFileMode(Backup).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        await _instance.ConnectDemoAsync("normal", "b");
        (await _instance.RunAsync("restore", Backup)).ShouldFailWith(2, "--force");
        var restored = await _instance.JsonAsync("restore", Backup, "--force");

        (await _instance.JsonAsync("connect", "list")).GetArrayLength().ShouldBe(1);
        _instance.Scalar("SELECT count(*) FROM holdings").ShouldBe(holdings);
        File.Exists(restored.GetProperty("oldDatabase").GetString()).ShouldBeTrue();
        restored.GetProperty("keyIsMissing").GetBoolean().ShouldBeFalse();
        (await _instance.RunAsync("sync")).ExitCode.ShouldBe(0);
        Directory.GetDirectories(_instance.DataDirectory).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_backup_does_not_overwrite_another()
    {
        await File.WriteAllTextAsync(Backup, "precious");

        (await _instance.RunAsync("backup", Backup)).ShouldFailWith(2, "is there already");

        (await File.ReadAllTextAsync(Backup)).ShouldBe("precious");
    }

    [Fact]
    public async Task A_damaged_backup_is_refused_before_anything_is_touched()
    {
        await _instance.RunAsync("backup", Backup);
        var bytes = await File.ReadAllBytesAsync(Backup);
        await File.WriteAllBytesAsync(Backup, bytes[..(bytes.Length / 2)]);
        (await _instance.RunAsync("restore", Backup, "--force")).ShouldFailWith(2, "Use another");

        await File.WriteAllTextAsync(Backup, "not a backup");
        (await _instance.RunAsync("restore", Backup, "--force")).ShouldFailWith(2, "not a whole backup");

        (await _instance.JsonAsync("connect", "list")).GetArrayLength().ShouldBe(1);
        Directory.GetFiles(_instance.DataDirectory, "*before-restore*").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_database_in_use_is_not_replaced()
    {
        await _instance.RunAsync("backup", Backup);
        await using var server = _instance.With("FOLIOSYNC_URLS", "http://127.0.0.1:0").StartRunning("serve");
        await server.LineWithAsync("Now listening on");

        (await _instance.RunAsync("restore", Backup, "--force")).ShouldFailWith(2, "Stop it");
    }

    [Fact]
    public async Task On_another_machine_the_key_is_asked_for_and_a_wrong_one_refused()
    {
        await _instance.RunAsync("backup", Backup);
        using var other = new TestInstance();
        (await other.RunAsync("migrate")).ExitCode.ShouldBe(0);
        (await other.RunAsync("restore", Backup, "--force")).ShouldFailWith(2, "not the one that sealed");

        using var empty = new TestInstance();
        var restored = await empty.RunAsync("restore", Backup);
        restored.ExitCode.ShouldBe(0, restored.Errors);
        restored.Errors.ShouldContain("put the key file");
        (await empty.RunAsync("sync")).ShouldFailWith(2, "is missing");
        File.Copy(_instance.KeyFile, empty.KeyFile);
        (await empty.RunAsync("sync")).ExitCode.ShouldBe(0);
    }
}
