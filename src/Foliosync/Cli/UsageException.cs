namespace Foliosync.Cli;

/// <summary>The verb cannot do what was asked as it was asked. The message is one sentence that says what to do.</summary>
internal sealed class UsageException(string message, int exitCode = ExitCode.Usage) : Exception(message)
{
    /// <summary>What the process ends with.</summary>
    public int ExitCode { get; } = exitCode;
}
