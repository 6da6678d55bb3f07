using System.Data.Common;
using System.Globalization;

namespace Foliosync.Core.Storage;

/// <summary>
/// Tells for next to nothing whether anything was committed, by whichever process: what was read after one version and before the
/// same one can be used again. Changes more often than it must, never less.
/// </summary>
/// <remarks>
/// SQLite counts for each connection the commits of all others; ours never writes. PostgreSQL names a snapshot by the transactions
/// that are visible in it, so equal names are equal data.
/// </remarks>
public sealed class DataVersion(Database database) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private DbConnection? _watcher;

    /// <summary>The version now. Take it before reading what is to be kept with it.</summary>
    /// <exception cref="DbException">The database cannot be reached.</exception>
    public async ValueTask<string> ReadAsync(CancellationToken cancellationToken)
    {
        if (database.IsPostgres)
        {
            await using var connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
            return await ReadAsync(connection, "select pg_current_snapshot()::text", cancellationToken).ConfigureAwait(false);
        }

        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _watcher ??= await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
            return await ReadAsync(_watcher, "PRAGMA data_version", cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _turn.Dispose();
        if (_watcher is not null)
        {
            await _watcher.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<string> ReadAsync(DbConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture)!;
    }
}
