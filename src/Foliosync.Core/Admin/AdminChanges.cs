using System.Globalization;
using Foliosync.Core.Instruments;
using Foliosync.Core.Users;
using Database = Foliosync.Core.Storage.Database;
using RowValues = System.Collections.Generic.Dictionary<string, object?>;

namespace Foliosync.Core.Admin;

/// <summary>A row that was made.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Change">Takes it back, see <see cref="AdminUndo"/>; null when it is deleted by hand only.</param>
public sealed record AdminMade(string Key, Guid? Change);

/// <summary>What was done to several rows at once.</summary>
/// <param name="Batch">Takes it back, see <see cref="AdminUndo"/>; null when it cannot be taken back.</param>
/// <param name="Rows">How many rows it was done to.</param>
public sealed record AdminBulk(Guid? Batch, int Rows);

/// <summary>
/// Makes, changes and deletes rows of the admin area. Each change is one transaction with what goes with it, and one line of the audit
/// log for each row, with what was before and after. What is done to several rows is done to all of them or to none.
/// </summary>
public sealed class AdminChanges(Database database, AdminForesight foresight, InstrumentDirectory directory, ApiTokens tokens, TimeProvider clock)
{
    /// <summary>The most rows that are changed at once.</summary>
    public const int MaxRows = 10_000;

    internal const string Created = "created";
    internal const string Changed = "changed";
    internal const string Deleted = "deleted";

    /// <summary>Makes a row.</summary>
    /// <exception cref="InputException">A value cannot be; the field says which.</exception>
    public async Task<AdminMade> CreateAsync(AdminTable table, IReadOnlyDictionary<string, string?> values, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(values);
        RequireKnown(table.Created, values, "made");
        var row = new RowValues(StringComparer.Ordinal);
        foreach (var column in table.Created)
        {
            row[column.Name] = column.Kind == AdminKind.Flag && !values.ContainsKey(column.Name) ? false : column.Parse(values.GetValueOrDefault(column.Name));
        }

        var now = clock.GetUtcNow();
        foreach (var column in table.Columns.Where(c => !c.IsJoined && !row.ContainsKey(c.Name)))
        {
            if (column is { Kind: AdminKind.Id, IsKey: true })
            {
                row[column.Name] = Guid.CreateVersion7(now);
            }
            else if (column.Kind == AdminKind.Moment && (!column.IsNullable || column.Property == "FetchedAt"))
            {
                row[column.Name] = now;
            }
        }

        AdminRules.Check(table, null, row, isUndo: false);
        var key = table.KeyOf(table.Key.Select(k => row[k.Name]));
        Guid? change = null;
        await WriteAsync(by, batch: null, table, async write =>
        {
            await write.InsertAsync(table, row, cancellationToken);
            await AdminRules.FollowAsync(write, table, null, row, cancellationToken);
            change = write.Note(table, Created, key, AuditDetail.Of(null, Texts(row, table.Created))).Id;
        }, cancellationToken);
        return new AdminMade(key, change);
    }

    /// <summary>Changes a row.</summary>
    /// <param name="table">Its table.</param>
    /// <param name="key">Its key.</param>
    /// <param name="values">What changes; other columns stay.</param>
    /// <param name="version">What the row was when the person looked, see <see cref="AdminRecord.Version"/>; null to change it whatever it is.</param>
    /// <param name="by">Who changes it.</param>
    /// <param name="cancellationToken">Stops before anything is stored.</param>
    /// <returns>The line of the audit log, by which it can be taken back; null when nothing was to change.</returns>
    /// <exception cref="InputException">A value cannot be; the field says which.</exception>
    /// <exception cref="NotFoundException">There is no such row.</exception>
    /// <exception cref="RefusedException">Somebody has changed the row meanwhile, or it may not be changed so.</exception>
    public async Task<Guid?> ChangeAsync(
        AdminTable table, string key, IReadOnlyDictionary<string, string?> values, string? version, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(values);
        RequireKnown(table.Edited, values, "changed");
        var changes = Parsed(table, values);
        Guid? done = null;
        await WriteAsync(by, batch: null, table, async write => done = await ChangeAsync(write, table, key, changes, version, cancellationToken), cancellationToken);
        return done;
    }

    /// <summary>Gives one column of several rows the same value.</summary>
    /// <exception cref="InputException">The value cannot be, or these are too many rows.</exception>
    /// <exception cref="RowRefusedException">One of the rows may not be changed so; then none is.</exception>
    public async Task<AdminBulk> ChangeAllAsync(
        AdminTable table, IReadOnlyList<string> keys, string column, string? value, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        RequireFew(keys);
        var values = new Dictionary<string, string?> { [table.Column(column).Name] = value };
        RequireKnown(table.Edited, values, "changed");
        var changes = Parsed(table, values);
        var batch = Guid.CreateVersion7(clock.GetUtcNow());
        var rows = 0;
        await WriteAsync(by, batch, table, async write =>
        {
            await RowRefusedException.EachAsync(
                keys, async key => rows += await ChangeAsync(write, table, key, changes, version: null, cancellationToken) is null ? 0 : 1);
        }, cancellationToken);
        return new AdminBulk(rows == 0 ? null : batch, rows);
    }

