using Foliosync.Brokers.Contract;
using Foliosync.Core.Tests.Storage;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Sync;

public sealed class RunJournalTests : IDisposable
{
    private readonly HeardLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task A_run_that_changed_something_is_one_line_with_its_ids_and_counts()
    {
        await using var world = await SyncWorld.CreateAsync(Store.Sqlite, logs: _logs);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 10), SyncWorld.Share("TCS", 5)];

        await world.SyncAsync();

        var run = await world.LastRunAsync();
        var line = _logs.Lines.ShouldHaveSingleItem();
        line.Level.ShouldBe(LogLevel.Information);
        (line.Fields["RunId"], line.Fields["ConnectionId"], line.Fields["Broker"]).ShouldBe((run.Id, run.ConnectionId, "scripted"));
        (line.Fields["Result"], line.Fields["Received"], line.Fields["Inserted"]).ShouldBe(("succeeded", 2, 2));
    }

    [Fact]
    public async Task Runs_that_change_nothing_are_for_debugging_only_unless_a_person_waits_for_them()
    {
        await using var world = await SyncWorld.CreateAsync(Store.Sqlite, logs: _logs);
        await world.ConnectAsync("key1", "key2");
        world.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 10)];
        world.Broker["key2"].Holdings = [SyncWorld.Share("TCS", 5)];
        await world.SyncAsync();
        _logs.Lines.Select(l => l.Level).ShouldBe([LogLevel.Information, LogLevel.Information]);

        world.Time.Advance(TimeSpan.FromHours(2));
        await world.SyncDueAsync();
        await world.SyncOneAsync("key1");

        _logs.Lines.Skip(2).Select(l => l.Level).ShouldBe([LogLevel.Debug, LogLevel.Debug, LogLevel.Information]);
    }

    [Fact]
    public async Task A_failure_is_a_warning_with_its_kind_and_message()
    {
        await using var world = await SyncWorld.CreateAsync(Store.Sqlite, logs: _logs);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Failures["holdings"] = BrokerException.Transient("The broker is away. It is tried again later.", detail: "planted");

        await world.SyncAsync();

        var line = _logs.Lines.ShouldHaveSingleItem();
        line.Level.ShouldBe(LogLevel.Warning);
        (line.Fields["Result"], line.Fields["ErrorKind"]).ShouldBe(("failed", "transient"));
        line.Text.ShouldContain("The broker is away.");
        line.Text.ShouldNotContain("planted");
    }

    [Fact]
    public async Task Every_line_that_is_written_during_a_run_bears_its_ids()
    {
        await using var world = await SyncWorld.CreateAsync(Store.Sqlite, logs: _logs);
        await world.ConnectAsync("key1", "key2");
        var log = _logs.CreateLogger("adapter");
        foreach (var key in new[] { "key1", "key2" })
        {
            world.Broker[key].BeforeHoldings = async _ =>
            {
                await Task.Yield();
                log.LogInformation("Reading {Key}", key);
            };
        }

        world.Broker["key2"].Failures["cash"] = new InvalidOperationException("Planted");

        await world.SyncAsync();

        foreach (var key in new[] { "key1", "key2" })
        {
            var run = await world.LastRunAsync(key);
            var line = _logs.Lines.Single(l => l.Text == $"Reading {key}");
            (line.Fields["RunId"], line.Fields["ConnectionId"], line.Fields["Broker"]).ShouldBe((run.Id, run.ConnectionId, "scripted"));
        }

        var failed = await world.LastRunAsync("key2");
        _logs.Lines.Single(l => l.Level == LogLevel.Error).Fields["RunId"].ShouldBe(failed.Id);
        log.LogInformation("After");
        _logs.Lines[^1].Fields.Keys.ShouldNotContain("RunId");
    }
}
