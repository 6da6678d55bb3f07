namespace Foliosync.Diagnosis;

/// <summary>What one check found.</summary>
/// <param name="Check">Permanent kebab-case name of the check.</param>
/// <param name="State">How it stands.</param>
/// <param name="Message">What was found, in one sentence.</param>
/// <param name="Cure">What to do; null when nothing is to be done.</param>
internal sealed record Finding(string Check, FindingState State, string Message, string? Cure = null)
{
    public static Finding Fine(string check, string message) => new(check, FindingState.Fine, message);

    public static Finding Warning(string check, string message, string cure) => new(check, FindingState.Warning, message, cure);

    public static Finding Failed(string check, string message, string cure) => new(check, FindingState.Failed, message, cure);

    public static Finding Skipped(string check, string message) => new(check, FindingState.Skipped, message);
}

/// <summary>How a check stands.</summary>
internal enum FindingState
{
    /// <summary>All fine.</summary>
    Fine,

    /// <summary>Works, but somebody should look at it.</summary>
    Warning,

    /// <summary>Does not work.</summary>
    Failed,

    /// <summary>Could not be checked, because an earlier check failed.</summary>
    Skipped,
}
