using Foliosync.Core.Instruments;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Users;

namespace Foliosync.Core.Sync.Reviews;

/// <summary>What one transaction reads and writes of reviews. Nothing at all on an ordinary day.</summary>
internal sealed class ReviewWrites
{
    private static readonly RowStatement<Review> Insert = new(
        """
        insert into reviews (id, owner_id, connection_id, account_id, run_id, last_run_id, reason, fingerprint, diff, state, since)
        select r.id, r.owner_id, r.connection_id, r.account_id, r.run_id, r.last_run_id, r.reason, r.fingerprint, r.diff, r.state, r.since
        from {rows}
        """,
        Column.Of<Review>("id", r => r.Id),
        Column.Of<Review>("owner_id", r => r.OwnerId),
        Column.Of<Review>("connection_id", r => r.ConnectionId),
        Column.Of<Review>("account_id", r => r.AccountId),
        Column.Of<Review>("run_id", r => r.RunId),
        Column.Of<Review>("last_run_id", r => r.LastRunId),
        Column.Of<Review>("reason", r => r.Reason),
        Column.Of<Review>("fingerprint", r => r.Fingerprint),
        Column.Of<Review>("diff", r => ReviewDiff.ToJson(r.Diff)),
        Column.Of<Review>("state", r => SqlValues.ToText(r.State)),
        Column.Of<Review>("since", r => r.Since));

    private static readonly RowStatement<Review> Await = new(
        "update accounts set review_fingerprint = r.fingerprint, review_since = r.since, review_id = r.id from {rows} where accounts.id = r.account_id",
        Column.Of<Review>("id", r => r.Id),
        Column.Of<Review>("account_id", r => r.AccountId),
        Column.Of<Review>("fingerprint", r => r.Fingerprint),
        Column.Of<Review>("since", r => r.Since));

    private static readonly RowStatement<Again> SayAgain = new(
        "update reviews set last_run_id = r.run_id from {rows} where reviews.id = r.id",
        Column.Of<Again>("id", r => r.ReviewId),
        Column.Of<Again>("run_id", r => r.RunId));

    private static readonly RowStatement<Decision> Decide = new(
        "update reviews set state = r.state, decided_at = r.decided_at, decided_by = r.decided_by from {rows} where reviews.id = r.id",
        Column.Of<Decision>("id", d => d.ReviewId),
        Column.Of<Decision>("state", d => SqlValues.ToText(d.State)),
        Column.Of<Decision>("decided_at", d => d.At),
        Column.Of<Decision>("decided_by", d => d.By?.UserId));

    private readonly Dictionary<Guid, Current> _current = [];
    private readonly List<(Review Review, AccountState Before, AccountChanges Changes)> _opened = [];
    private readonly List<Again> _again = [];
    private readonly List<Decision> _decisions = [];
    private readonly List<AuditEvent> _audit = [];
    private readonly List<Guid> _accepted = [];

    /// <summary>Adds the query for the present reviews of accounts that had one when they were claimed; a person may decide meanwhile.</summary>
    public void Load(SqlScript script, IEnumerable<ConnectionReading> group)
    {
        Guid[] ids = [.. group.SelectMany(r => r.Accounts).Select(a => a.Account).Where(a => a.ReviewFingerprint is not null).Select(a => a.Id)];
        if (ids.Length > 0)
        {
            script.Query(
                """
                select r.account_id, r.id, r.fingerprint, r.since, r.state, r.decided_at
                from accounts a join reviews r on r.id = a.review_id where a.id {ids} order by a.id for update
                """,
                ids,
                row => _current[row.Id(0)] = new Current(
                    row.Id(1), row.BytesOrNull(2)!, row.Instant(3), SqlValues.Parse<ReviewState>(row.GetString(4)), row.InstantOrNull(5)));
        }
    }

    /// <summary>Notes that a report was applied, and with that what became of the one that waited.</summary>
    public void Applied(ConnectionReading reading, AccountReading account, bool wasSurprising, DateTimeOffset now)
    {
        if (!_current.TryGetValue(account.Account.Id, out var review))
        {
            return;
        }

        if (wasSurprising && reading.Replay?.Acceptance is { } acceptance)
        {
            _decisions.Add(new Decision(review.Id, ReviewState.Accepted, now, acceptance.By));
            _audit.Add(acceptance.By.Did("review.accepted", review.Id, now, $$"""{"runId":"{{reading.Connection.RunId}}"}"""));
            _accepted.Add(reading.Connection.Id);
        }
        else if (review.State == ReviewState.Waiting)
        {
            _decisions.Add(new Decision(review.Id, wasSurprising ? ReviewState.Confirmed : ReviewState.Withdrawn, now, null));
        }
    }

