using System.Data.Common;

namespace Foliosync.Core.Storage;

/// <summary>A transaction of the bulk path. What is not committed when it is disposed of has not happened.</summary>
public sealed class WriteTransaction : IAsyncDisposable
{
    private readonly IDisposable? _turn;
    private readonly string? _atEnd;

    /// <param name="connection">The connection, which goes with it.</param>
    /// <param name="transaction">The transaction.</param>
    /// <param name="turn">The only writer's turn; null where there are many.</param>
    /// <param name="atEnd">What the connection is told before it goes back to the pool; null for nothing.</param>
    internal WriteTransaction(DbConnection connection, DbTransaction transaction, IDisposable? turn, string? atEnd)
    {
        Connection = connection;
        Transaction = transaction;
        _turn = turn;
        _atEnd = atEnd;
    }

    /// <summary>The connection it runs on.</summary>
    public DbConnection Connection { get; }

    /// <summary>The transaction.</summary>
    public DbTransaction Transaction { get; }

    /// <summary>Makes it last.</summary>
    public Task CommitAsync(CancellationToken cancellationToken) => Transaction.CommitAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Transaction.DisposeAsync().ConfigureAwait(false);
        if (_atEnd is not null)
        {
            await using var command = Connection.CreateCommand();
            command.CommandText = _atEnd;
            await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        }

        await Connection.DisposeAsync().ConfigureAwait(false);
        _turn?.Dispose();
    }
}
