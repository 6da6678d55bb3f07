using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Alerts;

/// <summary>The statements that write incidents and deliveries.</summary>
internal static class AlertStatements
{
    // An incident that lasts already is not told again: the unique index of open ones decides, whoever was first.
    public static readonly RowStatement<Alert> Raise = new(
        """
        insert into alerts (id, owner_id, connection_id, subject_id, kind, message, created_at, tell_at)
        select r.id, r.owner_id, r.connection_id, r.subject_id, r.kind, r.message, r.created_at, r.tell_at from {rows}
        where true on conflict do nothing
        """,
        Column.Of<Alert>("id", a => a.Id),
        Column.Of<Alert>("owner_id", a => a.OwnerId),
        Column.Of<Alert>("connection_id", a => a.ConnectionId),
        Column.Of<Alert>("subject_id", a => a.SubjectId),
        Column.Of<Alert>("kind", a => a.Kind),
        Column.Of<Alert>("message", a => a.Message),
        Column.Of<Alert>("created_at", a => a.CreatedAt),
        Column.Of<Alert>("tell_at", a => a.TellAt));

    public static readonly RowStatement<IncidentEnd> EndOfConnection = new(
        """
        update alerts set resolved_at = r.at, tell_at = r.at from {rows}
        where alerts.connection_id = r.subject_id and alerts.kind = r.kind and alerts.resolved_at is null
        """,
        IncidentEndColumns());

    public static readonly RowStatement<IncidentEnd> End = new(
        """
        update alerts set resolved_at = r.at, tell_at = r.at from {rows}
        where alerts.subject_id = r.subject_id and alerts.kind = r.kind and alerts.resolved_at is null
        """,
        IncidentEndColumns());

    public static readonly RowStatement<AlertDelivery> AddDeliveries = new(
        """
        insert into alert_deliveries (id, owner_id, alert_id, channel_id, event, state, tries, next_try_at, created_at)
        select r.id, r.owner_id, r.alert_id, r.channel_id, r.event, 'waiting', 0, r.next_try_at, r.created_at
        from {rows} join alerts a on a.id = r.alert_id join alert_channels c on c.id = r.channel_id
        where true on conflict do nothing
        """,
        Column.Of<AlertDelivery>("id", d => d.Id),
        Column.Of<AlertDelivery>("owner_id", d => d.OwnerId),
        Column.Of<AlertDelivery>("alert_id", d => d.AlertId),
        Column.Of<AlertDelivery>("channel_id", d => d.ChannelId),
        Column.Of<AlertDelivery>("event", d => SqlValues.ToText(d.Event)),
        Column.Of<AlertDelivery>("next_try_at", d => d.NextTryAt),
        Column.Of<AlertDelivery>("created_at", d => d.CreatedAt));

    // What has changed since it was looked at, it ended for example, stays due and is looked at again.
    public static readonly RowStatement<LookedAt> NoteLookedAt = new(
        """
        update alerts set tell_at = r.tell_at, told_at = coalesce(alerts.told_at, r.told_at) from {rows}
        where alerts.id = r.id and alerts.tell_at = r.seen_tell_at and alerts.resolved_at is not distinct from r.seen_resolved_at
        """,
        Column.Of<LookedAt>("id", l => l.Seen.Id),
        Column.Of<LookedAt>("tell_at", l => l.TellAt),
        Column.Of<LookedAt>("told_at", l => l.ToldAt),
        Column.Of<LookedAt>("seen_tell_at", l => l.Seen.TellAt),
        Column.Of<LookedAt>("seen_resolved_at", l => l.Seen.ResolvedAt));

    private static RowColumn<IncidentEnd>[] IncidentEndColumns() =>
    [
        Column.Of<IncidentEnd>("subject_id", e => e.SubjectId),
        Column.Of<IncidentEnd>("kind", e => e.Kind),
        Column.Of<IncidentEnd>("at", e => e.At),
    ];
}

/// <summary>An incident that is over.</summary>
internal sealed record IncidentEnd(Guid SubjectId, string Kind, DateTimeOffset At);

/// <summary>What came of looking at an incident that was due.</summary>
/// <param name="Seen">As it was.</param>
/// <param name="TellAt">UTC instant of the next look; null when nothing is left to tell.</param>
/// <param name="ToldAt">UTC instant at which its beginning was handed to the channels; null when it was not.</param>
internal sealed record LookedAt(Alert Seen, DateTimeOffset? TellAt, DateTimeOffset? ToldAt = null);
