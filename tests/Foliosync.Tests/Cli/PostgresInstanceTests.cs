using Foliosync.Core.Tests.Storage;
using Foliosync.Hosting;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

public sealed class PostgresInstanceTests : IDisposable
{
    private readonly TestInstance _instance = new();

    public void Dispose() => _instance.Dispose();

    [Fact]
    public async Task Backup_restore_and_rotation_work_on_PostgreSQL_too()
    {
        var server = await PostgresServer.StartedAsync();
        Assert.SkipUnless(PostgresTools.IsInstalled("pg_dump"), "pg_dump is not installed. Run './dev setup'.");
        var database = $"cli_{Guid.NewGuid():N}";
        await server.ExecuteAsync($"create database {database}");
        _instance.With("DATABASE_URL", server.AddressOf(database));
        var backup = Path.Combine(_instance.Folder, "backup.dump");

        (await _instance.RunAsync("user", "add", "me@example.org")).ExitCode.ShouldBe(0);
        await _instance.ConnectDemoAsync("normal", "a");
        (await _instance.RunAsync("sync")).ExitCode.ShouldBe(0);
        (await _instance.RunAsync("backup", backup)).ExitCode.ShouldBe(0);
        await _instance.ConnectDemoAsync("normal", "b");

        (await _instance.RunAsync("restore", backup)).ShouldFailWith(2, "--force");
        (await _instance.RunAsync("restore", _instance.KeyFile, "--force")).ShouldFailWith(2, "Nothing was changed");
        File.Exists((await _instance.JsonAsync("restore", backup, "--force")).GetProperty("oldDatabase").GetString()).ShouldBeTrue();
        (await _instance.JsonAsync("connect", "list")).GetArrayLength().ShouldBe(1);

        (await _instance.JsonAsync("vault", "rotate")).GetProperty("complete").GetBoolean().ShouldBeTrue();
        (await _instance.RunAsync("sync")).ExitCode.ShouldBe(0);
        (await _instance.RunAsync("doctor")).ExitCode.ShouldBe(0);
    }
}
