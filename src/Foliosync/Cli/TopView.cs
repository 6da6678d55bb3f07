using System.Globalization;
using Foliosync.Core.Monitoring;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Foliosync.Cli;

/// <summary>How <c>foliosync top</c> shows the cluster.</summary>
internal static class TopView
{
    private const int MostRuns = 15;
    private const int MostFates = 3;

    /// <summary>Everything.</summary>
    public static IRenderable Of(MonitorSnapshot seen)
    {
        var parts = new List<IRenderable>
        {
            new Text(string.Create(
                CultureInfo.InvariantCulture,
                $"foliosync {seen.At.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z  workers {seen.Workers.Count(w => w.IsAlive)}  running {seen.Running}  queued {seen.Queued}\nqueue age {Took(seen.QueueAge * 1000)}  late {Took(seen.Overdue * 1000)}  24 h: {seen.Succeeded} succeeded, {seen.Failed} failed")),
            Workers(seen.Workers, seen.At),
        };
        if (Runs(seen) is { Rows.Count: > 0 } runs)
        {
            parts.Add(runs);
        }

        parts.Add(Brokers(seen.Brokers));
        return new Rows(parts);
    }

    /// <summary>The workers, and what became of what lost ones were at.</summary>
    public static IRenderable Workers(IReadOnlyList<WorkerView> workers, DateTimeOffset now)
    {
        if (workers.Count == 0)
        {
            return new Text("No worker has been seen. 'foliosync work' starts one.");
        }

        var table = Tables.Create("Worker", "State", "#Seen", "#Busy", "#Succeeded", "#Other", "#Load", "#Memory", "Version");
        foreach (var worker in workers)
        {
            table.Row(
                worker.Name,
                worker.IsAlive ? "alive" : "lost",
                $"{Took((long)Math.Max(0, (now - worker.LastSeenAt).TotalMilliseconds))} ago",
                Tables.Number(worker.Busy),
                Tables.Number(worker.Succeeded),
                Tables.Number(worker.Failed),
                worker.Load.ToString("0.00", CultureInfo.InvariantCulture),
                $"{worker.MemoryBytes / 1024 / 1024} MB",
                worker.Version);
        }

        return new Rows([table, .. workers.Where(w => !w.IsAlive).Select(w => new Text(FateOf(w)))]);
    }

    /// <summary>A time for people.</summary>
    public static string Took(long milliseconds) => milliseconds switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds} ms"),
        < 120_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000.0:0.#} s"),
        < 7_200_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 60_000.0:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 3_600_000.0:0.#} h"),
    };

    private static Table Runs(MonitorSnapshot seen)
    {
        var table = Tables.Create("Run", "Connection", "Broker", "Step", "#For", "Worker");
        foreach (var (run, worker) in seen.Workers.Where(w => w.IsAlive).SelectMany(w => w.AtWork.Select(r => (r, w.Name))).OrderBy(r => r.r.StartedAt).Take(MostRuns))
        {
            table.Row(run.RunId.ToString(), run.Label, run.Broker, run.Step, Took((long)(seen.At - run.StartedAt).TotalMilliseconds), worker);
        }

        return table;
    }

    private static Table Brokers(IReadOnlyList<BrokerStatus> brokers)
    {
        var table = Tables.Create("Broker", "State", "#Connections", "#Due", "#Late", "#Succeeded 24 h", "#Failed 24 h", "#Rate");
        foreach (var broker in brokers)
        {
            table.Row(
                broker.Id,
                StateOf(broker),
                Tables.Number(broker.Connections),
                Tables.Number(broker.Due),
                Took(broker.Overdue * 1000),
                Tables.Number(broker.Succeeded),
                Tables.Number(broker.Failed),
                broker.SuccessRate is { } rate ? rate.ToString("0.0 %", CultureInfo.InvariantCulture) : "-");
        }

        return table;
    }

    private static string FateOf(WorkerView lost)
    {
        var runs = lost.AtWork.Take(MostFates).Select(r => $"{r.Label} ({r.Step})");
        var was = lost.Busy == 0 ? "nothing" : string.Join(", ", runs) + (lost.Busy > MostFates ? $" and {lost.Busy - MostFates} more" : string.Empty);
        return lost.TakenOverBy.Count == 0
            ? $"lost: {lost.Name} was at {was}"
            : $"lost: {lost.Name} was at {was}; taken over by {string.Join(", ", lost.TakenOverBy.Select(t => $"{t.Worker} ({t.Runs})"))}";
    }

    private static string StateOf(BrokerStatus broker) => broker switch
    {
        { PausedAt: not null } => $"paused: {broker.PauseReason}",
        { Enabled: false } => "switched off",
        { HeldUntil: { } until } => $"left alone until {Tables.Instant(until)}",
        { CircuitOpenedAt: not null } => "being tried",
        _ => "open",
    };
}
