using System.Globalization;
using Foliosync.Core.Monitoring;

namespace Foliosync.Hosting;

/// <summary>Reads what the monitor may do and when it tells.</summary>
internal static class MonitorSettingsReader
{
    public const string ReadOnlyName = "FOLIOSYNC_MONITOR__READONLY";
    public const string MetricsName = "FOLIOSYNC_METRICS";
    public const string FailureRatioName = "FOLIOSYNC_MONITOR__FAILURERATIO";
    public const string LagName = "FOLIOSYNC_MONITOR__LAG";
    public const string BackupAgeName = "FOLIOSYNC_MONITOR__BACKUPAGE";

    /// <exception cref="SettingsException">A value is wrong.</exception>
    public static MonitorSettings Read(SettingsSource source)
    {
        var usual = new MonitorSettings();
        return new MonitorSettings
        {
            IsReadOnly = source.Find(ReadOnlyName) is { } readOnly && InstanceSettings.ReadSwitch(ReadOnlyName, readOnly.Value),
            HasOpenMetrics = source.Find(MetricsName) is { } metrics && InstanceSettings.ReadSwitch(MetricsName, metrics.Value),
            FailureRatio = Number(source, FailureRatioName, 100, "a percentage") is { } percent ? percent / 100m : usual.FailureRatio,
            LongestLag = Number(source, LagName, 10_080, "a number of minutes") is { } minutes ? TimeSpan.FromMinutes(minutes) : usual.LongestLag,
            OldestBackup = Number(source, BackupAgeName, 3_660, "a number of days") is { } days ? TimeSpan.FromDays(days) : usual.OldestBackup,
            IsBackupExpected = source.Find(BackupAgeName) is not null,
        };
    }

    /// <summary>The settings for <c>foliosync config</c>.</summary>
    public static IEnumerable<EffectiveSetting> Shown(SettingsSource source, MonitorSettings settings)
    {
        yield return Shown(ReadOnlyName, settings.IsReadOnly ? "true" : "false");
        yield return Shown(MetricsName, settings.HasOpenMetrics ? "true" : "false");
        yield return Shown(FailureRatioName, Text((long)(settings.FailureRatio * 100)));
        yield return Shown(LagName, Text((long)settings.LongestLag.TotalMinutes));
        yield return Shown(BackupAgeName, Text((long)settings.OldestBackup.TotalDays));

        EffectiveSetting Shown(string name, string value) => new(name, value, source.Find(name)?.Origin ?? "default");
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static int? Number(SettingsSource source, string name, int most, string what)
    {
        if (source.Find(name)?.Value is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number
            : throw new SettingsException($"{name} is '{text}', which is not {what} from 1 to {most}.");
    }
}
