using Foliosync.Core.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Database = Foliosync.Core.Storage.Database;
using RowValues = System.Collections.Generic.Dictionary<string, object?>;

namespace Foliosync.Core.Admin;

/// <summary>A change that was found in the audit log.</summary>
/// <param name="Table">The table that it was made in.</param>
/// <param name="Needs">What somebody needs the right to, who takes it back.</param>
/// <param name="Events">Its lines of the audit log, the newest first.</param>
public sealed record AdminUndoable(AdminTable Table, AdminRight Needs, IReadOnlyList<AuditEvent> Events);

/// <summary>
/// Takes changes back that were made in the admin area: a changed row is as before, a row that was made is gone, one that was deleted is
/// there again with its id. Only while nobody has changed the row since, and only what comes back whole.
/// </summary>
public sealed class AdminUndo(Database database, AdminCatalog catalog, AdminChanges changes, AdminForesight foresight, TimeProvider clock)
{
    /// <summary>What somebody needs the right to who takes such a change back; null when nobody can.</summary>
    /// <param name="action">What the audit log calls it, for example <c>instrument.changed</c>.</param>
    public static AdminRight? NeedOf(string? action) => action?[(action.LastIndexOf('.') + 1)..] switch
    {
        AdminChanges.Created => AdminRight.Delete,
        AdminChanges.Changed => AdminRight.Change,
        AdminChanges.Deleted => AdminRight.Create,
        _ => null,
    };

    /// <summary>Finds a change.</summary>
    /// <param name="id">A line of the audit log, or what all lines of a bulk change have in common.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <exception cref="NotFoundException">There is no such change in the audit log.</exception>
    /// <exception cref="RefusedException">It cannot be taken back, or is already.</exception>
    public async Task<AdminUndoable> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var events = await db.AuditEvents.AsNoTracking().Where(a => a.Id == id || a.Batch == id).OrderByDescending(a => a.Id).ToListAsync(cancellationToken);
        if (events.Count == 0)
        {
            throw new NotFoundException("change");
        }

        if (catalog.Find(events[0].TableName) is not { } table || NeedOf(events[0].Action) is not { } needs)
        {
            throw new RefusedException("Only what was made, changed or deleted in the admin area can be taken back.");
        }

