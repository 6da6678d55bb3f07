namespace Foliosync.Core.Statements;

/// <summary>How files are taken.</summary>
public sealed record StatementSettings
{
    /// <summary>Largest file in bytes; default 64 MB.</summary>
    public long MaxBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>How long an import waits for a sync or another import of the same connection; default 30 seconds.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Age of the last file of an account at which its owner is reminded, unless the account says otherwise; default 35 days.</summary>
    public TimeSpan RemindAfter { get; init; } = TimeSpan.FromDays(35);
}
