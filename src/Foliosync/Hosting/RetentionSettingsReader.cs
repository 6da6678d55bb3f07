using System.Globalization;
using Foliosync.Core.Sync;

namespace Foliosync.Hosting;

/// <summary>Reads how long history is kept.</summary>
internal static class RetentionSettingsReader
{
    public const string RunsKeptName = "FOLIOSYNC_RETENTION__RUNS";
    public const string FailedRunsKeptName = "FOLIOSYNC_RETENTION__FAILEDRUNS";
    public const string SnapshotsKeptName = "FOLIOSYNC_RETENTION__SNAPSHOTS";
    public const string FailedSnapshotsKeptName = "FOLIOSYNC_RETENTION__FAILEDSNAPSHOTS";
    public const string RunHoursKeptName = "FOLIOSYNC_RETENTION__CHARTS";

    /// <exception cref="SettingsException">A value is wrong.</exception>
    public static RetentionSettings Read(SettingsSource source)
    {
        var usual = new RetentionSettings();
        return new RetentionSettings
        {
            Runs = Kept(RunsKeptName, usual.Runs),
            FailedRuns = Kept(FailedRunsKeptName, usual.FailedRuns),
            Snapshots = Kept(SnapshotsKeptName, usual.Snapshots),
            FailedSnapshots = Kept(FailedSnapshotsKeptName, usual.FailedSnapshots),
            RunHours = Kept(RunHoursKeptName, usual.RunHours),
        };

        TimeSpan Kept(string name, TimeSpan otherwise)
        {
            if (source.Find(name)?.Value is not { } text)
            {
                return otherwise;
            }

            var time = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days <= 36_500
                ? TimeSpan.FromDays(days)
                : TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var exact) ? exact : TimeSpan.Zero;
            return time >= TimeSpan.FromHours(1) && time <= TimeSpan.FromDays(36_500)
                ? time
                : throw new SettingsException($"{name} is '{text}', which is not a number of days like 90, nor a time of an hour at least like 12:00:00.");
        }
    }

    /// <summary>The settings for <c>foliosync config</c>.</summary>
    public static IEnumerable<EffectiveSetting> Shown(SettingsSource source, RetentionSettings settings) =>
    [
        Shown(source, RunsKeptName, settings.Runs),
        Shown(source, FailedRunsKeptName, settings.FailedRuns),
        Shown(source, SnapshotsKeptName, settings.Snapshots),
        Shown(source, FailedSnapshotsKeptName, settings.FailedSnapshots),
        Shown(source, RunHoursKeptName, settings.RunHours),
    ];

    private static EffectiveSetting Shown(SettingsSource source, string name, TimeSpan time) =>
        new(name, time.ToString("c", CultureInfo.InvariantCulture), source.Find(name)?.Origin ?? "default");
}