        var isUndone = await db.AuditEvents.AnyAsync(
            a => a.Undoes != null && db.AuditEvents.Any(done => done.Id == a.Undoes && (done.Id == id || done.Batch == id)), cancellationToken);
        return isUndone ? throw new RefusedException("This was taken back already.") : new AdminUndoable(table, needs, events);
    }

    /// <summary>Takes a change back, all of it or nothing.</summary>
    /// <returns>How many rows are as before.</returns>
    /// <exception cref="RefusedException">Somebody has changed the row since, others refer to it, or a part of it was never kept.</exception>
    /// <exception cref="RowRefusedException">One of several rows cannot be as before; then none is.</exception>
    public async Task<int> UndoAsync(AdminUndoable change, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        var (table, _, events) = change;
        Guid? batch = events.Count > 1 ? Guid.CreateVersion7(clock.GetUtcNow()) : null;
        var next = 0;
        await changes.WriteAsync(
            by,
            batch,
            table,
            write => RowRefusedException.EachAsync([.. events.Select(e => e.Subject)], _ => UndoAsync(write, table, events[next++], cancellationToken)),
            cancellationToken);
        return events.Count;
    }

    private Task UndoAsync(AdminWrite write, AdminTable table, AuditEvent done, CancellationToken cancellationToken) => NeedOf(done.Action) switch
    {
        AdminRight.Delete => DeleteAsync(write, table, done, cancellationToken),
        AdminRight.Change => ChangeAsync(write, table, done, cancellationToken),
        AdminRight.Create => PutBackAsync(write, table, done, cancellationToken),
        _ => throw new InvalidOperationException($"'{done.Action}' has been found as something that can be taken back."),
    };

    private static async Task ChangeAsync(AdminWrite write, AdminTable table, AuditEvent done, CancellationToken cancellationToken)
    {
        var key = table.ParseKey(done.Subject);
        var row = await write.ReadAsync(table, key, cancellationToken) ?? throw new RefusedException("The row is gone, so its change cannot be taken back.");
        var (before, after, _) = AuditDetail.Parse(done.Detail);
        RequireUnchanged(table, row, after);
        var back = before.ToDictionary(b => table.Column(b.Key).Name, b => b.Value is null ? null : table.Column(b.Key).Parse(b.Value));
        var changed = new RowValues(row, StringComparer.Ordinal);
        foreach (var (name, value) in back)
        {
            changed[name] = value;
        }

        AdminRules.Check(table, row, changed, isUndo: true);
        await write.UpdateAsync(table, key, back, cancellationToken);
        await AdminRules.FollowAsync(write, table, row, changed, cancellationToken);
        write.Note(table, "undone", done.Subject, AuditDetail.Of(after, before), done.Id);
    }

    private async Task DeleteAsync(AdminWrite write, AdminTable table, AuditEvent done, CancellationToken cancellationToken)
    {
        var key = table.ParseKey(done.Subject);
        var row = await write.ReadAsync(table, key, cancellationToken) ?? throw new RefusedException("The row is gone already.");
        RequireUnchanged(table, row, AuditDetail.Parse(done.Detail).After);
        var (goes, blocks) = await foresight.OfDeletingAsync(write, table, [done.Subject], cancellationToken);
        if (goes.Count + blocks.Count > 0)
        {
            throw new RefusedException(
                $"Others refer to the row by now: {string.Join(", ", goes.Concat(blocks).Select(c => c.Label))}. Delete it by hand if it is to go.");
        }

        await write.DeleteAsync(table, key, cancellationToken);
        await AdminRules.FollowAsync(write, table, row, null, cancellationToken);
        write.Note(table, "undone", done.Subject, AuditDetail.Of(AdminChanges.Texts(row, table.Columns), null), done.Id);
    }

    private static async Task PutBackAsync(AdminWrite write, AdminTable table, AuditEvent done, CancellationToken cancellationToken)
    {
        var (before, _, gone) = AuditDetail.Parse(done.Detail);
        if (gone.Count > 0)
        {
            throw new RefusedException($"Others went with the row, and nothing brings them back: {string.Join(", ", gone.Select(g => $"{g.Value} {g.Key}"))}.");
        }

        if (!table.PutsBack)
        {
            throw new RefusedException("A part of the row is secret and was never kept, so it cannot be put back. Make it anew.");
        }

        var columns = table.Columns.Where(c => !c.IsJoined).ToList();
        if (!columns.Select(c => c.Name).ToHashSet(StringComparer.Ordinal).SetEquals(before.Keys))
        {
            throw new RefusedException("The table has other columns now than when the row was deleted. Make it anew.");
        }

        var row = columns.ToDictionary(c => c.Name, c => c.ParseKept(before[c.Name]), StringComparer.Ordinal);
        AdminRules.Check(table, null, row, isUndo: true);
        await write.InsertAsync(table, row, cancellationToken);
        await AdminRules.FollowAsync(write, table, null, row, cancellationToken);
        write.Note(table, "undone", done.Subject, AuditDetail.Of(null, before), done.Id);
    }

    private static void RequireUnchanged(AdminTable table, RowValues row, Dictionary<string, string?> after)
    {
        foreach (var (name, value) in after)
        {
            var column = table.Find(name) ?? throw new RefusedException($"There is no column '{name}' any more.");
            if (AdminColumn.Format(row[column.Name]) != value)
            {
                throw new RefusedException(
                    $"The row was changed meanwhile: '{column.Name}' is '{AdminColumn.Format(row[column.Name])}' and not '{value}' any more. Change it by hand.");
            }
        }
    }
}
