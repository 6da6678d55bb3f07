using System.Diagnostics;
using System.Threading.Channels;

namespace Foliosync.Tests.Cli;

/// <summary>A command that runs until it is stopped, as by Ctrl+C.</summary>
public sealed class RunningCommand : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly List<string> _written;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    internal RunningCommand(Process process, List<string> written)
    {
        _process = process;
        _written = written;
        process.OutputDataReceived += (_, e) => Add(e.Data, isOutput: true);
        process.ErrorDataReceived += (_, e) => Add(e.Data, isOutput: false);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Its number in the operating system.</summary>
    public int ProcessId => _process.Id;

    /// <summary>True when it has ended, by itself or not.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The next line of stdout.</summary>
    public async Task<string> LineAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await _lines.Reader.ReadAsync(patience.Token);
    }

    /// <summary>The first line of stdout with that text, from here on.</summary>
    public async Task<string> LineWithAsync(string text)
    {
        while (true)
        {
            var line = await LineAsync();
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }
    }

    /// <summary>Presses Ctrl+C and waits for the end.</summary>
    public async Task<int> StopAsync()
    {
        await SignalAsync("INT");
        return await WaitForEndAsync();
    }

    /// <summary>Types Ctrl+C on the terminal that it was started on, and waits for the end.</summary>
    public async Task<int> TypeCtrlCAsync()
    {
        await _process.StandardInput.WriteAsync('\u0003');
        await _process.StandardInput.FlushAsync();
        return await WaitForEndAsync();
    }

    /// <summary>Asks it to end, as an init system does (SIGTERM), and waits until it has.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        await SignalAsync("TERM");
        return await WaitForEndAsync();
    }

    /// <summary>Sends a signal, for example <c>TERM</c> or <c>STOP</c>, and waits for nothing.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits until it ends, for a minute at most.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitForEndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    /// <summary>Kills it at once, as <c>kill -9</c> or a power cut does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Add(string? line, bool isOutput)
    {
        if (line is null)
        {
            if (isOutput)
            {
                _lines.Writer.TryComplete();
            }

            return;
        }

        lock (_written)
        {
            _written.Add(line);
        }

        if (isOutput)
        {
            _lines.Writer.TryWrite(line);
        }
    }
}
