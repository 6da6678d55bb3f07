using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Foliosync.Hosting;

/// <summary>Turns what a database says when it does not work into one sentence that says what to do.</summary>
internal static class DatabaseFailure
{
    /// <summary>The sentence; null when the failure has nothing to do with a database.</summary>
    public static string? Describe(Exception failure)
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case PostgresException answer:
                    return OfAnswer(answer);
                case NpgsqlException:
                    return OfServer(e);
                case SqliteException file:
                    return OfFile(file);
            }
        }

        return null;
    }

    private static string OfServer(Exception e)
    {
        var reason = e;
        for (var inner = e; inner is not null; inner = inner.InnerException)
        {
            reason = inner is SocketException or TimeoutException ? inner : reason;
        }

        return $"The database server cannot be reached: {Sentence(reason.Message)} Start it, or correct {InstanceSettings.DatabaseUrlName}.";
    }

    private static string OfAnswer(PostgresException e) => e.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            $"The database server refuses the user or the password in {InstanceSettings.DatabaseUrlName}.",
        PostgresErrorCodes.InvalidCatalogName =>
            $"The database named in {InstanceSettings.DatabaseUrlName} does not exist. Make it with 'createdb', then try again.",
        PostgresErrorCodes.InsufficientPrivilege =>
            $"The user in {InstanceSettings.DatabaseUrlName} may not do that: {Sentence(e.MessageText)}",
        _ => $"The database server answered: {Sentence(e.MessageText)} ({e.SqlState})",
    };

    private static string OfFile(SqliteException e) => e.SqliteErrorCode switch
    {
        5 or 6 => "The database was locked by another program for too long. Try again when it has finished.",
        8 => "The database file cannot be written by this user. Check the owner of the data directory.",
        11 or 26 => "The database file is damaged or not a database. Restore a backup with 'foliosync restore FILE --force'.",
        13 => "The disk is full.",
        14 => "The database file cannot be opened. Check that the data directory exists and belongs to this user.",
        _ => $"The database failed: {Sentence(e.Message)}",
    };

    private static string Sentence(string text)
    {
        var line = string.Join(' ', text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return line.EndsWith('.') ? line : line + ".";
    }
}
