using System.Text;
using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Core.Users;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;

namespace Foliosync.Web;

/// <summary>
/// Where Identity keeps people: the database, opened for this alone, so that no page can be handed everybody's rows. The key of an
/// authenticator app and the recovery codes are sealed, like all secrets that must be read again.
/// </summary>
internal sealed class UserStore(Database database, Vault vault, IdentityErrorDescriber describer)
    : UserOnlyStore<User, FoliosyncDb, Guid>(database.Open(OwnerScope.Everyone), describer), IAsyncDisposable
{
    public override Task SetTokenAsync(User user, string loginProvider, string name, string? value, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        return base.SetTokenAsync(
            user,
            loginProvider,
            name,
            value is null ? null : Convert.ToBase64String(vault.Seal(Encoding.UTF8.GetBytes(value), user.Id, UserSecrets.FieldOf(loginProvider, name))),
            cancellationToken);
    }

    public override async Task<string?> GetTokenAsync(User user, string loginProvider, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        return await base.GetTokenAsync(user, loginProvider, name, cancellationToken) is { } text
            ? Encoding.UTF8.GetString(vault.OpenBytes(Convert.FromBase64String(text), user.Id, UserSecrets.FieldOf(loginProvider, name)))
            : null;
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return Context.DisposeAsync();
    }
}
