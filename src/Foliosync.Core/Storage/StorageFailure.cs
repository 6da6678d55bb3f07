using Microsoft.Data.Sqlite;
using Npgsql;

namespace Foliosync.Core.Storage;

/// <summary>What a database could not help.</summary>
public static class StorageFailure
{
    // SQLITE_FULL, https://www.sqlite.org/rescode.html#full
    private const int SqliteFull = 13;

    /// <summary>True when the database is away or busy for a moment, and the same statement may work soon.</summary>
    public static bool IsAway(Exception failure) => Chain(failure).Any(e => e is NpgsqlException { IsTransient: true }) && !IsFull(failure);

    /// <summary>True when the disk is full.</summary>
    public static bool IsFull(Exception failure) => Chain(failure).Any(
        e => e is SqliteException { SqliteErrorCode: SqliteFull } or PostgresException { SqlState: PostgresErrorCodes.DiskFull });

    // Entity Framework wraps what it cannot mend itself.
    private static IEnumerable<Exception> Chain(Exception failure)
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            yield return e;
        }
    }
}
