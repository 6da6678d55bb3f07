namespace Foliosync.Cli;

/// <summary>What the process answers to the one that started it.</summary>
internal static class ExitCode
{
    /// <summary>All fine.</summary>
    public const int Fine = 0;

    /// <summary>Some or all of it failed.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage or configuration; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>Stopped by Ctrl+C, as shells expect it.</summary>
    public const int Interrupted = 130;
}
