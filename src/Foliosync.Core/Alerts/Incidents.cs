using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Alerts;

/// <summary>Begins and ends incidents that no run tells of. Those of runs are written with the run.</summary>
public sealed class Incidents(Database database, TimeProvider clock)
{
    /// <summary>Begins an incident; does nothing while one of the same subject and kind lasts.</summary>
    /// <param name="ownerId">Whom it concerns.</param>
    /// <param name="subjectId">What it is about: a connection, a channel, or the owner.</param>
    /// <param name="connectionId">The connection; null when it is about none.</param>
    /// <param name="kind">One of <see cref="AlertKinds"/>.</param>
    /// <param name="message">One sentence that says what to do, without secrets.</param>
    /// <param name="cancellationToken">Stops before anything is stored.</param>
    public Task RaiseAsync(
        Guid ownerId, Guid subjectId, Guid? connectionId, string kind, string message, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var script = SqlScript.For(database);
        script.Rows(AlertStatements.Raise,
        [
            new Alert
            {
                Id = Guid.CreateVersion7(now),
                OwnerId = ownerId,
                ConnectionId = connectionId,
                SubjectId = subjectId,
                Kind = kind,
                Message = message,
                CreatedAt = now,
                TellAt = now,
            },
        ]);
        return RunAsync(script, cancellationToken);
    }

    /// <summary>Ends an incident; does nothing when there is none.</summary>
    public Task EndAsync(Guid subjectId, string kind, CancellationToken cancellationToken)
    {
        var script = SqlScript.For(database);
        script.Rows(AlertStatements.End, [new IncidentEnd(subjectId, kind, clock.GetUtcNow())]);
        return RunAsync(script, cancellationToken);
    }

    private async Task RunAsync(SqlScript script, CancellationToken cancellationToken)
    {
        await using var write = await database.BeginWriteAsync(cancellationToken);
        await script.RunAsync(write.Connection, write.Transaction, cancellationToken);
        await write.CommitAsync(cancellationToken);
    }
}
