using System.Globalization;
using Foliosync.Core.Alerts;
using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Statements;

/// <summary>Reminds the owner of an account that only files feed when the last one is old. The next file ends it.</summary>
public sealed class StatementReminder(Database database, Incidents incidents, StatementSettings settings, TimeProvider clock) : IRecurringJob
{
    /// <inheritdoc/>
    public string Name => "remind-of-statements";

    /// <inheritdoc/>
    public TimeSpan Every => TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var fed = new List<Fed>();
        var look = SqlScript.For(database);
        look.Query(
            """
            select a.id, a.owner_id, a.connection_id, c.label, c.created_at, a.remind_after_days,
                (select max(f.imported_at) from imported_statements f where f.account_id = a.id and f.undone_at is null)
            from accounts a join connections c on c.id = a.connection_id join sync_states s on s.connection_id = c.id
            where c.reads = 0 and s.state not in ('paused', 'closed') and (a.remind_after_days is null or a.remind_after_days <> 0)
                and not exists (select 1 from alerts x where x.subject_id = a.id and x.kind = @kind and x.resolved_at is null)
            """,
            ids: null,
            row => fed.Add(new Fed(
                row.Id(0), row.Id(1), row.Id(2), row.GetString(3), row.Instant(4), row.IsDBNull(5) ? null : row.GetInt32(5), row.InstantOrNull(6))),
            ("kind", AlertKinds.StatementDue));
        await look.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        foreach (var a in fed)
        {
            var after = a.RemindAfterDays is { } days ? TimeSpan.FromDays(days) : settings.RemindAfter;
            if (now - (a.LastFileAt ?? a.CreatedAt) >= after)
            {
                var last = a.LastFileAt is { } at
                    ? string.Create(CultureInfo.InvariantCulture, $"the last file was imported on {at.UtcDateTime:yyyy-MM-dd}")
                    : "no file has been imported yet";
                await incidents.RaiseAsync(
                    a.OwnerId,
                    a.Id,
                    a.ConnectionId,
                    AlertKinds.StatementDue,
                    $"{a.Label}: {last}. Download a new one from the broker and import it.",
                    cancellationToken);
            }
        }
    }

    private sealed record Fed(
        Guid Id, Guid OwnerId, Guid ConnectionId, string Label, DateTimeOffset CreatedAt, int? RemindAfterDays, DateTimeOffset? LastFileAt);
}
