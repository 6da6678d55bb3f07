using Microsoft.Data.Sqlite;
using Npgsql;

namespace Foliosync.Core.Storage;

/// <summary>What a database could not help.</summary>
public static class StorageFailure
{
    // SQLITE_FULL, https://www.sqlite.org/rescode.html#full
    private const int SqliteFull = 13;

    // Extended codes of SQLITE_CONSTRAINT, https://www.sqlite.org/rescode.html
    private const int SqliteForeignKey = 787;
    private const int SqlitePrimaryKey = 1555;
    private const int SqliteUnique = 2067;

    // What "on delete restrict" ends with.
    private const int SqliteTrigger = 1811;

    /// <summary>True when the database is away or busy for a moment, and the same statement may work soon.</summary>
    public static bool IsAway(Exception failure) => Chain(failure).Any(e => e is NpgsqlException { IsTransient: true }) && !IsFull(failure);

    /// <summary>True when the disk is full.</summary>
    public static bool IsFull(Exception failure) => Chain(failure).Any(
        e => e is SqliteException { SqliteErrorCode: SqliteFull } or PostgresException { SqlState: PostgresErrorCodes.DiskFull });

    /// <summary>True when a row refers to another that is not there, or one that others refer to was to go.</summary>
    public static bool IsBrokenReference(Exception failure) => Chain(failure).Any(
        e => e is SqliteException { SqliteExtendedErrorCode: SqliteForeignKey or SqliteTrigger } or PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation or "23001" });

    /// <summary>True when there is a row with the same unique values already.</summary>
    public static bool IsTaken(Exception failure) => Chain(failure).Any(
        e => e is SqliteException { SqliteExtendedErrorCode: SqliteUnique or SqlitePrimaryKey } or PostgresException { SqlState: PostgresErrorCodes.UniqueViolation });

    // Entity Framework wraps what it cannot mend itself.
    private static IEnumerable<Exception> Chain(Exception failure)
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            yield return e;
        }
    }
}