    /// <summary>Decides whether a surprising report is applied all the same; if not, it waits.</summary>
    /// <returns>What to tell the person; null when it is applied.</returns>
    public string? Judge(
        ConnectionReading reading, AccountReading account, AccountState before, AccountChanges changes, TimeSpan confirmedAfter, DateTimeOffset now)
    {
        var units = ReportFingerprint.OfUnits(account.Report);
        if (reading.Replay?.Acceptance?.Covers(account.Account.Id, units) == true)
        {
            return null;
        }

        var known = _current.GetValueOrDefault(account.Account.Id);
        if (known is not null && known.Fingerprint.AsSpan().SequenceEqual(units))
        {
            // Only the broker's own word of today confirms; a recording says nothing new.
            if (known.State != ReviewState.Rejected && reading.Replay is null && now - known.Since >= confirmedAfter)
            {
                return null;
            }

            _again.Add(new Again(known.Id, reading.Connection.RunId));
            reading.IsRejected |= known.State == ReviewState.Rejected;
            return known.State == ReviewState.Rejected
                ? $"{changes.Suspicion} This was rejected on {known.DecidedAt:yyyy-MM-dd}, so your data stays as it was. If it is right after all, accept this run."
                : Waits(changes);
        }

        if (known?.State == ReviewState.Waiting)
        {
            _decisions.Add(new Decision(known.Id, ReviewState.Withdrawn, now, null));
        }

        // Before reviews had rows, an account noted only fingerprint and time.
        var since = known is null && account.Account.ReviewFingerprint is { } noted && noted.AsSpan().SequenceEqual(units) ? account.Account.ReviewSince : null;
        if (reading.Replay is null && now - since >= confirmedAfter)
        {
            return null;
        }

        var review = new Review
        {
            Id = Guid.CreateVersion7(now),
            OwnerId = reading.Connection.OwnerId,
            ConnectionId = reading.Connection.Id,
            AccountId = account.Account.Id,
            RunId = reading.Connection.RunId,
            LastRunId = reading.Connection.RunId,
            Reason = changes.Suspicion!,
            Fingerprint = units,
            Diff = ReviewDiff.Of(before, changes, new Dictionary<Guid, NamedInstrument>()),
            Since = since ?? now,
        };
        _opened.Add((review, before, changes));
        return Waits(changes);
    }

    /// <summary>Adds the query for the names that the new reviews show; none when there are no new ones.</summary>
    /// <returns>To be called when the query has been run.</returns>
    public Action? LoadNames(SqlScript script)
    {
        if (_opened.Count == 0)
        {
            return null;
        }

        var names = new Dictionary<Guid, NamedInstrument>();
        NamedInstrument.Load(
            script, [.. _opened.SelectMany(o => o.Before.Holdings.Concat(o.Changes.Opened)).Select(h => h.InstrumentId).Distinct()], names);
        return () =>
        {
            foreach (var (review, before, changes) in _opened)
            {
                review.Diff = ReviewDiff.Of(before, changes, names);
            }
        };
    }

    public void AddTo(SqlScript script, DateTimeOffset now)
    {
        script.Rows(Decide, _decisions);
        script.Rows(SayAgain, _again);
        List<Review> opened = [.. _opened.Select(o => o.Review)];
        script.Rows(Insert, opened);
        script.Rows(Await, opened);
        script.Rows(SyncStatements.InsertAuditEvents, _audit);
        if (_accepted.Count > 0)
        {
            script.Change(
                "update alerts set resolved_at = @at, tell_at = @at where connection_id {ids} and kind = 'needsReview' and resolved_at is null",
                [.. _accepted.Distinct()],
                ("at", now));
        }
    }

    private static string Waits(AccountChanges changes) =>
        $"{changes.Suspicion} Your data is as it was before; check at the broker, then accept or reject this run. If the broker still says so later, it is applied.";

    private sealed record Current(Guid Id, byte[] Fingerprint, DateTimeOffset Since, ReviewState State, DateTimeOffset? DecidedAt);

    private sealed record Again(Guid ReviewId, Guid RunId);

    private sealed record Decision(Guid ReviewId, ReviewState State, DateTimeOffset At, Actor? By);
}

/// <summary>A person's word that a surprising report is right.</summary>
/// <param name="Units">By account, the fingerprint of the units that the person saw. Other units are judged anew.</param>
/// <param name="By">Who accepts.</param>
internal sealed record Acceptance(IReadOnlyDictionary<Guid, byte[]> Units, Actor By)
{
    public bool Covers(Guid accountId, byte[] units) => Units.TryGetValue(accountId, out var seen) && seen.AsSpan().SequenceEqual(units);
}
