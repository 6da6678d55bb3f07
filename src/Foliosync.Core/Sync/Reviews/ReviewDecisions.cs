using Foliosync.Core.Storage;
using Foliosync.Core.Sync.Replays;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Sync.Reviews;

/// <summary>What people decide about reports that wait.</summary>
public sealed class ReviewDecisions(Database database, RunReplay replay, TimeProvider clock)
{
    /// <summary>The reviews that a run is part of: it was the first, the last, or one of those between that said the same.</summary>
    public static IQueryable<Review> Of(IQueryable<Review> reviews, SyncRun run)
    {
        ArgumentNullException.ThrowIfNull(reviews);
        ArgumentNullException.ThrowIfNull(run);
        return reviews.Where(r => r.ConnectionId == run.ConnectionId && r.RunId <= run.Id && r.LastRunId >= run.Id);
    }

    /// <summary>
    /// Applies what the broker said last, as a run of its own. A report that was rejected can be accepted as long as the broker still
    /// says so.
    /// </summary>
    /// <returns>The run that applied it.</returns>
    /// <exception cref="NotFoundException">There is no such run within reach.</exception>
    /// <exception cref="RefusedException">Nothing of the run waits any more, or it cannot be applied now.</exception>
    public async Task<Guid> AcceptAsync(Guid runId, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        List<Review> reviews;
        await using (var db = database.Open(by.Scope))
        {
            var open = await FindAsync(db, runId, cancellationToken).ConfigureAwait(false);
            var last = open.Max(r => r.LastRunId);
            reviews = open.FindAll(r => r.LastRunId == last);
        }

        var acceptance = new Acceptance(reviews.ToDictionary(r => r.AccountId, r => r.Fingerprint), by);
        var applied = await replay.ApplyAsync(reviews[0].LastRunId, acceptance, by, cancellationToken).ConfigureAwait(false);
        await using (var db = database.Open(by.Scope))
        {
            Guid[] ids = [.. reviews.Select(r => r.Id)];
            return await db.Reviews.AnyAsync(r => ids.Contains(r.Id) && r.State != ReviewState.Accepted, cancellationToken).ConfigureAwait(false)
                ? throw new RefusedException(
                    $"Today's adapter does not read this report as it was reviewed, so it was not accepted. See run {applied} for what came of it.")
                : applied;
        }
    }

    /// <summary>Keeps the data. The same report is not asked about again and never applied by itself, until the broker says something else.</summary>
    /// <exception cref="NotFoundException">There is no such run within reach.</exception>
    /// <exception cref="RefusedException">Nothing of the run waits any more.</exception>
    public async Task RejectAsync(Guid runId, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope);
        var open = await FindAsync(db, runId, cancellationToken).ConfigureAwait(false);
        Guid[] ids = [.. open.Where(r => r.State == ReviewState.Waiting).Select(r => r.Id)];
        if (ids.Length == 0)
        {
            throw new RefusedException("This was rejected before. Your data stays as it is.");
        }

        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var rejected = await db.Reviews.Where(r => ids.Contains(r.Id) && r.State == ReviewState.Waiting).ExecuteUpdateAsync(
            u => u.SetProperty(r => r.State, ReviewState.Rejected).SetProperty(r => r.DecidedAt, now).SetProperty(r => r.DecidedBy, by.UserId),
            cancellationToken).ConfigureAwait(false);
        if (rejected < ids.Length)
        {
            // A run has decided meanwhile; nothing of the rejection is kept.
            throw new RefusedException("The broker has reported anew while you decided. Look again.");
        }

        var connectionId = open[0].ConnectionId;
        // The owner's alert, whoever decides.
        await db.Alerts.IgnoreQueryFilters().Where(a => a.ConnectionId == connectionId && a.Kind == "needsReview" && a.ResolvedAt == null)
            .ExecuteUpdateAsync(u => u.SetProperty(a => a.ResolvedAt, now).SetProperty(a => a.TellAt, now), cancellationToken).ConfigureAwait(false);
        db.AuditEvents.AddRange(ids.Select(id => by.Did("review.rejected", id, now)));
        await db.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The reviews of a run that can be decided: they wait, or were rejected and the broker still says the same.</summary>
    private static async Task<List<Review>> FindAsync(FoliosyncDb db, Guid runId, CancellationToken cancellationToken)
    {
        var run = await db.SyncRuns.AsNoTracking().SingleOrDefaultAsync(r => r.Id == runId, cancellationToken).ConfigureAwait(false)
            ?? throw new NotFoundException("sync run");
        var reviews = await Of(db.Reviews.AsNoTracking(), run).Include(r => r.Account).OrderBy(r => r.Id).ToListAsync(cancellationToken).ConfigureAwait(false);
        var open = reviews.FindAll(r => r.Account!.ReviewId == r.Id && r.State is (ReviewState.Waiting or ReviewState.Rejected));
        return open.Count > 0 ? open : throw new RefusedException(reviews switch
        {
            [] => "Nothing of this run waits for a review.",
            _ when reviews.Exists(r => r.State == ReviewState.Withdrawn) =>
                "A newer report has been applied since, in which the broker says otherwise. There is nothing to decide any more.",
            _ when reviews.Exists(r => r.State == ReviewState.Rejected) =>
                "This was rejected, and the broker says otherwise by now. There is nothing to decide any more.",
            _ => "This report has been applied already.",
        });
    }
}
