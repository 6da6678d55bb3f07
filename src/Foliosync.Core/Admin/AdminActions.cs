using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Monitoring;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Database = Foliosync.Core.Storage.Database;

namespace Foliosync.Core.Admin;

/// <summary>What can be done to rows beside changing and deleting them: the actions and secrets that descriptions of tables name.</summary>
public sealed class AdminActions(
    Database database, AdminChanges changes, UserAccounts users, ApiTokens tokens, ConnectionSetup connections, SyncQueue queue, AlertChannels alerts, TimeProvider clock)
{
    /// <summary>Does an action to rows, to all of them or to none, with a line of the audit log for each.</summary>
    /// <exception cref="InputException">The table has no such action, or no row was chosen.</exception>
    /// <exception cref="NotFoundException">The row is not there.</exception>
    /// <exception cref="RowRefusedException">One of several rows is not there, or cannot be acted on.</exception>
    public async Task<AdminBulk> RunAsync(AdminTable table, string action, IReadOnlyList<string> keys, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(keys);
        if (table.Spec.Actions.All(a => a.Name != action))
        {
            throw new InputException($"There is no action '{action}' in {table.Name}.", "action");
        }

        if (keys.Count is 0 or > AdminChanges.MaxRows)
        {
            throw new InputException(keys.Count == 0 ? "Choose at least one row." : $"Choose at most {AdminChanges.MaxRows} rows at once.");
        }

        if (table.Name == "users")
        {
            return await changes.ChangeAllAsync(table, keys, "disabled", action == "disable" ? "true" : "false", by, cancellationToken);
        }

        await using var db = database.Open(OwnerScope.Everyone);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var done = new List<Func<Task>>();
        await RowRefusedException.EachAsync(keys, async key => done.Add(await RunAsync(db, table, action, key, by, cancellationToken)));
        Guid? batch = keys.Count > 1 ? Guid.CreateVersion7(clock.GetUtcNow()) : null;
        var told = db.ChangeTracker.Entries<AuditEvent>().Select(e => e.Entity).ToList();
        foreach (var line in told)
        {
            (line.TableName, line.Batch) = (table.Name, batch);
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        foreach (var tell in done)
        {
            await tell();
        }

        // A row that was so already has no line.
        return new AdminBulk(null, told.Count);
    }

    /// <summary>Makes a user with a password of their own or without one.</summary>
    /// <returns>The key of the row.</returns>
    /// <exception cref="InputException">E-mail, role or password cannot be; the field says which.</exception>
    public async Task<string> AddUserAsync(AdminTable table, IReadOnlyDictionary<string, string?> values, string? password, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(values);
        var role = (UserRole)table.Column("role").Parse(values.GetValueOrDefault("role"))!;
        var email = values.GetValueOrDefault("email") ?? string.Empty;
        try
        {
            var user = string.IsNullOrEmpty(password)
                ? await users.AddWithoutPasswordAsync(email, role, by, cancellationToken)
                : (await users.AddAsync(email, password, role, by, cancellationToken)).User;
            return table.KeyOf([user.Id]);
        }
        catch (InputException e) when (e.Field == "password")
        {
            throw new InputException(e.Message, "secret");
        }
    }

    /// <summary>Replaces the secret of a row: a user's password, a connection's credential. It is kept sealed or hashed, and never shown.</summary>
    /// <exception cref="InputException">The value cannot be; or the table has no secrets.</exception>
    /// <exception cref="NotFoundException">There is no such row.</exception>
    public async Task ReplaceSecretAsync(AdminTable table, string key, string secret, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        var id = table.ParseKey(key);
        try
        {
            switch (table.Name)
            {
                case "users":
                    await using (var db = database.Open(OwnerScope.Everyone))
                    {
                        var email = await db.Users.Where(u => u.Id == (Guid)id[0]).Select(u => u.Email).SingleOrDefaultAsync(cancellationToken);
                        await users.ResetPasswordAsync(email ?? throw new NotFoundException("user"), secret, by, cancellationToken);
                    }

                    break;
                case "credentials":
                    await connections.ReplaceCredentialAsync((Guid)id[0], (string)id[1], secret, by, cancellationToken);
                    break;
                default:
                    throw new InputException($"Rows of {table.Name} have no secret that can be replaced.");
            }
        }
        catch (InputException e) when (e.Field is not null)
        {
            throw new InputException(e.Message, "secret");
        }
    }

    /// <summary>Does an action to a row, for a caller who saves.</summary>
    /// <returns>What is told to the rest of the program once it is saved.</returns>
    private async Task<Func<Task>> RunAsync(FoliosyncDb db, AdminTable table, string action, string key, Actor by, CancellationToken cancellationToken)
    {
        if (table.Name == "brokers")
        {
            await BrokerControl.ResumeAsync(db, (string)table.ParseKey(key)[0], by, clock.GetUtcNow(), cancellationToken);
            return Nothing;
        }

        var id = (Guid)table.ParseKey(key)[0];
        switch (table.Name, action)
        {
            case ("tokens", "revoke"):
                var token = await tokens.RevokeAsync(db, id, by, cancellationToken);
                return () =>
                {
                    tokens.Forget(token);
                    return Task.CompletedTask;
                };
            case ("connections", "pause"):
                await connections.PauseAsync(db, id, reason: null, by, cancellationToken);
                return Nothing;
            case ("connections", "resume"):
                await connections.ResumeAsync(db, id, by, cancellationToken);
                return Nothing;
            case ("connections", "sync"):
                return await SyncAsync(db, id, by, cancellationToken);
            case ("alerts", "dismiss"):
                await alerts.DismissAsync(db, id, by, cancellationToken);
                return Nothing;
            case ("accounts", "reread"):
                await ReadAnewAsync(db, id, by, cancellationToken);
                return Nothing;
            default:
                throw new InvalidOperationException($"Nothing does '{action}' in {table.Name}.");
        }
    }

    private static Task Nothing() => Task.CompletedTask;

    private async Task<Func<Task>> SyncAsync(FoliosyncDb db, Guid connectionId, Actor by, CancellationToken cancellationToken)
    {
        var (_, isNew) = await queue.AskAsync(db, connectionId, by, cancellationToken);
        return isNew ? () => queue.NudgeAsync(connectionId, cancellationToken) : Nothing;
    }

    private async Task ReadAnewAsync(FoliosyncDb db, Guid accountId, Actor by, CancellationToken cancellationToken)
    {
        var account = await db.Accounts.SingleOrDefaultAsync(a => a.Id == accountId, cancellationToken) ?? throw new NotFoundException("account");
        account.ReportFingerprint = null;
        db.AuditEvents.Add(by.Did("account.readAnew", accountId, clock.GetUtcNow()));
    }
}
