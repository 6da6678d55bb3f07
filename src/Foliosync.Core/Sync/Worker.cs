using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Foliosync.Core.Sync;

/// <summary>Names this process, so that others can tell whether the one that holds a lease is still alive.</summary>
internal static class Worker
{
    /// <summary>Machine, process id and start time: a process id alone is used again.</summary>
    public static string Name { get; } = NameOf(Environment.ProcessId)!;

    /// <summary>True when <paramref name="worker"/> ran on this machine and runs no more.</summary>
    public static bool IsDead(string worker)
    {
        var parts = worker.Split('/');
        return parts.Length == 3
            && parts[0] == Environment.MachineName
            && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var processId)
            && NameOf(processId) != worker;
    }

    private static string? NameOf(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            // To the second: the start time is computed from ticks since boot and may differ in its last digits.
            var started = new DateTimeOffset(process.StartTime).ToUnixTimeSeconds();
            return string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{processId}/{started}");
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }
}
