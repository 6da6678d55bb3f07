using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Alerts;

/// <summary>
/// Turns incidents that are due into deliveries, one for each channel that wants to know. Safe to run in several processes: a delivery
/// exists once, and an incident that changed meanwhile is looked at again.
/// </summary>
internal sealed class AlertOutbox(Database database, TimeProvider clock)
{
    private const int AtOnce = 200;

    /// <summary>Hands out some of what is due.</summary>
    /// <returns>True when there may be more.</returns>
    public async Task<bool> HandOutAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var due = await DueAsync(now, cancellationToken).ConfigureAwait(false);
        if (due.Count == 0)
        {
            return false;
        }

        var channels = await ChannelsAsync([.. due.Select(d => d.Alert.OwnerId).Distinct()], cancellationToken).ConfigureAwait(false);
        var deliveries = new List<AlertDelivery>();
        var looks = new List<LookedAt>();
        foreach (var (alert, lastTold) in due)
        {
            looks.Add(Look(alert, lastTold));
        }

        await using var write = await database.BeginWriteAsync(cancellationToken).ConfigureAwait(false);
        deliveries.AddRange(await EndsAsync(write, [.. due.Select(d => d.Alert).Where(a => a.ResolvedAt is not null)], channels, now, cancellationToken).ConfigureAwait(false));
        var script = SqlScript.For(database);
        script.Rows(AlertStatements.AddDeliveries, deliveries);
        script.Rows(AlertStatements.NoteLookedAt, looks);
        await script.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return due.Count == AtOnce;

        LookedAt Look(Alert alert, DateTimeOffset? lastTold)
        {
            if (alert.ResolvedAt is not null || alert.DismissedAt is not null)
            {
                return new LookedAt(alert, TellAt: null);
            }

            var notBefore = AlertRules.NotBefore(lastTold, now);
            if (notBefore > now)
            {
                return new LookedAt(alert, notBefore);
            }

            deliveries.AddRange(channels
                .Where(c => c.OwnerId == alert.OwnerId && c.Wants(alert))
                .Select(c => Delivery(alert, c, AlertEvent.Raised, now)));
            return new LookedAt(alert, TellAt: null, now);
        }
    }

    // The beginning waits while a person has paused the connection; the end waits until nothing else keeps it from working.
    private async Task<List<(Alert Alert, DateTimeOffset? LastTold)>> DueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var due = await db.Alerts.AsNoTracking()
            .Where(a => a.TellAt <= now)
            .Where(a => a.ResolvedAt != null
                ? !db.Alerts.Any(o => o.ConnectionId != null && o.ConnectionId == a.ConnectionId && o.ResolvedAt == null)
                : !db.SyncStates.Any(s => s.ConnectionId == a.ConnectionId && s.State == ConnectionState.Paused))
            .OrderBy(a => a.TellAt).ThenBy(a => a.Id)
            .Take(AtOnce)
            .Select(a => new
            {
                Alert = a,
                LastTold = db.Alerts.Where(o => o.SubjectId == a.SubjectId && o.Kind == a.Kind && o.Id != a.Id && o.ToldAt != null)
                    .OrderByDescending(o => o.ToldAt)
                    .Select(o => o.ToldAt)
                    .FirstOrDefault(),
            })
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        return [.. due.Select(d => (d.Alert, d.LastTold))];
    }

    private async Task<List<AlertChannel>> ChannelsAsync(List<Guid> owners, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        return await db.AlertChannels.AsNoTracking()
            .Where(c => c.Enabled && owners.Contains(c.OwnerId) && db.Users.Any(u => u.Id == c.OwnerId && !u.Disabled))
            .ToListAsync(cancellationToken).ConfigureAwait(false);
    }

    // The end is told where the beginning was. What was not told yet and is over need not be told at all, except in a daily message.
    private async Task<List<AlertDelivery>> EndsAsync(
        WriteTransaction write, List<Alert> ended, List<AlertChannel> channels, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (ended.Count == 0)
        {
            return [];
        }

        Guid[] ids = [.. ended.Select(a => a.Id)];
        var told = new List<(Guid Alert, Guid Channel)>();
        var script = SqlScript.For(database);
        script.Change(
            """
            delete from alert_deliveries where alert_id {ids} and event = 'raised' and state = 'waiting' and message_id is null
                and channel_id in (select id from alert_channels where digest_at is null)
            """,
            ids);
        script.Query(
            "select alert_id, channel_id from alert_deliveries where alert_id {ids} and event = 'raised'",
            ids,
            row => told.Add((row.Id(0), row.Id(1))));
        await script.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        return
        [
            .. from pair in told
               join alert in ended on pair.Alert equals alert.Id
               join channel in channels on pair.Channel equals channel.Id
               select Delivery(alert, channel, AlertEvent.Healed, now),
        ];
    }

    private static AlertDelivery Delivery(Alert alert, AlertChannel channel, AlertEvent happened, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        OwnerId = alert.OwnerId,
        AlertId = alert.Id,
        ChannelId = channel.Id,
        Event = happened,
        NextTryAt = channel.Times.FirstFrom(now),
        CreatedAt = now,
    };
}
