using System.Data.Common;

namespace Foliosync.Core.Storage;

/// <summary>A transaction of the bulk path. What is not committed when it is disposed of has not happened.</summary>
public sealed class WriteTransaction : IAsyncDisposable
{
    private readonly IDisposable? _turn;

    internal WriteTransaction(DbConnection connection, DbTransaction transaction, IDisposable? turn)
    {
        Connection = connection;
        Transaction = transaction;
        _turn = turn;
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
        await Connection.DisposeAsync().ConfigureAwait(false);
        _turn?.Dispose();
    }
}
