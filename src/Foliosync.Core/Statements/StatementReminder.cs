using System.Globalization;
using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

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
