using System.Data.Common;
using Foliosync.Core.Storage;

namespace Foliosync.Diagnosis;

/// <summary>How a check went.</summary>
internal enum CheckState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>The program cannot do its work.</summary>
    Failed,

    /// <summary>It could not be looked at, because an earlier check failed.</summary>
    Unknown,
}

/// <summary>What a check found.</summary>
/// <param name="Name">What was looked at, for example <c>database</c>.</param>
/// <param name="State">How it went.</param>
/// <param name="Message">One sentence that says what to do; null when it is as it should be, or unknown.</param>
internal sealed record CheckResult(string Name, CheckState State, string? Message = null);

/// <summary>A part of the program that has to work before the whole is ready. Register one for each.</summary>
/// <param name="Name">What is looked at.</param>
/// <param name="FindFaultAsync">One sentence that says what to do; null when all is well. Quick, and throws for nothing but cancellation.</param>
internal sealed record ReadinessCheck(string Name, Func<CancellationToken, Task<string?>> FindFaultAsync);

/// <summary>Whether the program can do its work: the database first, then every part that was registered.</summary>
internal sealed class Readiness(Database database, IEnumerable<ReadinessCheck> parts)
{
    /// <summary>Looks at everything.</summary>
    public async Task<IReadOnlyList<CheckResult>> ExamineAsync(CancellationToken cancellationToken)
    {
        List<CheckResult> checks = [.. await ExamineDatabaseAsync(cancellationToken)];
        foreach (var part in parts)
        {
            checks.Add(checks.Exists(c => c.State == CheckState.Failed)
                ? new CheckResult(part.Name, CheckState.Unknown)
                : Result(part.Name, await part.FindFaultAsync(cancellationToken)));
        }

        return checks;
    }

    /// <summary>What keeps the program from working; null when nothing does.</summary>
    public async Task<string?> FindFaultAsync(CancellationToken cancellationToken) =>
        (await ExamineAsync(cancellationToken)).FirstOrDefault(c => c.State == CheckState.Failed)?.Message;

    private async Task<IReadOnlyList<CheckResult>> ExamineDatabaseAsync(CancellationToken cancellationToken)
    {
        const string Reachable = "database";
        const string Current = "migrations";
        try
        {
            var isCurrent = await database.IsCurrentAsync(cancellationToken);
            return
            [
                Result(Reachable, null),
                Result(Current, isCurrent ? null : "The database is older than the program. Run 'foliosync migrate'."),
            ];
        }
        catch (DatabaseVersionException e)
        {
            return [Result(Reachable, null), Result(Current, e.Message)];
        }
        catch (Exception e) when (e is DbException or InvalidOperationException or TimeoutException)
        {
            return
            [
                Result(Reachable, "The database cannot be reached. See the log of the server, or run 'foliosync doctor'."),
                new CheckResult(Current, CheckState.Unknown),
            ];
        }
    }

    private static CheckResult Result(string name, string? fault) =>
        new(name, fault is null ? CheckState.Ok : CheckState.Failed, fault);
}
