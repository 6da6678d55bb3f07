using System.Globalization;
using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Statements;

/// <summary>Reminds the owner of an account that only files feed when the last one is old. The next file ends it.</summary>
public sealed class StatementReminder(Database database, Incidents incidents, StatementSettings settings, TimeProvider clock) : IRecurringJob
{
    /// <inheritdoc/>
    public string Name => "remind-of-statements";

    /// <inheritdoc/>
    public TimeSpan Every => TimeSpan.FromHours(1);

    /// <summary>Sets when the owner of an account is reminded.</summary>
    /// <param name="database">Where it is kept.</param>
    /// <param name="accountId">The account.</param>
    /// <param name="days">Days without a file, 0 for never; null to leave it as it is.</param>
    /// <param name="by">Who sets it.</param>
    /// <param name="now">UTC instant.</param>
    /// <param name="cancellationToken">Stops before anything is stored.</param>
    /// <exception cref="NotFoundException">There is no such account within reach.</exception>
    /// <exception cref="InputException">The number cannot be used.</exception>
    public static async Task SetAsync(Database database, Guid accountId, int? days, Actor by, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope);
        var account = await db.Accounts.SingleOrDefaultAsync(a => a.Id == accountId, cancellationToken) ?? throw new NotFoundException("account");
        if (days is < 0 or > 3660)
        {
            throw new InputException("Give a number of days from 1 to 3660, or 0 for no reminder.", "remindAfterDays");
        }

        if (days is null)
        {
            return;
        }

        account.RemindAfterDays = days;
        db.AuditEvents.Add(by.Did("account.changed", accountId, now));
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(OwnerScope.Everyone);
        var fed = await db.Accounts
            .Where(a => a.Connection!.Reads == ReadKinds.None && a.Connection.Sync!.State != ConnectionState.Paused && a.RemindAfterDays != 0)
            .Where(a => !db.Alerts.Any(x => x.SubjectId == a.Id && x.Kind == AlertKinds.StatementDue && x.ResolvedAt == null))
            .Select(a => new
            {
                a.Id,
                a.OwnerId,
                a.ConnectionId,
                a.Connection!.Label,
                a.Connection.CreatedAt,
                a.RemindAfterDays,
                LastFileAt = db.ImportedStatements.Where(s => s.AccountId == a.Id && s.UndoneAt == null)
                    .OrderByDescending(s => s.Id).Select(s => (DateTimeOffset?)s.ImportedAt).FirstOrDefault(),
            })
            .ToListAsync(cancellationToken);
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
}
