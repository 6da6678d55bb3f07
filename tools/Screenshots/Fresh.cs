using System.Diagnostics;

namespace Foliosync.Screenshots;

/// <summary>A running server that nobody has come to yet.</summary>
internal sealed class Fresh : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly Process _process;
    private readonly DirectoryInfo _data;

    private Fresh(Process process, DirectoryInfo data, Uri address)
    {
        _process = process;
        _data = data;
        Address = address;
    }

    public Uri Address { get; }

    public static async Task<Fresh> StartAsync(string program)
    {
        var data = Directory.CreateTempSubdirectory("foliosync-fresh-");
        var start = new ProcessStartInfo("dotnet", [program, "serve", "--data-dir", data.FullName, "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(n => n == "DATABASE_URL" || n.StartsWith("FOLIOSYNC_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        var process = Process.Start(start)!;
        var address = new TaskCompletionSource<Uri>();
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new Fresh(process, data, await address.Task.WaitAsync(TimeSpan.FromMinutes(1)));

        void Hear(string? line)
        {
            if (line?.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
            {
                address.TrySetResult(new Uri(line[(at + Listening.Length)..].Trim()));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _data.Delete(recursive: true);
    }
}
