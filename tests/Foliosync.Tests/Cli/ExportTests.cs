using System.Runtime.Versioning;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

[UnsupportedOSPlatform("windows")]
public sealed class ExportTests : IAsyncLifetime
{
    private TestInstance _instance = null!;

    private string Target => Path.Combine(_instance.Folder, "export.beancount");

    public async ValueTask InitializeAsync()
    {
        _instance = await TestInstance.WithConnectionAsync();
        (await _instance.RunAsync("sync")).ExitCode.ShouldBe(0);
    }

    public ValueTask DisposeAsync()
    {
        _instance.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_file_is_on_stdout_and_what_it_cannot_say_on_stderr()
    {
        var export = await _instance.RunAsync("export", "--format", "ghostfolio");

        export.ExitCode.ShouldBe(0, export.Errors);
        JsonSerializer.Deserialize<JsonElement>(export.Output).GetProperty("activities").GetArrayLength().ShouldBeGreaterThan(0);
        export.Errors.ShouldContain("are left out");
    }

    [Fact]
    public async Task A_file_is_private_complete_and_never_replaced_without_force()
    {
        var export = await _instance.JsonAsync("export", "--format", "beancount", "--output", Target);
        export.GetProperty("file").GetString().ShouldBe(Target);
        var written = await File.ReadAllTextAsync(Target);
        written.ShouldContain("option \"operating_currency\" \"INR\"");
        File.GetUnixFileMode(Target).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        await File.WriteAllTextAsync(Target, "precious");
        (await _instance.RunAsync("export", "--format", "beancount", "--output", Target)).ShouldFailWith(2, "--force");
        (await File.ReadAllTextAsync(Target)).ShouldBe("precious");
        (await _instance.RunAsync("export", "--format", "beancount", "--output", Target, "--force")).ExitCode.ShouldBe(0);
        (await File.ReadAllTextAsync(Target)).ShouldBe(written);
        Directory.GetFiles(_instance.Folder, "*.tmp").ShouldBeEmpty();
    }

    [Fact]
    public async Task An_export_that_fails_leaves_no_file()
    {
        // No number: the row cannot be read any more.
        _instance.Sql("UPDATE transactions SET quantity = 'broken' WHERE id = (SELECT id FROM transactions ORDER BY traded_at DESC LIMIT 1)");

        (await _instance.RunAsync("export", "--format", "csv", "--output", Target)).ExitCode.ShouldBe(1);

        Directory.GetFiles(_instance.Folder, "export*").ShouldBeEmpty();
    }

    [Fact]
    public async Task Wrong_usage_says_what_to_do()
    {
        var id = Guid.NewGuid().ToString();
        (await _instance.RunAsync("export", "--format", "pdf")).ShouldFailWith(2, "'beancount'");
        (await _instance.RunAsync("export", "--format", "csv", "--portfolio", id, "--account", id)).ShouldFailWith(2, "Give one of");
        (await _instance.RunAsync("export", "--format", "csv", "--account", id)).ShouldFailWith(2, "There is no account");
        (await _instance.RunAsync("export", "--format", "csv", "--output", Path.Combine(_instance.Folder, "nowhere", "x"))).ShouldFailWith(2, "does not exist");
    }
}
