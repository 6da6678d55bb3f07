using System.CommandLine;
using Foliosync.Core.Jobs;
using Foliosync.Core.Monitoring;
using Spectre.Console;

namespace Foliosync.Cli;

/// <summary><c>foliosync top</c>: workers, brokers and what is at work, live. Once and plain when nobody looks.</summary>
internal static class TopVerb
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    private static readonly Option<bool> Once = new("--once") { Description = "Tell once and end; so it does, too, when stdout is no terminal" };

    public static Command Create() => Verb.Create("top", "Workers, brokers, queue and what is at work, live", RunAsync, Once);

    private static async Task RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var reader = context.Service<MonitorReader>();
        var seen = await reader.LookAsync(cancellationToken);
        if (context.Output.Json || context.Get(Once) || Console.IsOutputRedirected)
        {
            context.Output.Result(seen, console => console.Write(TopView.Of(seen)));
            return;
        }

        await WatchAsync(context.Output.Results, seen, reader.LookAsync, context.Clock, cancellationToken);
    }

    /// <summary>Shows the cluster, and again every two seconds, until it is told to stop.</summary>
    internal static Task WatchAsync(
        IAnsiConsole console, MonitorSnapshot seen, Func<CancellationToken, Task<MonitorSnapshot>> look, TimeProvider clock, CancellationToken cancellationToken) =>
        console.Live(TopView.Of(seen)).StartAsync(async live =>
        {
            live.Refresh();
            while (!cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(Look, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!cancellationToken.IsCancellationRequested)
                {
                    live.UpdateTarget(TopView.Of(await look(cancellationToken)));
                }
            }
        });

    /// <summary><c>foliosync work --status</c>: which workers are alive.</summary>
    public static async Task<int> TellWorkersAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var workers = await context.Service<MonitorReader>().WorkersAsync(cancellationToken);
        context.Output.Result(workers, console => console.Write(TopView.Workers(workers, context.Clock.GetUtcNow())));
        return workers.Any(w => w.IsAlive && w.Role != WorkerRole.Foreground) ? ExitCode.Fine : ExitCode.Failed;
    }
}
