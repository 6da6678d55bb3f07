namespace Foliosync.Core.Users;

/// <summary>One value that a line of the audit log tells of.</summary>
/// <param name="Name">What it is: a column, what went with a row, or a word of the line's own.</param>
/// <param name="Before">What was; null for nothing.</param>
/// <param name="After">What is; null for nothing.</param>
public sealed record AuditedValue(string Name, string? Before, string? After)
{
    /// <summary>What <see cref="AuditEvent.Detail"/> says; nothing when it says nothing.</summary>
    public static IReadOnlyList<AuditedValue> Of(string? detail)
    {
        var (before, after, gone) = AuditDetail.Parse(detail);
        return
        [
            .. before.Keys.Union(after.Keys).Select(n => new AuditedValue(n, before.GetValueOrDefault(n), after.GetValueOrDefault(n))),
            .. gone.Select(g => new AuditedValue(g.Key, g.Value, null)),
            .. before.Count + after.Count == 0 ? AuditDetail.Words(detail).Select(w => new AuditedValue(w.Key, null, w.Value)) : [],
        ];
    }
}
