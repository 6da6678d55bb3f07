using System.Globalization;
using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Jobs;
using Foliosync.Core.Monitoring;
using Foliosync.Core.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Diagnosis;

/// <summary>
/// Tells the people who run the instance, through their own channels, what keeps it from working or soon will: a lost worker, work that
/// is late, a broker at which many runs fail, a full disk, a key file that others can read, an old backup.
/// </summary>
internal sealed class OperatorWatch(
    Database database, MonitorReader monitor, InstanceChecks checks, MasterKeySource keys, Incidents incidents, MonitorSettings settings, TimeProvider clock)
    : IRecurringJob
{
    private const string BackedUp = "instance.backedUp";

    // Whoever looks later sees it on the page of workers.
    private static readonly TimeSpan LossIsNews = TimeSpan.FromMinutes(15);

    private static readonly string[] Kinds =
    [
        AlertKinds.WorkerLost, AlertKinds.SyncsLate, AlertKinds.BrokerFails, AlertKinds.DiskLow, AlertKinds.KeyFileOpen, AlertKinds.BackupOld,
    ];

    public string Name => "watch-instance";

    public TimeSpan Every => TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var told = await LookAsync(cancellationToken);
        await using var db = database.Open(OwnerScope.Everyone);
        var operators = await db.Users.Where(u => u.Role == UserRole.Admin && !u.Disabled).Select(u => u.Id).ToListAsync(cancellationToken);
        var open = await db.Alerts.Where(a => a.ResolvedAt == null && Kinds.Contains(a.Kind)).Select(a => new { a.SubjectId, a.Kind }).ToListAsync(cancellationToken);
        foreach (var id in operators)
        {
            foreach (var kind in Kinds)
            {
                var isOpen = open.Exists(a => a.SubjectId == id && a.Kind == kind);
                if (told.TryGetValue(kind, out var message) && !isOpen)
                {
                    await incidents.RaiseAsync(id, id, null, kind, message, cancellationToken);
                }
                else if (!told.ContainsKey(kind) && isOpen)
                {
                    await incidents.EndAsync(id, kind, cancellationToken);
                }
            }
        }
    }

    /// <summary>What is wrong now: one sentence for each kind of alert.</summary>
    public async Task<IReadOnlyDictionary<string, string>> LookAsync(CancellationToken cancellationToken)
    {
        var told = new Dictionary<string, string>(StringComparer.Ordinal);
        var now = clock.GetUtcNow();
        var seen = await monitor.LookAsync(cancellationToken);
        if (seen.Workers.LastOrDefault(w => w.Role != WorkerRole.Foreground && w.LostAt > now - LossIsNews) is { } lost)
        {
            told[AlertKinds.WorkerLost] = string.Create(
                CultureInfo.InvariantCulture,
                $"The worker {lost.Name} died at {lost.LastSeenAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC while it was at {lost.Busy} syncs. The others began them again; see its log for why.");
        }

        var late = TimeSpan.FromSeconds(Math.Max(seen.QueueAge, seen.Overdue));
        if (late > settings.LongestLag)
        {
            told[AlertKinds.SyncsLate] = string.Create(
                CultureInfo.InvariantCulture, $"Syncs are {late.TotalMinutes:0} minutes late. Start more workers with 'foliosync work', or see what those that run are at.");
        }

        if (await FailingAsync(now, cancellationToken) is { Count: > 0 } failing)
        {
            told[AlertKinds.BrokerFails] = $"Too many of the last syncs failed at {string.Join(", ", failing)}. See the monitor for why.";
        }

        if (checks.DiskSpace() is { State: not FindingState.Fine } disk)
        {
            told[AlertKinds.DiskLow] = $"{disk.Message} {disk.Cure}";
        }

        if (IsKeyFileOpen())
        {
            told[AlertKinds.KeyFileOpen] = $"Other users of the machine can read the key file. Run 'chmod 600 {keys.KeyFile}'.";
        }

        if (await FindOldBackupAsync(now, cancellationToken) is { } backup)
        {
            told[AlertKinds.BackupOld] = backup;
        }

        return told;
    }

    /// <summary>Notes that a backup was made. That it cannot be noted makes the backup no worse.</summary>
    public async Task NoteBackupAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var db = database.Open(OwnerScope.Everyone);
            db.AuditEvents.Add(new AuditEvent
            {
                Id = Guid.CreateVersion7(clock.GetUtcNow()),
                At = clock.GetUtcNow(),
                Action = BackedUp,
                Subject = "instance",
                Source = "cli",
            });
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (Exception e) when (e is System.Data.Common.DbException or DbUpdateException)
        {
            // The database is as it was when it was backed up.
        }
    }

    private async Task<List<string>> FailingAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        // This hour of the clock and the one before: at its turn nothing would be known of the new one.
        var since = now.AddHours(-2);
        await using var db = database.Open(OwnerScope.Everyone);
        var hours = await db.RunHours.Where(h => h.Hour > since).GroupBy(h => h.BrokerId)
            .Select(g => new { Broker = g.Key, Succeeded = g.Sum(h => h.Succeeded), Failed = g.Sum(h => h.Failed) }).ToListAsync(cancellationToken);
        return [.. hours.Where(h => h.Succeeded + h.Failed >= settings.FewestRuns && h.Failed >= settings.FailureRatio * (h.Succeeded + h.Failed)).Select(h => h.Broker)];
    }

    private bool IsKeyFileOpen()
    {
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        return !OperatingSystem.IsWindows() && keys.KeyFile is { } file && File.Exists(file) && (File.GetUnixFileMode(file) & Others) != 0;
    }

    private async Task<string?> FindOldBackupAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var last = await db.AuditEvents.Where(a => a.Action == BackedUp).OrderByDescending(a => a.At).Select(a => (DateTimeOffset?)a.At).FirstOrDefaultAsync(cancellationToken);
        return last is { } at
            ? now - at > settings.OldestBackup
                ? $"The last backup is of {at.UtcDateTime:yyyy-MM-dd}. Run 'foliosync backup FILE', best each night."
                : null
            : settings.IsBackupExpected ? "There was no backup yet. Run 'foliosync backup FILE', best each night." : null;
    }
}
