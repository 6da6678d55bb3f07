using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Foliosync.Hosting;

namespace Foliosync.Tests.Cli;

/// <summary>
/// A process of the program that runs one verb after the other. Starting the program takes two seconds of processor, running a verb a
/// tenth of that, so the hundreds of verbs in these tests share a few processes. What runs until it is stopped has a process of its own.
/// </summary>
internal sealed class WarmProgram : IDisposable
{
    /// <summary>Names the assembly whose <see cref="StartupHook"/> .NET calls first.</summary>
    public const string HookVariable = "DOTNET_STARTUP_HOOKS";

    /// <summary>Ends what a verb wrote, on either stream. No verb writes it.</summary>
    public const char End = '\0';

    private static readonly ConcurrentBag<WarmProgram> Free = [];

    private readonly Process _process;

    private WarmProgram()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(InstanceSettings).Assembly.Location])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(TestInstance.IsOurs).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment[HookVariable] = typeof(StartupHook).Assembly.Location;
        _process = Process.Start(start)!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Dispose();
    }

    /// <summary>Runs a verb in a free process, or in a new one when all are busy.</summary>
    public static async Task<CommandResult> RunAsync(VerbOrder order, CancellationToken cancellationToken)
    {
        var program = Free.TryTake(out var free) ? free : new WarmProgram();
        try
        {
            var result = await program.RunOneAsync(order, cancellationToken);
            Free.Add(program);
            return result;
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It had ended, or was disposed of before.
        }

        _process.Dispose();
    }

    private async Task<CommandResult> RunOneAsync(VerbOrder order, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order).AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        var output = ReadToEndAsync(_process.StandardOutput, cancellationToken);
        var errors = ReadToEndAsync(_process.StandardError, cancellationToken);
        await Task.WhenAll(output, errors);
        var exitCode = await _process.StandardOutput.ReadLineAsync(cancellationToken);
        return new CommandResult(int.Parse(exitCode!, System.Globalization.CultureInfo.InvariantCulture), await output, await errors);
    }

    // One character at a time: what follows the end belongs to somebody else. The reader has its own buffer.
    private static async Task<string> ReadToEndAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var one = new char[1];
        while (await reader.ReadAsync(one, cancellationToken) == 1)
        {
            if (one[0] == End)
            {
                return text.ToString();
            }

            text.Append(one[0]);
        }

        throw new InvalidOperationException($"The program ended in the middle of a verb, after: {text}");
    }
}

/// <summary>A verb to run.</summary>
/// <param name="Arguments">As typed after <c>foliosync</c>.</param>
/// <param name="Folder">The working directory.</param>
/// <param name="Environment">The variables set for it alone.</param>
/// <param name="Input">What is piped in.</param>
internal sealed record VerbOrder(string[] Arguments, string Folder, IReadOnlyDictionary<string, string?> Environment, string Input);
