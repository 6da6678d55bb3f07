using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Monitoring;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Sync;

public sealed class HistoryRetentionTests
{
    [Theory, EachStore]
    public async Task Runs_that_succeeded_go_after_90_days_and_others_after_a_year(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await AddRunsAsync(world, ("ok 91", SyncRunState.Succeeded, 91), ("failed 91", SyncRunState.Failed, 91), ("failed 366", SyncRunState.Failed, 366),
            ("login 366", SyncRunState.NeedsLogin, 366), ("review 364", SyncRunState.NeedsReview, 364), ("cancelled 366", SyncRunState.Cancelled, 366),
            ("ok 89", SyncRunState.Succeeded, 89), ("ok 0", SyncRunState.Succeeded, 0));

        await PruneAsync(world);

        (await RunsAsync(world)).ShouldBe(["review 364", "failed 91", "ok 89", "ok 0"]);
    }

    [Theory, EachStore]
    public async Task The_last_run_and_the_last_success_of_a_connection_stay_however_old(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await AddRunsAsync(world, ("ok 900", SyncRunState.Succeeded, 900), ("ok 800", SyncRunState.Succeeded, 800),
            ("failed 700", SyncRunState.Failed, 700), ("failed 600", SyncRunState.Failed, 600));

        await PruneAsync(world);

        (await RunsAsync(world)).ShouldBe(["ok 800", "failed 600"]);
    }

    [Theory, EachStore]
    public async Task A_run_that_still_waits_is_never_removed_and_takes_the_place_of_none(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await AddRunsAsync(world, ("failed 500", SyncRunState.Failed, 500), ("queued 400", SyncRunState.Queued, 400), ("running 400", SyncRunState.Running, 400));

        await PruneAsync(world);

        (await RunsAsync(world)).ShouldBe(["failed 500", "queued 400", "running 400"], ignoreOrder: true);
    }

    [Theory, EachStore]
    public async Task One_connections_new_runs_do_not_remove_anothers_last(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await AddRunsAsync(world, ("ok 900", SyncRunState.Succeeded, 900));
        await world.ConnectAsync("other");
        await AddRunsAsync(world, "other", ("other ok 1", SyncRunState.Succeeded, 1));

        await PruneAsync(world);

        (await RunsAsync(world)).ShouldBe(["ok 900", "other ok 1"]);
    }

    [Theory, EachStore]
    public async Task Snapshots_of_failures_are_kept_longer_than_those_of_successes(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await AddRunsAsync(world, ("review 91", SyncRunState.NeedsReview, 91), ("review 89", SyncRunState.NeedsReview, 89),
            ("ok 31", SyncRunState.Succeeded, 31), ("ok 29", SyncRunState.Succeeded, 29), ("orphan 31", null, 31), ("orphan 29", null, 29));

        await PruneAsync(world);

        (await SnapshotsAsync(world)).ShouldBe(["review 89", "ok 29", "orphan 29"], ignoreOrder: true);
    }

    [Theory, EachStore]
    public async Task Alerts_go_180_days_after_their_cause_and_not_before(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        var now = world.Clock.GetUtcNow();
        await using (var db = world.Database.Open())
        {
            var connection = await db.Connections.SingleAsync();
            foreach (var (name, resolvedAt) in new[] { ("lasts", (DateTimeOffset?)null), ("179", now.AddDays(-179)), ("181", now.AddDays(-181)) })
            {
                var createdAt = now.AddDays(-400);
                db.Alerts.Add(new Alert
                {
                    Id = Guid.CreateVersion7(createdAt),
                    OwnerId = connection.OwnerId,
                    ConnectionId = connection.Id,
                    Kind = "needsLogin",
                    Message = name,
                    CreatedAt = createdAt,
                    ResolvedAt = resolvedAt,
                });
            }

            await db.SaveChangesAsync();
        }

        await PruneAsync(world);

        (await world.ReadAsync(db => db.Alerts.Select(a => a.Message).ToListAsync())).ShouldBe(["lasts", "179"], ignoreOrder: true);
    }

    [Theory, EachStore]
    public async Task Logins_that_nobody_finished_go_and_the_audit_log_stays(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        var audited = await world.ReadAsync(db => db.AuditEvents.CountAsync());
        await using (var db = world.Database.Open())
        {
            var connection = await db.Connections.Select(c => c.Id).SingleAsync();
            db.PendingLogins.Add(new PendingLogin { StateHash = [1], ConnectionId = connection, ExpiresAt = world.Clock.GetUtcNow().AddSeconds(1) });
            db.PendingLogins.Add(new PendingLogin { StateHash = [2], ConnectionId = connection, ExpiresAt = world.Clock.GetUtcNow().AddYears(20) });
            await db.SaveChangesAsync();
        }

        world.Time.Advance(TimeSpan.FromDays(3_650));
        await PruneAsync(world);

        (await world.ReadAsync(db => db.PendingLogins.Select(l => l.StateHash).SingleAsync())).ShouldBe([2]);
        audited.ShouldBeGreaterThan(0);
        (await world.ReadAsync(db => db.AuditEvents.CountAsync())).ShouldBe(audited);
    }

