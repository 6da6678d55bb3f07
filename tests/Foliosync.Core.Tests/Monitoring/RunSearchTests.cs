using Foliosync.Brokers.Contract;
using Foliosync.Core.Monitoring;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Tests.Sync;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Monitoring;

/// <summary>Runs are found by what is asked, on both databases.</summary>
public sealed class RunSearchTests
{
    [Theory, EachStore]
    public async Task Every_qualifier_finds_what_it_names_and_its_negation_the_rest(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("alpha", "beta");
        var now = world.Clock.GetUtcNow();
        var alpha = (await world.StateAsync("alpha")).ConnectionId;
        var beta = (await world.StateAsync("beta")).ConnectionId;
        var good = Run(alpha, SyncRunState.Succeeded, now.AddHours(-3), 40);
        var failed = Run(beta, SyncRunState.Failed, now.AddHours(-1), 90_000);
        (failed.ErrorKind, failed.ErrorMessage, failed.Attempt, failed.Worker) = ("transient", "Kite did not answer: Rate Limit.", 3, "host/7/1");
        failed.Warnings = [new BrokerWarning("x", "y")];
        var waiting = Run(beta, SyncRunState.Queued, now, null);
        await AddAsync(world, good, failed, waiting);
        var search = new RunSearch(world.Database, world.Clock);
        Guid[] all = [waiting.Id, failed.Id, good.Id];

        foreach (var (question, found) in new (string, Guid[])[]
        {
            ("", all), ("state:succeeded", [good.Id]), ("state:failed,queued", [waiting.Id, failed.Id]), ("trigger:schedule", all), ("broker:scripted", all), ("broker:demo", []),
            ("connection:alp", [good.Id]), ($"connection:{beta}", [waiting.Id, failed.Id]), ("user:asha", all), ("user:nobody", []), ("worker:host", [failed.Id]), ("error:transient", [failed.Id]),
            ("error:\"rate limit\"", [failed.Id]), ("rate answer", [failed.Id]), ("beta", [waiting.Id, failed.Id]), ("asha@example.org beta state:failed", [failed.Id]), ($"id:{good.Id}", [good.Id]),
            ($"id:{good.Id.ToString()[..13]}", [good.Id]), ("started:<2h", [failed.Id]), ("started:>2h", [good.Id]), ("queued:4h..2h", [good.Id]), ("finished:<5h", [failed.Id, good.Id]),
            ("duration:>30s", [failed.Id]), ("duration:1ms..1s", [good.Id]), ("attempt:>1", [failed.Id]), ("warnings:>0", [failed.Id]), ("warnings:0", [waiting.Id, good.Id]),
            ("state:queued OR (alpha state:succeeded)", [waiting.Id, good.Id]),
        })
        {
            (await IdsAsync(search, question)).ShouldBe(found, question);
            if (question.Length > 0)
            {
                (await IdsAsync(search, $"NOT ({question})")).ShouldBe([.. all.Except(found)], $"NOT ({question})");
            }
        }
    }

    [Theory, EachStore]
    public async Task Pages_hold_every_run_once_in_each_order(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("alpha", "alpine");
        Guid[] ids = [(await world.StateAsync("alpha")).ConnectionId, (await world.StateAsync("alpine")).ConnectionId];
        var now = world.Clock.GetUtcNow();
        var runs = Enumerable.Range(0, 23).Select(i => Run(ids[i % 2], i % 3 == 0 ? SyncRunState.Failed : SyncRunState.Succeeded, now.AddMinutes(-i), 10 * (i % 4))).ToArray();
        await AddAsync(world, runs);
        var search = new RunSearch(world.Database, world.Clock);

        foreach (var (question, order, wanted) in new (string, RunOrder, IEnumerable<SyncRun>)[]
        {
            ("", RunOrder.Newest, runs.OrderByDescending(r => r.Id)), ("", RunOrder.Oldest, runs.OrderBy(r => r.Id)), ("trigger:schedule", RunOrder.Newest, runs.OrderByDescending(r => r.Id)),
            ("", RunOrder.Longest, runs.OrderByDescending(r => r.FinishedAt - r.StartedAt).ThenByDescending(r => r.Id)),
            ("state:failed", RunOrder.Oldest, runs.Where(r => r.State == SyncRunState.Failed).OrderBy(r => r.Id)),
            ("state:failed,succeeded,queued", RunOrder.Newest, runs.OrderByDescending(r => r.Id)),
            ("state:failed", RunOrder.Longest, runs.Where(r => r.State == SyncRunState.Failed).OrderByDescending(r => r.FinishedAt - r.StartedAt).ThenByDescending(r => r.Id)),
            ("state:failed trigger:schedule", RunOrder.Newest, runs.Where(r => r.State == SyncRunState.Failed).OrderByDescending(r => r.Id)),
            ("connection:alp", RunOrder.Newest, runs.OrderByDescending(r => r.Id)), ("connection:alp", RunOrder.Longest, runs.OrderByDescending(r => r.FinishedAt - r.StartedAt).ThenByDescending(r => r.Id)),
            ("connection:alpha state:failed", RunOrder.Oldest, runs.Where(r => r.ConnectionId == ids[0] && r.State == SyncRunState.Failed).OrderBy(r => r.Id)),
            ("connection:nosuch", RunOrder.Newest, []),
        })
        {
            var found = new List<Guid>();
            string? after = null;
            do
            {
                var page = await search.PageAsync(RunQuery.Parse(question), order, after, 5, default);
                found.AddRange(page.Items.Select(r => r.Id));
                after = page.Next;
            }
            while (after is not null);

            found.ShouldBe(wanted.Select(r => r.Id), $"{question} {order}");
        }
    }

    [Fact]
    public void A_place_that_is_none_is_refused() => Should.Throw<InputException>(() => RunPlace.Parse("nonsense"));

    [Fact]
    public void Percentiles_lie_within_the_class_that_holds_them()
    {
        var counts = new long[RunHour.Bounds.Count + 1];
        RunCharts.Percentile(counts, 0.5).ShouldBeNull();
        counts[RunHour.ClassOf(300)] = 90;
        counts[RunHour.ClassOf(7_000)] = 10;

        RunCharts.Percentile(counts, 0.5)!.Value.ShouldBeInRange(250, 500);
        RunCharts.Percentile(counts, 0.95)!.Value.ShouldBeInRange(4_000, 8_000);
    }

    private static async Task<Guid[]> IdsAsync(RunSearch search, string question) =>
        [.. (await search.PageAsync(RunQuery.Parse(question), RunOrder.Newest, null, 50, default)).Items.Select(r => r.Id)];

    private static SyncRun Run(Guid connection, SyncRunState state, DateTimeOffset at, int? milliseconds) => new()
    {
        Id = Guid.CreateVersion7(at),
        ConnectionId = connection,
        State = state,
        QueuedAt = at,
        StartedAt = milliseconds is null ? null : at,
        FinishedAt = milliseconds is { } ms ? at.AddMilliseconds(ms) : null,
    };

    private static async Task AddAsync(SyncWorld world, params SyncRun[] runs)
    {
        await using var db = world.Database.Open();
        db.SyncRuns.AddRange(runs);
        await db.SaveChangesAsync();
    }
}
