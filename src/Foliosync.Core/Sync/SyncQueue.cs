using System.Data.Common;
using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Database = Foliosync.Core.Storage.Database;

namespace Foliosync.Core.Sync;

/// <summary>
/// Runs that people asked for, kept in the database until they are done, so that a restart forgets none.
/// </summary>
/// <param name="database">Where they are kept.</param>
/// <param name="nudge">Tells the job engine of this process, so that the run begins at once; the planner would find it a little later.</param>
/// <param name="clock">The clock.</param>
public sealed class SyncQueue(Database database, SyncNudge nudge, TimeProvider clock)
{
    /// <summary>Asks for a sync of a connection.</summary>
    /// <returns>The run that will do it; the one that is queued or running already when there is one.</returns>
    /// <exception cref="RefusedException">The connection is closed.</exception>
    public async Task<Guid> EnqueueAsync(Guid connectionId, SyncTrigger trigger, CancellationToken cancellationToken)
    {
        await using var write = await database.BeginWriteAsync(cancellationToken).ConfigureAwait(false);
        var (runId, isNew) = await PutAsync(write.Connection, write.Transaction, connectionId, trigger, cancellationToken).ConfigureAwait(false);
        if (isNew)
        {
            await write.CommitAsync(cancellationToken).ConfigureAwait(false);
            await nudge(connectionId, cancellationToken).ConfigureAwait(false);
        }

        return runId;
    }

    /// <summary>Asks for a sync of anybody's connection, for an operator; that is in the audit log.</summary>
    /// <returns>The run that will do it; the one that is queued or running already when there is one.</returns>
    /// <exception cref="NotFoundException">There is no such connection within reach.</exception>
    /// <exception cref="RefusedException">The connection is closed.</exception>
    public async Task<Guid> AskAsync(Guid connectionId, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var (runId, isNew) = await AskAsync(db, connectionId, by, cancellationToken).ConfigureAwait(false);
        await db.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        if (isNew)
        {
            await nudge(connectionId, cancellationToken).ConfigureAwait(false);
        }

        return runId;
    }

    /// <summary>The same for a caller with a transaction, who saves, commits, and then calls <see cref="NudgeAsync"/> for a new run.</summary>
    internal async Task<(Guid RunId, bool IsNew)> AskAsync(FoliosyncDb db, Guid connectionId, Actor by, CancellationToken cancellationToken)
    {
        if (!await db.Connections.AnyAsync(c => c.Id == connectionId, cancellationToken).ConfigureAwait(false))
        {
            throw new NotFoundException("connection");
        }

        var transaction = db.Database.CurrentTransaction!.GetDbTransaction();
        var asked = await PutAsync(transaction.Connection!, transaction, connectionId, SyncTrigger.Manual, cancellationToken).ConfigureAwait(false);
        db.AuditEvents.Add(by.Did("connection.syncAsked", connectionId, clock.GetUtcNow(), AuditDetail.Of("run", asked.RunId.ToString())));
        return asked;
    }

    /// <summary>Tells the job engine of a new run.</summary>
    internal Task NudgeAsync(Guid connectionId, CancellationToken cancellationToken) => nudge(connectionId, cancellationToken);

    private async Task<(Guid RunId, bool IsNew)> PutAsync(
        DbConnection connection, DbTransaction transaction, Guid connectionId, SyncTrigger trigger, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var run = Guid.CreateVersion7(now);
        Guid? present = null;
        var look = SqlScript.For(database);
        // Whoever claims the connection at this moment either has begun a run, which then counts, or finds the one that is queued here.
        var isClosed = false;
        look.Query(
            "select state from sync_states where connection_id = @id for update",
            ids: null,
            row => isClosed = SqlValues.Parse<ConnectionState>(row.GetString(0)) == ConnectionState.Closed,
            ("id", connectionId));
        // A run that is under way began with the session from before the login.
        look.Query(
            $"""
            select id from sync_runs
            where connection_id = @id and {(trigger == SyncTrigger.LoginCompleted ? "state = 'queued'" : "state in ('queued', 'running')")}
            order by id desc limit 1
            """,
            ids: null,
            row => present = row.Id(0),
            ("id", connectionId));
        await look.RunAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        if (isClosed)
        {
            throw new RefusedException(ConnectionStates.ClosedMessage);
        }

        if (present is { } id)
        {
            return (id, false);
        }

        var put = SqlScript.For(database);
        put.Change(
            """
            insert into sync_runs (id, connection_id, trigger, state, queued_at, attempt, received, inserted, updated, closed, unchanged, skipped, warnings, steps)
            values (@run, @connection, @trigger, 'queued', @now, 1, 0, 0, 0, 0, 0, 0, '[]', '[]')
            """,
            ids: null,
            ("run", run),
            ("connection", connectionId),
            ("trigger", SqlValues.ToText(trigger)),
            ("now", now));
        await put.RunAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        return (run, true);
    }
}

/// <summary>Tells the job engine that a run of a connection is queued.</summary>
public delegate Task SyncNudge(Guid connectionId, CancellationToken cancellationToken);
