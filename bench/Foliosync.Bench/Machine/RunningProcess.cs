using System.Diagnostics;
using System.Globalization;

namespace Foliosync.Bench.Machine;

/// <summary>A process of the program that goes on until it is stopped. What it needs is read from the kernel.</summary>
internal class RunningProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private RunningProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>For those that begin it and then find out more about it. Takes the process over.</summary>
    protected RunningProcess(RunningProcess started)
    {
        _process = started._process;
        _errors = started._errors;
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Processor time so far, in seconds.</summary>
    public double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Memory that it has now, as the kernel counts it.</summary>
    public double ResidentMegabytes => Kilobytes("status", "VmRSS:") / 1024;

    /// <summary>
    /// Memory that it takes from the machine: each page once. The runtime maps the code that it compiles twice, to write and to run it, and
    /// <see cref="ResidentMegabytes"/> counts that code twice; a page that processes share counts in part for each.
    /// </summary>
    public double ProportionalMegabytes => Kilobytes("smaps_rollup", "Pss:") / 1024;

    /// <summary>The part of it that no other process shares: without the files of the runtime and the program.</summary>
    public double AnonymousMegabytes => Kilobytes("status", "RssAnon:") / 1024;

    public static RunningProcess Start(ProcessStartInfo command) => new(Process.Start(command)!);

    /// <summary>Everything that it wrote to stderr. Wait for its end first.</summary>
    public Task<string> ErrorsAsync() => _errors;

    /// <summary>Waits until it ends by itself.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitForEndAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>As <c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private double Kilobytes(string file, string field)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/{file}").First(l => l.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
