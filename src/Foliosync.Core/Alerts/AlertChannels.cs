using Foliosync.Brokers.Contract;
using Foliosync.Core.Alerts.Channels;
using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Alerts;

/// <summary>A channel that was made.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="GeneratedSecret">The signing key that was made for it, shown this once; null when the person gave one or there is none.</param>
public sealed record NewChannel(AlertChannel Channel, Secret? GeneratedSecret);

/// <summary>What came of a trial.</summary>
/// <param name="Problem">Why it was not taken; null when it was.</param>
public sealed record ChannelTrial(string? Problem);

/// <summary>Makes, changes, tries and removes channels, and puts alerts aside.</summary>
public sealed class AlertChannels(
    Database database, Vault vault, ChannelSender sender, AlertHttp http, AlertSettings settings, TimeProvider clock)
{
    // A trial goes wherever its address points, and at once.
    private const int TrialsPerHour = 20;

    /// <summary>Makes a channel. It tells at once what is open now.</summary>
    /// <exception cref="InputException">The first problem, naming its field.</exception>
    /// <exception cref="NotFoundException">A connection is not one of the owner's.</exception>
    public async Task<NewChannel> CreateAsync(
        Guid ownerId, AlertChannelKind kind, ChannelValues values, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(by);
        var now = clock.GetUtcNow();
        var channel = new AlertChannel { Id = Guid.CreateVersion7(now), OwnerId = ownerId, Kind = kind, Address = string.Empty, CreatedAt = now };
        ChannelForm.Apply(channel, values with { Address = values.Address ?? string.Empty }, http, settings);
        var secret = ChannelForm.CheckSecret(kind, values.Secret);
        channel.Sealed = Seal(channel, secret);

        await using var db = database.Open(by.Scope);
        await RequireConnectionsAsync(db, channel, cancellationToken);
        db.AlertChannels.Add(channel);
        db.AuditEvents.Add(by.Did("alertChannel.created", channel.Id, now));
        await db.SaveChangesAsync(cancellationToken);
        await TellOpenOnesAsync(db, ownerId, cancellationToken);
        return new NewChannel(channel, string.IsNullOrWhiteSpace(values.Secret?.Reveal()) ? secret : null);
    }

    /// <summary>Changes a channel.</summary>
    /// <returns>The channel; a new signing key when an empty one was given.</returns>
    /// <exception cref="InputException">The first problem, naming its field.</exception>
    /// <exception cref="NotFoundException">There is no such channel within reach, or a connection is not one of its owner's.</exception>
    public async Task<NewChannel> ChangeAsync(Guid channelId, ChannelValues values, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope);
        var channel = await FindAsync(db, channelId, cancellationToken);
        var wasEnabled = channel.Enabled;
        ChannelForm.Apply(channel, values, http, settings);
        var secret = values.Secret is null ? null : ChannelForm.CheckSecret(channel.Kind, values.Secret);
        channel.Sealed = values.Secret is null ? channel.Sealed : Seal(channel, secret);
        await RequireConnectionsAsync(db, channel, cancellationToken);
        db.AuditEvents.Add(by.Did("alertChannel.changed", channelId, clock.GetUtcNow()));
        await db.SaveChangesAsync(cancellationToken);
        if (!channel.Enabled)
        {
            // Switched on again, it tells what is open then, not what was.
            await db.AlertDeliveries.Where(d => d.ChannelId == channelId && d.State == AlertDeliveryState.Waiting).ExecuteDeleteAsync(cancellationToken);
        }
        else if (!wasEnabled)
        {
            await TellOpenOnesAsync(db, channel.OwnerId, cancellationToken);
        }

        return new NewChannel(channel, values.Secret is not null && string.IsNullOrWhiteSpace(values.Secret.Reveal()) ? secret : null);
    }

    /// <summary>Removes a channel with its deliveries.</summary>
    /// <exception cref="NotFoundException">There is no such channel within reach.</exception>
    public async Task RemoveAsync(Guid channelId, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.AlertChannels.Where(c => c.Id == channelId).ExecuteDeleteAsync(cancellationToken) == 0)
        {
            throw new NotFoundException("alert channel");
        }

        var now = clock.GetUtcNow();
        await db.Alerts.Where(a => a.SubjectId == channelId && a.ResolvedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.ResolvedAt, now).SetProperty(a => a.TellAt, (DateTimeOffset?)null), cancellationToken);
        db.AuditEvents.Add(by.Did("alertChannel.removed", channelId, now));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Sends a trial now, whatever the hour, and notes it among the deliveries.</summary>
    /// <exception cref="NotFoundException">There is no such channel within reach.</exception>
    /// <exception cref="InputException">There were too many trials.</exception>
    public async Task<ChannelTrial> TestAsync(Guid channelId, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope);
        var channel = await FindAsync(db, channelId, cancellationToken);
        var now = clock.GetUtcNow();
        var hourAgo = now - TimeSpan.FromHours(1);
        if (await db.AlertDeliveries.CountAsync(d => d.ChannelId == channelId && d.Event == AlertEvent.Test && d.CreatedAt > hourAgo, cancellationToken) >= TrialsPerHour)
        {
            throw new InputException($"This channel had {TrialsPerHour} trials in the last hour. Wait a while.");
        }

        var id = Guid.CreateVersion7(now);
        var item = new AlertItem(
            AlertEvent.Test, null, AlertKinds.Test, null, null, "This is a trial. Alerts of Foliosync will arrive here.", now, null);
        var problem = await sender.TrySendAsync(
            channel, AlertMessage.Compose(id, AlertEvent.Test, [item], loginLink: null, settings.PublicUrl), cancellationToken);
        db.AlertDeliveries.Add(new AlertDelivery
        {
            Id = id,
            OwnerId = channel.OwnerId,
            ChannelId = channelId,
            Event = AlertEvent.Test,
            // Whoever asked has the answer: it is not tried again.
            State = problem is null ? AlertDeliveryState.Sent : AlertDeliveryState.Dead,
            MessageId = id,
            Tries = 1,
            FirstTriedAt = now,
            NextTryAt = now,
            LastError = problem,
            SentAt = problem is null ? clock.GetUtcNow() : null,
            CreatedAt = now,
        });
        var worksAgain = problem is null && channel.DeadSince is not null;
        channel.DeadSince = problem is null ? null : channel.DeadSince;
        channel.LastSentAt = problem is null ? clock.GetUtcNow() : channel.LastSentAt;
        await db.SaveChangesAsync(CancellationToken.None);
        if (worksAgain)
        {
            await new Incidents(database, clock).EndAsync(channelId, AlertKinds.ChannelDead, CancellationToken.None);
        }

        return new ChannelTrial(problem);
    }

    /// <summary>Puts an alert aside: it is not listed as open any more, and what was not told of it yet is not told. Its end still is.</summary>
    /// <exception cref="NotFoundException">There is no such alert within reach.</exception>
    public async Task DismissAsync(Guid alertId, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await DismissAsync(db, alertId, by, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The same in the transaction of a caller who saves.</summary>
    internal async Task DismissAsync(FoliosyncDb db, Guid alertId, Actor by, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (!await db.Alerts.AnyAsync(a => a.Id == alertId, cancellationToken))
        {
            throw new NotFoundException("alert");
        }

        if (await db.Alerts.Where(a => a.Id == alertId && a.DismissedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.DismissedAt, now), cancellationToken) > 0)
        {
            await db.AlertDeliveries
                .Where(d => d.AlertId == alertId && d.Event == AlertEvent.Raised && d.State == AlertDeliveryState.Waiting && d.MessageId == null)
                .ExecuteDeleteAsync(cancellationToken);
            db.AuditEvents.Add(by.Did("alert.dismissed", alertId, now));
        }
    }

    // Those that were told by other channels are not told by them again: a delivery exists once.
    private static Task<int> TellOpenOnesAsync(FoliosyncDb db, Guid ownerId, CancellationToken cancellationToken) => db.Alerts
        .Where(a => a.OwnerId == ownerId && a.ResolvedAt == null && a.DismissedAt == null && a.TellAt == null && a.ToldAt != null)
        .ExecuteUpdateAsync(set => set.SetProperty(a => a.TellAt, a => a.ToldAt), cancellationToken);

    private byte[]? Seal(AlertChannel channel, Secret? secret) => secret is null ? null : vault.Seal(secret, channel.Id, AlertChannel.SealedField);

    private static async Task RequireConnectionsAsync(FoliosyncDb db, AlertChannel channel, CancellationToken cancellationToken)
    {
        if (channel.Connections is not { } wanted)
        {
            return;
        }

        if (await db.Connections.CountAsync(c => c.OwnerId == channel.OwnerId && wanted.Contains(c.Id), cancellationToken) < wanted.Count)
        {
            throw new NotFoundException("connection");
        }
    }

    private static async Task<AlertChannel> FindAsync(FoliosyncDb db, Guid id, CancellationToken cancellationToken) =>
        await db.AlertChannels.SingleOrDefaultAsync(c => c.Id == id, cancellationToken) ?? throw new NotFoundException("alert channel");
}
