namespace Foliosync.Hosting;

/// <summary>
/// Hands memory back to the machine when the process has become quiet. The runtime collects when something is allocated, so a process that
/// does next to nothing would keep for hours what its start, or a busy morning, took.
/// </summary>
/// <param name="clock">Wakes it.</param>
/// <param name="allocated">Bytes allocated since the process began.</param>
/// <param name="handBack">Collects everything and gives up what is free then. Everything stands still meanwhile: some 20 ms.</param>
internal sealed class IdleMemory(TimeProvider clock, Func<long> allocated, Action handBack) : BackgroundService
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    // A server without visitors and due connections allocates about 5 MB a minute.
    private const long Quiet = 16L << 20;

    // What is worth collecting.
    private const long Busy = 32L << 20;

    private long _before;
    private long _handedBack;

    public IdleMemory(TimeProvider clock)
        : this(clock, () => GC.GetTotalAllocatedBytes(), () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true))
    {
    }

    /// <summary>Done once a minute: hands back when little was allocated in this minute, and much since it was done last.</summary>
    public void Look()
    {
        var now = allocated();
        if (now - _before < Quiet && now - _handedBack > Busy)
        {
            handBack();
            _handedBack = now;
        }

        _before = now;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Minute, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Look();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }
}
