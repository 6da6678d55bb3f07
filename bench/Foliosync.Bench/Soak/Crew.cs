using Foliosync.Bench.Machine;

namespace Foliosync.Bench.Soak;

/// <summary>
/// The processes of one instance: a server and, as planned, workers or a foreground sync that is started again and again. Whoever ends
/// is started again, as an init system would.
/// </summary>
internal sealed class Crew : IAsyncDisposable
{
    private static readonly TimeSpan KillEvery = TimeSpan.FromMinutes(1);

    private readonly FoliosyncProgram _program;
    private readonly SoakPlan _plan;
    private readonly SemaphoreSlim _changing = new(1);
    private readonly List<RunningProcess> _workers = [];
    private ServerProcess _server;
    private int _nextVictim;

    private Crew(FoliosyncProgram program, SoakPlan plan, ServerProcess server)
    {
        _program = program;
        _plan = plan;
        _server = server;
    }

    public Uri Address => _server.Address;

    public int Kills { get; private set; }

    public int EndedByThemselves { get; private set; }

    public IReadOnlyList<double> ResidentMegabytes =>
        [.. _workers.Prepend(_server).Where(p => !p.HasExited).Select(p => Math.Round(p.ResidentMegabytes, 1))];

    private bool ServerSyncs => _plan is { Processes: 1, Foreground: false };

    public static async Task<Crew> StartAsync(FoliosyncProgram program, SoakPlan plan)
    {
        var crew = new Crew(program, plan, await program.ServeAsync(jobs: plan is { Processes: 1, Foreground: false }));
        if (plan.Foreground)
        {
            crew._workers.Add(program.StartRunning("sync"));
        }
        else
        {
            crew._workers.AddRange(Enumerable.Range(1, plan.Processes - 1).Select(_ => program.StartRunning("work")));
        }

        return crew;
    }

    /// <summary>Sees to it that everybody is at work, until it is cancelled.</summary>
    public async Task SuperviseAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken);
            await _changing.WaitAsync(cancellationToken);
            try
            {
                await StartMissingAsync();
            }
            finally
            {
                _changing.Release();
            }
        }
    }

    /// <summary>Kills one process that syncs every minute, each in its turn, until it is cancelled.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(KillEvery, cancellationToken);
            await _changing.WaitAsync(cancellationToken);
            try
            {
                await KillOneAsync();
            }
            finally
            {
                _changing.Release();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _workers.Prepend(_server))
        {
            await process.DisposeAsync();
        }

        _changing.Dispose();
    }

    private async Task KillOneAsync()
    {
        Kills++;
        if (ServerSyncs)
        {
            await _server.KillAsync();
            await StartServerAsync();
            return;
        }

        var victim = _nextVictim++ % _workers.Count;
        await _workers[victim].DisposeAsync();
        _workers[victim] = StartWorker();
    }

    private async Task StartMissingAsync()
    {
        if (_server.HasExited)
        {
            EndedByThemselves++;
            await Console.Error.WriteLineAsync($"The server ended: {await _server.ErrorsAsync()}");
            await StartServerAsync();
        }

        for (var i = 0; i < _workers.Count; i++)
        {
            if (!_workers[i].HasExited)
            {
                continue;
            }

            // A sync in the foreground ends when it is done, with 1 when something failed.
            var exitCode = await _workers[i].WaitForEndAsync(CancellationToken.None);
            if (!_plan.Foreground || exitCode > 1)
            {
                EndedByThemselves++;
                await Console.Error.WriteLineAsync($"A process ended with {exitCode}: {await _workers[i].ErrorsAsync()}");
            }

            await _workers[i].DisposeAsync();
            _workers[i] = StartWorker();
        }
    }

    private RunningProcess StartWorker() => _program.StartRunning(_plan.Foreground ? "sync" : "work");

    private async Task StartServerAsync()
    {
        var address = _server.Address;
        await _server.DisposeAsync();
        _server = await _program.ServeAsync(ServerSyncs, address);
    }
}
