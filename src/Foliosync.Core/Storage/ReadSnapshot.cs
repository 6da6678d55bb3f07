using System.Data.Common;

namespace Foliosync.Core.Storage;

/// <summary>One state of the database to read from, see <see cref="Database.BeginReadAsync"/>.</summary>
public sealed class ReadSnapshot : IAsyncDisposable
{
    internal ReadSnapshot(DbConnection connection, DbTransaction transaction)
    {
        Connection = connection;
        Transaction = transaction;
    }

    /// <summary>The connection it runs on.</summary>
    public DbConnection Connection { get; }

    /// <summary>The transaction.</summary>
    public DbTransaction Transaction { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Transaction.DisposeAsync().ConfigureAwait(false);
        await Connection.DisposeAsync().ConfigureAwait(false);
    }
}
