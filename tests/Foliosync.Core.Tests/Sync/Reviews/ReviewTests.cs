using Foliosync.Core.Sync;
using Foliosync.Core.Sync.Reviews;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Sync.Reviews;

/// <summary>Ten shares are held, then the broker reports none of them.</summary>
public sealed class ReviewTests
{
    [Theory, EachStore]
    public async Task A_surprising_report_opens_a_review_that_shows_what_would_vanish(Store store)
    {
        await using var world = await SurprisedAsync(store);

        var review = (await ReviewsAsync(world)).ShouldHaveSingleItem();

        var run = await world.LastRunAsync();
        (review.State, review.RunId, review.LastRunId, review.DecidedAt).ShouldBe((ReviewState.Waiting, run.Id, run.Id, null));
        review.OwnerId.ShouldBe(await world.ReadAsync(db => db.Users.Select(u => u.Id).SingleAsync()));
        review.Reason.ShouldBe("The broker reports none of the 10 holdings any more.");
        review.Diff.Lots.Count.ShouldBe(10);
        review.Diff.Lots[0].Name.ShouldBe("S10 Ltd");
        // 1 + 2 + ... + 10 units at 110.
        review.Diff.Totals.ShouldBe([new ValueTotal("INR", new Change(6_050m, 0m))]);
        run.ErrorMessage.ShouldNotBeNull().ShouldContain("accept or reject");
    }

    [Theory, EachStore]
    public async Task The_same_report_again_is_the_same_review(Store store)
    {
        await using var world = await SurprisedAsync(store);
        var first = await world.LastRunAsync();

        world.Time.Advance(TimeSpan.FromHours(1));
        await world.SyncAsync();

        var review = (await ReviewsAsync(world)).ShouldHaveSingleItem();
        (review.RunId, review.LastRunId).ShouldBe((first.Id, (await world.LastRunAsync()).Id));
        review.Since.ShouldBe(first.FinishedAt!.Value);
    }

    [Theory, EachStore]
    public async Task Accepting_applies_what_was_reported_as_a_run_of_its_own(Store store)
    {
        await using var world = await SurprisedAsync(store);
        var surprising = await world.LastRunAsync();
        var before = await world.StateAsync();
        world.Time.Advance(TimeSpan.FromMinutes(5));

        var applied = await world.Decisions.AcceptAsync(surprising.Id, Actor.CommandLine, default);

        (await world.HoldingsAsync()).ShouldBeEmpty();
        var run = await world.LastRunAsync();
        (run.Id, run.Trigger, run.State, run.Closed).ShouldBe((applied, SyncTrigger.Manual, SyncRunState.Succeeded, 10));
        var review = (await ReviewsAsync(world)).ShouldHaveSingleItem();
        (review.State, review.DecidedAt).ShouldBe((ReviewState.Accepted, world.Clock.GetUtcNow()));
        (await world.ReadAsync(db => db.AuditEvents.Where(a => a.Action == "review.accepted").Select(a => a.Subject).SingleAsync())).ShouldBe(review.Id.ToString());
        (await world.ReadAsync(db => db.Alerts.CountAsync(a => a.ResolvedAt == null))).ShouldBe(0);

        // The broker was not asked, so nothing is known of the login, and the schedule stays.
        var after = await world.StateAsync();
        (after.State, after.NextSyncAt, after.LastSuccessAt, after.LeaseToken).ShouldBe((before.State, before.NextSyncAt, before.LastSuccessAt, null));
    }

    [Theory, EachStore]
    public async Task What_was_accepted_is_as_it_was_when_it_was_reported_and_the_next_equal_report_changes_nothing(Store store)
    {
        await using var world = await SurprisedAsync(store);
        var surprising = await world.LastRunAsync();
        world.Time.Advance(TimeSpan.FromMinutes(5));
        await world.Decisions.AcceptAsync(surprising.Id, Actor.CommandLine, default);

        (await world.ReadAsync(db => db.Accounts.Select(a => a.ReportedAt).SingleAsync())).ShouldBe(surprising.FinishedAt);
        (await world.ReadAsync(db => db.HoldingPeriods.Select(p => p.To).Distinct().SingleAsync())).ShouldBe(surprising.FinishedAt!.Value);
        world.Time.Advance(TimeSpan.FromMinutes(5));
        (await world.SyncAsync()).Counts.ShouldBe(new SyncCounts(0, 0, 0, 0, 0, 0));
    }

