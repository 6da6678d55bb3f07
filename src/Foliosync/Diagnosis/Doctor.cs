using Foliosync.Core.Storage;
using Foliosync.Hosting;

namespace Foliosync.Diagnosis;

/// <summary>
/// Goes through everything that is known to go wrong. Each check names its cure. It changes nothing, so it can be run on a broken
/// instance and beside a working one.
/// </summary>
internal sealed class Doctor(InstanceChecks instance, ConnectionChecks connections, InstanceSettings settings, Database database)
{
    /// <summary>Runs every check that can be run.</summary>
    public async Task<IReadOnlyList<Finding>> ExamineAsync(CancellationToken cancellationToken)
    {
        List<Finding> findings = [Settings(), instance.DataDirectory(), instance.DiskSpace()];
        var reachable = await instance.DatabaseAsync(cancellationToken);
        findings.Add(reachable);
        if (reachable.State is FindingState.Failed or FindingState.Warning)
        {
            findings.Add(Finding.Skipped("everything-else", "The other checks need the database."));
            return findings;
        }

        var version = await instance.VersionAsync(cancellationToken);
        findings.Add(version);
        if (version.State is FindingState.Failed)
        {
            findings.Add(Finding.Skipped("everything-else", "The other checks need a database of this program's version."));
            return findings;
        }

        findings.Add(await instance.MasterKeyAsync(cancellationToken));
        findings.Add(await instance.ClockAsync(cancellationToken));
        await using var db = database.Open(OwnerScope.Everyone);
        findings.AddRange(await connections.ExamineAsync(db, cancellationToken));
        return findings;
    }

    private Finding Settings() => settings.Warnings.Count == 0
        ? Finding.Fine("settings", "Every setting can be read.")
        : Finding.Warning("settings", string.Join(' ', settings.Warnings), "Correct or remove them; 'foliosync config' shows where they come from.");
}
