using System.IO.Compression;
using System.Text;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

public sealed class PlantedSecretsTests : IDisposable
{
    private const string ApiKey = "plantedkey123456";
    private const string ApiSecret = "plantedsecret12345678901234567890";
    private const string Session = "plantedsession12345678901234567890";
    private const string Password = "planted correct horse";

    private static readonly string[] Secrets = [ApiKey, ApiSecret, Session, Password];

    private readonly TestInstance _instance = new();

    public void Dispose() => _instance.Dispose();

    [Fact]
    public async Task No_secret_is_found_in_any_file_log_or_output()
    {
        // Nobody listens there: every call fails, and failures are where secrets get out.
        _instance.With("FOLIOSYNC_BROKERS__ZERODHA__APIURL", "http://127.0.0.1:1").With("FOLIOSYNC_TRACE", "1");
        (await _instance.RunWithInputAsync(Password, "user", "add", "me@example.org", "--password-stdin")).ExitCode.ShouldBe(0);
        var added = await _instance.RunWithInputAsync(
            $$$"""{"credentials":{"apiKey":"{{{ApiKey}}}","apiSecret":"{{{ApiSecret}}}"},"session":{"token":"{{{Session}}}"}}""",
            "connect", "add", "--broker", "zerodha", "--credentials-stdin", "--no-check", "--json");
        added.ExitCode.ShouldBe(0, added.Errors);
        var id = added.Json.GetProperty("id").GetString()!;

        (await _instance.RunAsync("sync", "--json")).ExitCode.ShouldBe(1);
        (await _instance.RunAsync("connect", "test", id)).ExitCode.ShouldBe(1);
        await using (var server = _instance.With("FOLIOSYNC_URLS", "http://127.0.0.1:0").StartRunning("serve"))
        {
            await server.LineWithAsync("Now listening on");
            // While it runs the write-ahead log is there to be searched too.
            (await _instance.RunAsync("connect", "pause", id)).ExitCode.ShouldBe(0);
            SearchFiles();
        }

        var backup = Path.Combine(_instance.Folder, "backup");
        (await _instance.RunAsync("backup", backup)).ExitCode.ShouldBe(0);
        (await _instance.RunAsync("doctor")).ExitCode.ShouldNotBe(2);
        (await _instance.RunAsync("vault", "rotate")).ExitCode.ShouldBe(0);

        SearchFiles();
        Search(await UnpackAsync(backup), backup);
        foreach (var text in _instance.Written)
        {
            Search(Encoding.UTF8.GetBytes(text), "output");
        }
    }

    private void SearchFiles()
    {
        var files = Directory.GetFiles(_instance.Folder, "*", SearchOption.AllDirectories);
        files.ShouldContain(_instance.DatabaseFile);
        // An empty file hides nothing. One is the lock of the server that runs, which nobody else can open.
        foreach (var file in files.Where(f => new FileInfo(f).Length > 0))
        {
            Search(Read(file), file);
        }
    }

    // Shared: the server that runs holds some of its files.
    private static byte[] Read(string file)
    {
        using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        open.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static void Search(byte[] bytes, string where)
    {
        foreach (var secret in Secrets)
        {
            bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)).ShouldBe(-1, $"{secret} in {where}");
            bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(secret)).ShouldBe(-1, $"{secret} in {where}");
        }
    }

    private static async Task<byte[]> UnpackAsync(string backup)
    {
        await using var zip = new GZipStream(File.OpenRead(backup), CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        await zip.CopyToAsync(unpacked);
        return unpacked.ToArray();
    }
}