    [Theory, EachStore]
    public async Task The_first_of_several_equal_runs_can_be_accepted_too(Store store)
    {
        await using var world = await SurprisedAsync(store);
        var first = await world.LastRunAsync();
        world.Time.Advance(TimeSpan.FromHours(1));
        await world.SyncAsync();

        await world.Decisions.AcceptAsync(first.Id, Actor.CommandLine, default);

        (await world.HoldingsAsync()).ShouldBeEmpty();
    }

    [Theory, EachStore]
    public async Task A_plausible_report_withdraws_the_review_and_then_nothing_can_be_accepted(Store store)
    {
        await using var world = await SurprisedAsync(store);
        var surprising = await world.LastRunAsync();
        world.Time.Advance(TimeSpan.FromMinutes(5));
        world.Broker["key1"].Holdings = Shares(10);
        await world.SyncAsync();

        (await ReviewsAsync(world)).ShouldHaveSingleItem().State.ShouldBe(ReviewState.Withdrawn);
        var refused = await Should.ThrowAsync<RefusedException>(() => world.Decisions.AcceptAsync(surprising.Id, Actor.CommandLine, default));
        refused.Message.ShouldContain("newer report has been applied");
        (await world.HoldingsAsync()).Count.ShouldBe(10);
    }

    [Theory, EachStore]
    public async Task A_rejected_report_is_neither_asked_about_again_nor_ever_applied_by_itself(Store store)
    {
        await using var world = await SurprisedAsync(store);
        await world.Decisions.RejectAsync((await world.LastRunAsync()).Id, Actor.CommandLine, default);

        world.Time.Advance(TimeSpan.FromHours(7));
        var summary = await world.SyncAsync();

        summary.NeedsReview.ShouldBe(1);
        (await world.HoldingsAsync()).Count.ShouldBe(10);
        (await ReviewsAsync(world)).ShouldHaveSingleItem().State.ShouldBe(ReviewState.Rejected);
        (await world.ReadAsync(db => db.Alerts.Select(a => a.ResolvedAt).SingleAsync())).ShouldNotBeNull("No alert is new, and the old one is settled.");
        (await world.LastRunAsync()).ErrorMessage.ShouldNotBeNull().ShouldContain("rejected on 2026-");
        (await world.ReadAsync(db => db.AuditEvents.CountAsync(a => a.Action == "review.rejected"))).ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task After_a_rejection_another_surprising_report_is_asked_about(Store store)
    {
        await using var world = await SurprisedAsync(store);
        await world.Decisions.RejectAsync((await world.LastRunAsync()).Id, Actor.CommandLine, default);
        world.Time.Advance(TimeSpan.FromHours(1));
        world.Broker["key1"].Holdings = Shares(1);

        await world.SyncAsync();

        (await ReviewsAsync(world)).Select(r => r.State).ShouldBe([ReviewState.Rejected, ReviewState.Waiting]);
    }

    [Theory, EachStore]
    public async Task A_rejection_can_be_taken_back_while_the_broker_still_says_so(Store store)
    {
        await using var world = await SurprisedAsync(store);
        var surprising = await world.LastRunAsync();
        await world.Decisions.RejectAsync(surprising.Id, Actor.CommandLine, default);
        world.Time.Advance(TimeSpan.FromHours(1));
        await world.SyncAsync();

        await world.Decisions.AcceptAsync(surprising.Id, Actor.CommandLine, default);

        (await world.HoldingsAsync()).ShouldBeEmpty();
        (await ReviewsAsync(world)).ShouldHaveSingleItem().State.ShouldBe(ReviewState.Accepted);
    }

    [Theory, EachStore]
    public async Task What_the_broker_says_for_hours_is_confirmed_by_nobody(Store store)
    {
        await using var world = await SurprisedAsync(store);

        world.Time.Advance(TimeSpan.FromHours(7));
        await world.SyncAsync();

        var review = (await ReviewsAsync(world)).ShouldHaveSingleItem();
        (review.State, review.DecidedBy, review.DecidedAt).ShouldBe((ReviewState.Confirmed, null, world.Clock.GetUtcNow()));
        (await world.HoldingsAsync()).ShouldBeEmpty();
    }

    [Theory, EachStore]
    public async Task Another_surprising_report_withdraws_the_first_one_and_waits_in_its_place(Store store)
    {
        await using var world = await SurprisedAsync(store);
        world.Time.Advance(TimeSpan.FromHours(5));
        world.Broker["key1"].Holdings = Shares(1);
        await world.SyncAsync();

        // Two hours later the first report would have been seven hours old.
        world.Time.Advance(TimeSpan.FromHours(2));
        await world.SyncAsync();

        (await ReviewsAsync(world)).Select(r => (r.State, r.Diff.CountAfter)).ShouldBe([(ReviewState.Withdrawn, 0), (ReviewState.Waiting, 1)]);
        (await world.HoldingsAsync()).Count.ShouldBe(10);
    }

    [Theory, EachStore]
    public async Task A_rejection_that_comes_while_a_run_is_at_work_still_counts(Store store)
    {
        await using var world = await SurprisedAsync(store);
        var surprising = await world.LastRunAsync();
        world.Time.Advance(TimeSpan.FromHours(7));
        world.Broker["key1"].BeforeHoldings = token => world.Decisions.RejectAsync(surprising.Id, Actor.CommandLine, token);

        // By time alone this run would confirm the report.
        var summary = await world.SyncAsync();

        summary.NeedsReview.ShouldBe(1);
        (await world.HoldingsAsync()).Count.ShouldBe(10);
        (await ReviewsAsync(world)).ShouldHaveSingleItem().State.ShouldBe(ReviewState.Rejected);
    }

    [Theory, EachStore]
    public async Task Accepting_while_a_sync_is_at_work_is_refused_and_changes_nothing(Store store)
    {
        await using var world = await SurprisedAsync(store);
        var surprising = await world.LastRunAsync();
        world.Time.Advance(TimeSpan.FromMinutes(5));
        RefusedException? refused = null;
        world.Broker["key1"].BeforeHoldings = async token =>
            refused ??= await Should.ThrowAsync<RefusedException>(() => world.Decisions.AcceptAsync(surprising.Id, Actor.CommandLine, token));

        await world.SyncAsync();

        refused.ShouldNotBeNull().Message.ShouldContain("at work");
        (await world.HoldingsAsync()).Count.ShouldBe(10);
        (await ReviewsAsync(world)).ShouldHaveSingleItem().State.ShouldBe(ReviewState.Waiting);
    }

    [Theory, EachStore]
    public async Task What_todays_adapter_reads_otherwise_is_not_what_was_accepted(Store store)
    {
        await using var world = await SurprisedAsync(store);
        var surprising = await world.LastRunAsync();
        world.Time.Advance(TimeSpan.FromMinutes(5));
        world.Broker["key1"].Holdings = Shares(2);

        var refused = await Should.ThrowAsync<RefusedException>(() => world.Decisions.AcceptAsync(surprising.Id, Actor.CommandLine, default));

        refused.Message.ShouldContain("Today's adapter");
        (await world.HoldingsAsync()).Count.ShouldBe(10);
        (await ReviewsAsync(world)).ShouldNotContain(r => r.State == ReviewState.Accepted);
        (await world.StateAsync()).LeaseToken.ShouldBeNull();
    }

    [Theory, EachStore]
    public async Task A_decision_is_made_once(Store store)
    {
        await using var world = await SurprisedAsync(store);
        var surprising = await world.LastRunAsync();
        await world.Decisions.RejectAsync(surprising.Id, Actor.CommandLine, default);

        (await Should.ThrowAsync<RefusedException>(() => world.Decisions.RejectAsync(surprising.Id, Actor.CommandLine, default))).Message.ShouldContain("rejected before");
        await world.Decisions.AcceptAsync(surprising.Id, Actor.CommandLine, default);
        (await Should.ThrowAsync<RefusedException>(() => world.Decisions.AcceptAsync(surprising.Id, Actor.CommandLine, default))).Message.ShouldContain("applied already");
    }

    [Theory, EachStore]
    public async Task Nobody_decides_for_others(Store store)
    {
        await using var world = await SurprisedAsync(store);
        var surprising = await world.LastRunAsync();
        var other = Actor.Person(Guid.NewGuid(), "api");

        await Should.ThrowAsync<NotFoundException>(() => world.Decisions.AcceptAsync(surprising.Id, other, default));
        await Should.ThrowAsync<NotFoundException>(() => world.Decisions.RejectAsync(surprising.Id, other, default));
        await Should.ThrowAsync<NotFoundException>(() => world.Replay.PreviewAsync(surprising.Id, other.Scope, default));
        await Should.ThrowAsync<NotFoundException>(() => world.Replay.ApplyAsync(surprising.Id, other, default));
        await Should.ThrowAsync<NotFoundException>(() => world.Comparison.CompareAsync(surprising.Id, surprising.Id, null, other.Scope, default));
        await using var db = world.Database.Database.Open(other.Scope);
        (await db.Reviews.CountAsync()).ShouldBe(0);
    }

    [Theory, EachStore]
    public async Task A_person_who_decides_is_remembered(Store store)
    {
        await using var world = await SurprisedAsync(store);
        var person = await world.ReadAsync(db => db.Users.Select(u => u.Id).SingleAsync());

        await world.Decisions.AcceptAsync((await world.LastRunAsync()).Id, Actor.Person(person, "api"), default);

        (await ReviewsAsync(world)).ShouldHaveSingleItem().DecidedBy.ShouldBe(person);
        (await world.ReadAsync(db => db.AuditEvents.Where(a => a.Action == "review.accepted").Select(a => a.UserId).SingleAsync())).ShouldBe(person);
    }

    [Theory, EachStore]
    public async Task A_report_that_waited_before_reviews_had_rows_keeps_its_waiting_time(Store store)
    {
        await using var world = await SurprisedAsync(store);
        await world.ReadAsync(async db =>
        {
            await db.Accounts.ExecuteUpdateAsync(u => u.SetProperty(a => a.ReviewId, (Guid?)null));
            return await db.Reviews.ExecuteDeleteAsync();
        });
        var since = await world.ReadAsync(db => db.Accounts.Select(a => a.ReviewSince).SingleAsync());

        world.Time.Advance(TimeSpan.FromHours(3));
        await world.SyncAsync();
        (await ReviewsAsync(world)).ShouldHaveSingleItem().Since.ShouldBe(since!.Value);
        world.Time.Advance(TimeSpan.FromHours(4));
        await world.SyncAsync();

        (await world.HoldingsAsync()).ShouldBeEmpty();
    }

    [Theory, EachStore]
    public async Task A_row_that_cannot_be_read_is_left_out_with_a_warning_and_its_holding_stays(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Holdings = Shares(3);
        await world.SyncAsync();
        world.Time.Advance(TimeSpan.FromMinutes(5));
        world.Broker["key1"].Holdings = [SyncWorld.Share("S1", 5)];
        world.Broker["key1"].SkippedRows = 2;
        world.Broker["key1"].Warnings = [new("row-unreadable", "Row 2 of the holdings was left out: its quantity could not be read.")];

        var summary = await world.SyncAsync();

        summary.Succeeded.ShouldBe(1);
        summary.Counts.Skipped.ShouldBe(2);
        (await world.HoldingsAsync()).Select(h => (h.Symbol, h.Quantity)).ShouldBe([("S1", 5m), ("S2", 2m), ("S3", 3m)]);
        (await world.LastRunAsync()).Warnings.Select(w => w.Code).ShouldBe(["row-unreadable"]);
    }

    private static List<Brokers.Contract.ReportedHolding> Shares(int count) => [.. Enumerable.Range(1, count).Select(i => SyncWorld.Share("S" + i, i))];

    private static Task<List<Review>> ReviewsAsync(SyncWorld world) =>
        world.ReadAsync(db => db.Reviews.AsNoTracking().OrderBy(r => r.Id).ToListAsync());

    private static async Task<SyncWorld> SurprisedAsync(Store store)
    {
        var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Holdings = Shares(10);
        await world.SyncAsync();
        world.Time.Advance(TimeSpan.FromMinutes(5));
        world.Broker["key1"].Holdings = [];
        await world.SyncAsync();
        return world;
    }
}
