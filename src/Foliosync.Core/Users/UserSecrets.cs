using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Users;

/// <summary>
/// Secrets of people that must be read again: keys of authenticator apps, recovery codes. They are in Identity's table of tokens, whose
/// values are texts, as base64 of what the vault sealed.
/// </summary>
public static class UserSecrets
{
    /// <summary>What a secret is bound to, beside its person.</summary>
    public static string FieldOf(string loginProvider, string name) => $"{loginProvider}/{name}";

    /// <summary>Ids of the master keys that secrets are wrapped with.</summary>
    internal static async Task<IEnumerable<uint>> KeysAsync(FoliosyncDb db, CancellationToken cancellationToken) =>
        (await db.UserTokens.AsNoTracking().Where(t => t.Value != null).Select(t => t.Value!).ToListAsync(cancellationToken))
        .Select(value => Vault.KeyIdOf(Convert.FromBase64String(value)))
        .Distinct();

    /// <summary>Wraps all of them with the present master key.</summary>
    /// <returns>How many were wrapped with another one.</returns>
    internal static async Task<int> RewrapAsync(FoliosyncDb db, Vault vault, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var row in await db.UserTokens.AsNoTracking().Where(t => t.Value != null).ToListAsync(cancellationToken))
        {
            if (vault.Rewrap(Convert.FromBase64String(row.Value!), row.UserId, FieldOf(row.LoginProvider, row.Name)) is { } rewrapped)
            {
                // A value that somebody has replaced meanwhile is left alone; it was sealed with the new key.
                var text = Convert.ToBase64String(rewrapped);
                count += await db.UserTokens
                    .Where(t => t.UserId == row.UserId && t.LoginProvider == row.LoginProvider && t.Name == row.Name && t.Value == row.Value)
                    .ExecuteUpdateAsync(set => set.SetProperty(t => t.Value, text), cancellationToken);
            }
        }

        return count;
    }
}
