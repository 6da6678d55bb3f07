using Foliosync.Core.Users;

namespace Foliosync.Web;

/// <summary>Whether somebody may still become the first admin of this instance by the page <c>/welcome</c>.</summary>
internal sealed class FirstRun(UserAccounts accounts)
{
    private volatile bool _isOver;

    /// <summary>True until there is an admin. Once false it stays so.</summary>
    public async ValueTask<bool> IsOpenAsync(CancellationToken cancellationToken)
    {
        if (!_isOver && await accounts.HasBeenClaimedAsync(cancellationToken))
        {
            _isOver = true;
        }

        return !_isOver;
    }

    /// <summary>True when nobody at all can sign in yet.</summary>
    public async ValueTask<bool> IsDesertedAsync(CancellationToken cancellationToken) =>
        await IsOpenAsync(cancellationToken) && !await accounts.AnyAsync(cancellationToken);
}