    /// <summary>Deletes rows, with what goes with them.</summary>
    /// <exception cref="NotFoundException">It is not there.</exception>
    /// <exception cref="RefusedException">Others refer to it.</exception>
    /// <exception cref="RowRefusedException">One of several is not there, or others refer to it; then none is deleted.</exception>
    public async Task<AdminBulk> DeleteAsync(AdminTable table, IReadOnlyList<string> keys, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        RequireFew(keys);
        if (!table.Spec.Deletes)
        {
            throw new RefusedException($"Rows of {table.Name} are not deleted by hand.");
        }

        Guid? batch = keys.Count > 1 ? Guid.CreateVersion7(clock.GetUtcNow()) : null;
        var (undo, canUndo) = (batch, table.PutsBack);
        await WriteAsync(by, batch, table, async write =>
        {
            // Nothing brings that back, so it is noted beside what does come back.
            var gone = (await foresight.OfDeletingAsync(write, table, keys, cancellationToken)).Goes
                .ToDictionary(g => g.Label, g => (string?)g.Rows.Rows.ToString(CultureInfo.InvariantCulture));
            canUndo &= gone.Count == 0;
            await RowRefusedException.EachAsync(keys, async key =>
            {
                var id = table.ParseKey(key);
                var row = await write.ReadAsync(table, id, cancellationToken) ?? throw new NotFoundException(table.Spec.Noun);
                await AdminRules.ClearAsync(write, table, row, cancellationToken);
                await write.DeleteAsync(table, id, cancellationToken);
                await AdminRules.FollowAsync(write, table, row, null, cancellationToken);
                var told = write.Note(table, Deleted, table.KeyOf(id), AuditDetail.Of(Texts(row, table.Columns), null, gone));
                undo ??= told.Id;
            });
        }, cancellationToken);
        return new AdminBulk(canUndo ? undo : null, keys.Count);
    }

    /// <summary>Does something in one transaction, with its lines of the audit log.</summary>
    internal async Task WriteAsync(Actor by, Guid? batch, AdminTable table, Func<AdminWrite, Task> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var transaction = await database.BeginWriteAsync(cancellationToken);
        var write = new AdminWrite(database, transaction, by, clock.GetUtcNow(), batch);
        try
        {
            await change(write);
            await write.CommitAsync(cancellationToken);
        }
        catch (Exception e) when (RowRefusedException.Worded(e) is { } worded)
        {
            throw worded;
        }

        if (table.Name is "instruments" or "aliases")
        {
            directory.Forget();
        }
        else if (table.Name is "users" or "tokens" or "portfolios" or "shares")
        {
            // What a token opens may be another now.
            tokens.Forget();
        }
    }

    internal static Dictionary<string, string?> Texts(RowValues row, IEnumerable<AdminColumn> columns) =>
        columns.Where(c => row.ContainsKey(c.Name)).ToDictionary(c => c.Name, c => AdminColumn.Format(row[c.Name]), StringComparer.Ordinal);

    private static async Task<Guid?> ChangeAsync(
        AdminWrite write, AdminTable table, string key, RowValues values, string? version, CancellationToken cancellationToken)
    {
        var id = table.ParseKey(key);
        var before = await write.ReadAsync(table, id, cancellationToken) ?? throw new NotFoundException(table.Spec.Noun);
        if (version is not null && new AdminRecord(table, key, before, new Dictionary<(string, string), string>()).Version != version)
        {
            throw new RefusedException("Somebody has changed this row since you looked at it. Look at it again, then change it.");
        }

        var changes = values.Where(v => !Equals(v.Value, before[v.Key])).ToDictionary(StringComparer.Ordinal);
        if (changes.Count == 0)
        {
            return null;
        }

        var after = new RowValues(before, StringComparer.Ordinal);
        foreach (var (name, value) in changes)
        {
            after[name] = value;
        }

        AdminRules.Check(table, before, after, isUndo: false);
        await write.UpdateAsync(table, id, changes, cancellationToken);
        await AdminRules.FollowAsync(write, table, before, after, cancellationToken);
        var columns = changes.Keys.Select(table.Column).ToList();
        return write.Note(table, Changed, table.KeyOf(id), AuditDetail.Of(Texts(before, columns), Texts(after, columns))).Id;
    }

    private static RowValues Parsed(AdminTable table, IReadOnlyDictionary<string, string?> values) =>
        values.Select(v => (Column: table.Column(v.Key), v.Value)).ToDictionary(v => v.Column.Name, v => v.Column.Parse(v.Value), StringComparer.Ordinal);

    private static void RequireKnown(IReadOnlyList<AdminColumn> allowed, IReadOnlyDictionary<string, string?> values, string done)
    {
        if (allowed.Count == 0)
        {
            throw new RefusedException($"Rows of this table are not {done} by hand.");
        }

        if (values.Keys.FirstOrDefault(k => allowed.All(c => !c.Name.Equals(k, StringComparison.OrdinalIgnoreCase))) is { } unknown)
        {
            throw new InputException($"'{unknown}' cannot be given. What can: {string.Join(", ", allowed.Select(c => c.Name))}.", unknown);
        }
    }

    private static void RequireFew(IReadOnlyList<string> keys)
    {
        if (keys.Count is 0 or > MaxRows)
        {
            throw new InputException(keys.Count == 0 ? "Choose at least one row." : $"Choose at most {MaxRows} rows at once.");
        }
    }
}
