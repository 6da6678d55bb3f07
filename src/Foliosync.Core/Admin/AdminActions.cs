using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Sync;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Database = Foliosync.Core.Storage.Database;

namespace Foliosync.Core.Admin;

/// <summary>What can be done to rows beside changing and deleting them: the actions and secrets that descriptions of tables name.</summary>
public sealed class AdminActions(
    Database database, AdminChanges changes, UserAccounts users, ApiTokens tokens, ConnectionSetup connections, SyncQueue queue, AlertChannels alerts, TimeProvider clock)
{
    /// <summary>Does an action to rows.</summary>
    /// <exception cref="InputException">The table has no such action, or no row was chosen.</exception>
    /// <exception cref="NotFoundException">One of the rows is not there; those before it are done.</exception>
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

        foreach (var id in keys.Select(k => (Guid)table.ParseKey(k)[0]))
        {
            await RunAsync(table.Name, action, id, by, cancellationToken);
        }

        return new AdminBulk(null, keys.Count);
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

    private Task RunAsync(string table, string action, Guid id, Actor by, CancellationToken cancellationToken) => (table, action) switch
    {
        ("tokens", "revoke") => tokens.RevokeAsync(id, by, cancellationToken),
        ("connections", "pause") => connections.PauseAsync(id, by, cancellationToken),
        ("connections", "resume") => connections.ResumeAsync(id, by, cancellationToken),
        ("connections", "sync") => queue.AskAsync(id, by, cancellationToken),
        ("alerts", "dismiss") => alerts.DismissAsync(id, by, cancellationToken),
        ("accounts", "reread") => ReadAnewAsync(id, by, cancellationToken),
        _ => throw new InvalidOperationException($"Nothing does '{action}' in {table}."),
    };

    private async Task ReadAnewAsync(Guid accountId, Actor by, CancellationToken cancellationToken)
    {
        var script = SqlScript.For(database);
        script.Change("update accounts set report_fingerprint = null where id = @id", ids: null, ("id", accountId));
        script.Rows(SyncStatements.InsertAuditEvents, [by.Did("account.readAnew", accountId, clock.GetUtcNow())]);
        await script.WriteAsync(database, cancellationToken);
    }
}
