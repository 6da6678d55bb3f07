using System.Security.Cryptography;
using Foliosync.Core.Alerts.Channels;
using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Alerts;

/// <summary>
/// Tells people what has happened. One process at a time speaks to a channel; what waits for the channel goes out as one message. A
/// message has its id before it is sent and keeps it: after a crash it is sent again under the same id.
/// </summary>
public sealed partial class AlertDeliveries(
    Database database, ChannelSender sender, Incidents incidents, LoginLinkFactory loginLink, AlertSettings settings, TimeProvider clock, ILogger<AlertDeliveries> log)
    : IRecurringJob
{
    /// <summary>How long a process may speak to a channel before another one may take over.</summary>
    internal static readonly TimeSpan LeaseTime = TimeSpan.FromMinutes(2);

    // Senders mostly wait; a few that hang must not hold up the others.
    private const int ChannelsAtOnce = 32;
    private const int DeliveriesAtOnce = 500;

    private readonly AlertOutbox _outbox = new(database, clock);

    /// <inheritdoc/>
    public string Name => "deliver-alerts";

    /// <inheritdoc/>
    public TimeSpan Every => TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!await IsAnythingDueAsync(cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        while (await _outbox.HandOutAsync(cancellationToken).ConfigureAwait(false))
        {
            // There may be more.
        }

        var lease = Guid.NewGuid();
        var channels = await ClaimAsync(lease, cancellationToken).ConfigureAwait(false);
        await Parallel.ForEachAsync(
            channels,
            new ParallelOptions { MaxDegreeOfParallelism = ChannelsAtOnce, CancellationToken = cancellationToken },
            (channel, token) => new ValueTask(SpeakAsync(channel, lease, token))).ConfigureAwait(false);
    }

    // Bare SQL: an idle server looks every few seconds, and needs no model of the whole database in memory for that.
    private async Task<bool> IsAnythingDueAsync(CancellationToken cancellationToken)
    {
        var any = false;
        var now = clock.GetUtcNow();
        var look = SqlScript.For(database);
        look.Query("select 1 from alerts where tell_at <= @now limit 1", ids: null, _ => any = true, ("now", now));
        look.Query("select 1 from alert_deliveries where state = 'waiting' and next_try_at <= @now limit 1", ids: null, _ => any = true, ("now", now));
        await look.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return any;
    }

    private async Task<List<Guid>> ClaimAsync(Guid lease, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(OwnerScope.Everyone);
        await db.AlertChannels
            .Where(c => c.Enabled && (c.LeaseUntil == null || c.LeaseUntil < now)
                && db.AlertDeliveries.Any(d => d.ChannelId == c.Id && d.State == AlertDeliveryState.Waiting && d.NextTryAt <= now))
            .ExecuteUpdateAsync(
                set => set.SetProperty(c => c.LeaseToken, lease).SetProperty(c => c.LeaseUntil, now + LeaseTime), cancellationToken)
            .ConfigureAwait(false);
        return await db.AlertChannels.Where(c => c.LeaseToken == lease).Select(c => c.Id).ToListAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task SpeakAsync(Guid channelId, Guid lease, CancellationToken cancellationToken)
    {
        try
        {
            await using var db = database.Open(OwnerScope.Everyone);
            if (await db.AlertChannels.SingleOrDefaultAsync(c => c.Id == channelId && c.LeaseToken == lease, cancellationToken).ConfigureAwait(false) is not { } channel)
            {
                return;
            }

            var begun = clock.GetUtcNow();
            foreach (var deliveries in await MessagesAsync(db, channel, begun, cancellationToken).ConfigureAwait(false))
            {
                // What is left when half of the lease is over waits for the next start. No single message takes that long.
                if (clock.GetUtcNow() - begun > LeaseTime / 2
                    || !await SendAsync(db, channel, deliveries, cancellationToken).ConfigureAwait(false))
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // One channel's fault is not another's. What waits stays waiting.
            LogFailed(log, channelId, e);
        }
        finally
        {
            await using var db = database.Open(OwnerScope.Everyone);
            await db.AlertChannels.Where(c => c.Id == channelId && c.LeaseToken == lease)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(c => c.LeaseToken, (Guid?)null).SetProperty(c => c.LeaseUntil, (DateTimeOffset?)null), CancellationToken.None)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Puts what waits into messages, each with its id stored. Those that were tried before stay as they were.</summary>
    private static async Task<List<List<AlertDelivery>>> MessagesAsync(
        FoliosyncDb db, AlertChannel channel, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // The end of an incident does not overtake its beginning.
        var waiting = await db.AlertDeliveries
            .Where(d => d.ChannelId == channel.Id && d.State == AlertDeliveryState.Waiting && d.NextTryAt <= now)
            .Where(d => d.Event != AlertEvent.Healed || !db.AlertDeliveries.Any(o => o.AlertId == d.AlertId && o.ChannelId == d.ChannelId
                && o.Event == AlertEvent.Raised && o.State == AlertDeliveryState.Waiting && o.NextTryAt > now))
            .OrderBy(d => d.Id)
            .Take(DeliveriesAtOnce)
            .ToListAsync(cancellationToken).ConfigureAwait(false);

        var allowedAt = channel.Times.AfterQuiet(now);
        foreach (var begun in waiting.Where(d => d.MessageId is not null && allowedAt > now))
        {
            begun.NextTryAt = allowedAt;
        }

        foreach (var group in waiting.Where(d => d.MessageId is null).GroupBy(d => channel.DigestAt is null ? d.Event : AlertEvent.Digest))
        {
            var at = group.Key == AlertEvent.Digest ? allowedAt : Later(allowedAt, await GatherUntilAsync(group.Key).ConfigureAwait(false));
            Guid? messageId = at > now ? null : Guid.CreateVersion7(now);
            foreach (var delivery in group)
            {
                delivery.MessageId = messageId;
                delivery.NextTryAt = at > now ? at : delivery.NextTryAt;
            }
        }

        await db.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
        return
        [
            .. waiting.Where(d => d.MessageId is not null && d.NextTryAt <= now).GroupBy(d => d.MessageId)
                .OrderBy(g => g.Max(d => d.Event)).ThenBy(g => g.Key).Select(g => g.ToList()),
        ];

        async Task<DateTimeOffset> GatherUntilAsync(AlertEvent happened)
        {
            var hourAgo = now - TimeSpan.FromHours(1);
            var sent = await db.AlertDeliveries
                .Where(d => d.ChannelId == channel.Id && d.Event == happened && d.State == AlertDeliveryState.Sent && d.SentAt > hourAgo)
                .Select(d => new { d.MessageId, d.SentAt })
                .Distinct()
                .ToListAsync(cancellationToken).ConfigureAwait(false);
            return DeliveryPolicy.NextMessageAt([.. sent.Select(s => s.SentAt!.Value)], now);
        }
    }

    /// <summary>Sends one message and notes what came of it.</summary>
    /// <returns>True when it was taken.</returns>
    private async Task<bool> SendAsync(FoliosyncDb db, AlertChannel channel, List<AlertDelivery> deliveries, CancellationToken cancellationToken)
    {
        if (await ComposeAsync(db, channel, deliveries, cancellationToken).ConfigureAwait(false) is not { } message)
        {
            return true;
        }

        var problem = await sender.TrySendAsync(channel, message, cancellationToken).ConfigureAwait(false);
        var now = clock.GetUtcNow();
        foreach (var delivery in deliveries)
        {
            Note(delivery, problem, channel.Times, now);
        }

        var isDead = deliveries.Exists(d => d.State == AlertDeliveryState.Dead);
        var wasDead = channel.DeadSince is not null;
        channel.LastSentAt = problem is null ? now : channel.LastSentAt;
        channel.DeadSince = problem is null ? null : isDead ? channel.DeadSince ?? now : channel.DeadSince;

        // The message went out, or did not: that is noted even if the server is being stopped.
        await db.SaveChangesAsync(CancellationToken.None).ConfigureAwait(false);
        if (isDead && !wasDead)
        {
            await incidents.RaiseAsync(
                channel.OwnerId,
                channel.Id,
                connectionId: null,
                AlertKinds.ChannelDead,
                $"The {SqlValues.ToText(channel.Kind)} channel has taken no message for a day, so messages were given up. {problem} Correct the channel, then send a trial.",
                CancellationToken.None).ConfigureAwait(false);
        }
        else if (problem is null && wasDead)
        {
            await incidents.EndAsync(channel.Id, AlertKinds.ChannelDead, CancellationToken.None).ConfigureAwait(false);
        }

        return problem is null;
    }

    // Null when the connection was removed meanwhile, and with it all there was to tell.
    private async Task<AlertMessage?> ComposeAsync(
        FoliosyncDb db, AlertChannel channel, List<AlertDelivery> deliveries, CancellationToken cancellationToken)
    {
        var ids = deliveries.Select(d => d.AlertId).ToList();
        var alerts = await db.Alerts.AsNoTracking().Where(a => ids.Contains(a.Id))
            .Select(a => new { Alert = a, Label = db.Connections.Where(c => c.Id == a.ConnectionId).Select(c => c.Label).FirstOrDefault() })
            .ToDictionaryAsync(a => a.Alert.Id, cancellationToken).ConfigureAwait(false);
        var items = deliveries
            .Where(d => alerts.ContainsKey(d.AlertId!.Value))
            .Select(d => (d.Event, Row: alerts[d.AlertId!.Value]))
            .Select(d => new AlertItem(
                d.Event, d.Row.Alert.Id, d.Row.Alert.Kind, d.Row.Alert.ConnectionId, d.Row.Label, d.Row.Alert.Message, d.Row.Alert.CreatedAt, d.Row.Alert.ResolvedAt))
            .ToList();

        if (items.Count == 0)
        {
            return null;
        }

        // Of what came and went between two daily messages, one line is enough.
        items = channel.DigestAt is null ? items : [.. items.GroupBy(i => i.AlertId).Select(g => g.MaxBy(i => i.Event)!)];
        var logins = items.Where(AlertMessage.NeedsLogin).Select(i => i.ConnectionId).OfType<Guid>().Distinct().ToList();
        var link = logins.Count > 0 ? await loginLink(channel.OwnerId, logins, cancellationToken).ConfigureAwait(false) : null;
        return AlertMessage.Compose(
            deliveries[0].MessageId!.Value, channel.DigestAt is null ? deliveries[0].Event : AlertEvent.Digest, items, link, settings.PublicUrl);
    }

    private static void Note(AlertDelivery delivery, string? problem, ChannelTimes times, DateTimeOffset now)
    {
        delivery.Tries++;
        delivery.FirstTriedAt ??= now;
        delivery.LastError = problem;
        if (problem is null)
        {
            delivery.State = AlertDeliveryState.Sent;
            delivery.SentAt = now;
            return;
        }

        var lastTryAt = delivery.FirstTriedAt.Value + DeliveryPolicy.Patience;
        if (now >= lastTryAt)
        {
            delivery.State = AlertDeliveryState.Dead;
            return;
        }

        var next = now + DeliveryPolicy.Backoff(delivery.Tries, RandomNumberGenerator.GetInt32(1_000) / 1_000d);
        delivery.NextTryAt = times.AfterQuiet(next < lastTryAt ? next : lastTryAt);
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    [LoggerMessage(Level = LogLevel.Error, Message = "Alerts for channel {ChannelId} could not be sent; they are tried again")]
    private static partial void LogFailed(ILogger log, Guid channelId, Exception e);
}
