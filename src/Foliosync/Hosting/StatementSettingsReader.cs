using System.Globalization;
using Foliosync.Core.Statements;

namespace Foliosync.Hosting;

/// <summary>Reads how files are taken.</summary>
internal static class StatementSettingsReader
{
    public const string MaxSizeName = "FOLIOSYNC_IMPORT__MAXSIZE";
    public const string RemindAfterName = "FOLIOSYNC_IMPORT__REMINDAFTER";

    private const int MostMegabytes = 1024;
    private const int MostDays = 3660;

    /// <exception cref="SettingsException">A value is wrong.</exception>
    public static StatementSettings Read(SettingsSource source)
    {
        var usual = new StatementSettings();
        return new StatementSettings
        {
            MaxBytes = Number(source, MaxSizeName, MostMegabytes, "a number of megabytes") is { } megabytes ? megabytes * 1024L * 1024 : usual.MaxBytes,
            RemindAfter = Number(source, RemindAfterName, MostDays, "a number of days") is { } days ? TimeSpan.FromDays(days) : usual.RemindAfter,
        };
    }

    /// <summary>The settings for <c>foliosync config</c>.</summary>
    public static IEnumerable<EffectiveSetting> Shown(SettingsSource source, StatementSettings settings)
    {
        yield return Shown(source, MaxSizeName, settings.MaxBytes / (1024 * 1024));
        yield return Shown(source, RemindAfterName, (long)settings.RemindAfter.TotalDays);
    }

    private static EffectiveSetting Shown(SettingsSource source, string name, long value) =>
        new(name, value.ToString(CultureInfo.InvariantCulture), source.Find(name)?.Origin ?? "default");

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
