namespace Foliosync.Core.Statements;

/// <summary>How files are taken.</summary>
public sealed record StatementSettings
{
    /// <summary>Largest file in bytes; default 64 MB.</summary>
    public long MaxBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Age of the last file of an account at which its owner is reminded, unless the account says otherwise; default 35 days.</summary>
    public TimeSpan RemindAfter { get; init; } = TimeSpan.FromDays(35);
}