    [Theory, EachStore]
    public async Task The_sums_of_charts_outlive_the_runs_by_years_and_then_go(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await using (var db = world.Database.Open())
        {
            db.RunHours.AddRange(new[] { 1095, 1097 }.Select(days => new RunHour { Hour = world.Clock.GetUtcNow().AddDays(-days), BrokerId = "demo", Worker = $"{days}" }));
            await db.SaveChangesAsync();
        }

        await PruneAsync(world);

        (await world.ReadAsync(db => db.RunHours.Select(h => h.Worker).ToListAsync())).ShouldBe(["1095"]);
    }

    [Theory, EachStore]
    public async Task More_rows_than_one_transaction_takes_are_all_removed(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        const int Many = (HistoryRetention.BatchSize * 2) + 3;
        await AddRunsAsync(world, [.. Enumerable.Range(0, Many).Select(n => ($"{n}", (SyncRunState?)SyncRunState.Succeeded, 100d - (n / 10_000d)))]);

        await PruneAsync(world);

        (await RunsAsync(world)).ShouldBe([$"{Many - 1}"]);
        (await SnapshotsAsync(world)).ShouldBeEmpty();
    }

    [Theory, EachStore]
    public async Task Times_can_be_set(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await AddRunsAsync(world, ("failed 3", SyncRunState.Failed, 3), ("ok 2", SyncRunState.Succeeded, 2), ("ok 1", SyncRunState.Succeeded, 1), ("ok 0", SyncRunState.Succeeded, 0));

        await PruneAsync(world, new RetentionSettings { Runs = TimeSpan.FromDays(1.5), FailedRuns = TimeSpan.FromDays(2) });

        (await RunsAsync(world)).ShouldBe(["ok 1", "ok 0"]);
    }

    [Fact]
    public void The_first_id_of_an_instant_parts_what_is_older_from_what_is_not()
    {
        var instant = new DateTimeOffset(2026, 8, 3, 5, 0, 0, TimeSpan.Zero);
        var first = HistoryRetention.FirstIdOf(instant);

        Guid.CreateVersion7(instant).ShouldBeGreaterThan(first);
        Guid.CreateVersion7(instant.AddMilliseconds(-1)).ShouldBeLessThan(first);
    }

    private static Task PruneAsync(SyncWorld world, RetentionSettings? settings = null) =>
        new HistoryRetention(world.Database, settings ?? new RetentionSettings(), world.Clock, NullLogger<HistoryRetention>.Instance).RunAsync(default);

    private static async Task AddRunsAsync(SyncWorld world, params (string Name, SyncRunState? State, double DaysAgo)[] runs)
    {
        await world.ConnectAsync("key1");
        await AddRunsAsync(world, "key1", runs);
    }

    /// <summary>Adds runs with a snapshot each, or a snapshot alone; the worker and the sealed bytes tell which one it is.</summary>
    private static async Task AddRunsAsync(SyncWorld world, string label, params (string Name, SyncRunState? State, double DaysAgo)[] runs)
    {
        await using var db = world.Database.Open();
        var connection = await db.Connections.Where(c => c.Label == label).Select(c => c.Id).SingleAsync();
        foreach (var (name, state, daysAgo) in runs)
        {
            var at = world.Clock.GetUtcNow().AddDays(-daysAgo);
            var id = Guid.CreateVersion7(at);
            if (state is not null)
            {
                db.SyncRuns.Add(new SyncRun
                {
                    Id = id,
                    ConnectionId = connection,
                    State = state.Value,
                    QueuedAt = at,
                    FinishedAt = state is SyncRunState.Queued or SyncRunState.Running ? null : at,
                    Worker = name,
                });
            }

            db.Snapshots.Add(new Snapshot
            {
                Id = Guid.CreateVersion7(at),
                RunId = id,
                ConnectionId = connection,
                TakenAt = at,
                Sealed = System.Text.Encoding.UTF8.GetBytes(name),
            });
        }

        await db.SaveChangesAsync();
    }

    private static Task<List<string?>> RunsAsync(SyncWorld world) =>
        world.ReadAsync(db => db.SyncRuns.OrderBy(r => r.QueuedAt).Select(r => r.Worker).ToListAsync());

    private static async Task<List<string>> SnapshotsAsync(SyncWorld world) =>
        [.. (await world.ReadAsync(db => db.Snapshots.Select(s => s.Sealed).ToListAsync())).Select(System.Text.Encoding.UTF8.GetString)];
}
