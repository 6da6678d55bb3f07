using System.Globalization;
using Foliosync.Cli;
using Foliosync.Core.Jobs;
using Foliosync.Core.Monitoring;
using Shouldly;
using Spectre.Console;
using Xunit;

namespace Foliosync.Tests.Cli;

/// <summary><c>foliosync top</c> and <c>foliosync work --status</c>: the monitor in a terminal.</summary>
public sealed class TopTests
{
    private static readonly DateTimeOffset Start = new(2026, 8, 3, 5, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task What_happens_while_somebody_looks_is_shown()
    {
        var written = new StringWriter(CultureInfo.InvariantCulture);
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(written), Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes });
        terminal.Profile.Width = 160;
        using var stop = new CancellationTokenSource();
        var run = new RunAtWork(Guid.NewGuid(), Guid.NewGuid(), "Everyday broker", "demo", "read holdings", Start, Start, 2);
        var told = new Queue<MonitorSnapshot>(
        [
            Seen(Start.AddSeconds(2), Worker("host/1/1", isAlive: true, run)),
            Seen(Start.AddSeconds(4), Worker("host/1/1", isAlive: false, run) with { TakenOverBy = [new TakenOver("host/2/2", 1)] }, Worker("host/2/2", isAlive: true)),
        ]);

        await TopVerb.WatchAsync(terminal, Seen(Start), LookAsync, new QuickClock(), stop.Token);

        var text = written.ToString();
        var (empty, atWork, lost) = (Place("No worker has been seen."), Place("read holdings"), Place("lost: host/1/1 was at Everyday broker (read holdings); taken over by host/2/2 (1)"));
        (empty < atWork && atWork < lost).ShouldBeTrue(text);

        int Place(string part) => text.IndexOf(part, StringComparison.Ordinal) is >= 0 and var at ? at : throw new ShouldAssertException($"'{part}' is not in {text}");

        Task<MonitorSnapshot> LookAsync(CancellationToken cancellationToken)
        {
            var next = told.Dequeue();
            if (told.Count == 0)
            {
                stop.Cancel();
            }

            return Task.FromResult(next);
        }
    }

    [Fact]
    public async Task Which_workers_are_alive_is_told_with_an_exit_code_for_scripts()
    {
        using var instance = await TestInstance.WithUserAsync();
        var nobody = await instance.RunAsync("work", "--status");
        (nobody.ExitCode, nobody.Output.Trim()).ShouldBe((1, "No worker has been seen. 'foliosync work' starts one."));

        var now = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        Add(instance, "afar/1/1", lastSeen: now, lostAt: "null");
        Add(instance, "afar/2/2", lastSeen: now - 60_000_000, lostAt: now.ToString(CultureInfo.InvariantCulture));
        var one = await instance.RunAsync("work", "--status");
        var workers = await instance.JsonAsync("work", "--status");
        instance.Sql("delete from workers where name = 'afar/1/1'");
        var none = await instance.RunAsync("work", "--status");

        one.ExitCode.ShouldBe(0, one.Errors);
        one.Output.ShouldContain("afar/1/1");
        one.Output.ShouldContain("lost: afar/2/2 was at nothing");
        workers.EnumerateArray().Select(w => (w.GetProperty("name").GetString(), w.GetProperty("isAlive").GetBoolean())).ShouldBe([("afar/1/1", true), ("afar/2/2", false)]);
        none.ExitCode.ShouldBe(1);
    }

    private static void Add(TestInstance instance, string name, long lastSeen, string lostAt) => instance.Sql(
        $"insert into workers (name, role, version, started_at, last_seen_at, lost_at) values ('{name}', 'work', '1.0', {lastSeen - 1}, {lastSeen}, {lostAt})");

    private static MonitorSnapshot Seen(DateTimeOffset at, params WorkerView[] workers) => new(at, workers, [], 0, workers.Sum(w => w.Busy), 0, 0, 0, 0);

    private static WorkerView Worker(string name, bool isAlive, params RunAtWork[] runs) =>
        new(name, WorkerRole.Work, isAlive, "1.0", Start, Start, isAlive ? null : Start, runs.Length, 0, 0, 0.1m, 1024, runs, []);

    /// <summary>Nobody waits two seconds.</summary>
    private sealed class QuickClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : dueTime, period);
    }
}
