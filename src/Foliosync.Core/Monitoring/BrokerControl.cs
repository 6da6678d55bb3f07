using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Monitoring;

/// <summary>A broker that an operator has paused.</summary>
/// <param name="BrokerId">The broker.</param>
/// <param name="Since">UTC instant.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record PausedBroker(string BrokerId, DateTimeOffset Since, string Reason);

/// <summary>Pauses one broker for everyone, and resumes it. Its connections wait meanwhile; what is at work comes to its end.</summary>
public sealed class BrokerControl(Database database, BrokerCatalog catalog, TimeProvider clock)
{
    /// <summary>The longest reason, in characters.</summary>
    public const int LongestReason = 200;

    /// <summary>The brokers that are paused.</summary>
    public async Task<IReadOnlyList<PausedBroker>> PausedAsync(CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        return await db.BrokerSettings.AsNoTracking().Where(b => b.PausedAt != null)
            .Select(b => new PausedBroker(b.BrokerId, b.PausedAt!.Value, b.PauseReason ?? string.Empty)).ToListAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets the connections of a broker wait.</summary>
    /// <exception cref="NotFoundException">There is no such broker.</exception>
    /// <exception cref="InputException">There is no reason, or a long one.</exception>
    public Task PauseAsync(string brokerId, string? reason, Actor by, CancellationToken cancellationToken)
    {
        var checkedReason = CheckReason(reason);
        return ChangeAsync(brokerId, clock.GetUtcNow(), checkedReason, by, "broker.paused", cancellationToken);
    }

    /// <summary>Lets the connections of a broker sync again.</summary>
    /// <exception cref="NotFoundException">There is no such broker.</exception>
    public Task ResumeAsync(string brokerId, Actor by, CancellationToken cancellationToken) =>
        ChangeAsync(brokerId, null, null, by, "broker.resumed", cancellationToken);

    /// <summary>A reason that a person gave, checked: those who wait read it.</summary>
    /// <exception cref="InputException">There is none, or a long one.</exception>
    public static string CheckReason(string? reason) => reason?.Trim() switch
    {
        null or "" => throw new InputException("Say why: whoever waits for it reads this.", "reason"),
        { Length: > LongestReason } => throw new InputException("The reason is longer than 200 characters.", "reason"),
        var text => text,
    };

    /// <summary>The same for a caller who saves, of a broker that has been paused once.</summary>
    internal static async Task ResumeAsync(FoliosyncDb db, string brokerId, Actor by, DateTimeOffset now, CancellationToken cancellationToken) => Change(
        db,
        await db.BrokerSettings.SingleOrDefaultAsync(b => b.BrokerId == brokerId, cancellationToken).ConfigureAwait(false) ?? throw new NotFoundException("broker"),
        (null, null),
        by.Did("broker.resumed", brokerId, now));

    private async Task ChangeAsync(string brokerId, DateTimeOffset? pausedAt, string? reason, Actor by, string action, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        if (!catalog.TryFind(brokerId, out var broker))
        {
            throw new NotFoundException("broker");
        }

        await using var db = database.Open(OwnerScope.Everyone);
        var id = broker.Manifest.Id;
        var settings = await db.BrokerSettings.SingleOrDefaultAsync(b => b.BrokerId == id, cancellationToken).ConfigureAwait(false);
        if (settings is null)
        {
            db.BrokerSettings.Add(settings = new BrokerSettings { BrokerId = id });
        }

        Change(db, settings, (pausedAt, reason), by.Did(action, id, clock.GetUtcNow()));
        await db.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void Change(FoliosyncDb db, BrokerSettings settings, (DateTimeOffset? At, string? Reason) pause, AuditEvent told)
    {
        told.Detail = AuditDetail.OfPause((settings.PausedAt, settings.PauseReason), pause);
        (settings.PausedAt, settings.PauseReason) = pause;
        db.AuditEvents.Add(told);
    }
}
