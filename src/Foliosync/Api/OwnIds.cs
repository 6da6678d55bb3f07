using Foliosync.Core;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Api;

/// <summary>Filters of lists name rows, too: an id that is not the caller's is not found, wherever it stands.</summary>
internal static class OwnIds
{
    /// <summary>Does nothing when each given id is within reach.</summary>
    /// <exception cref="NotFoundException">One is not.</exception>
    public static async Task RequireAsync(
        FoliosyncDb db, Guid? portfolioId, Guid? connectionId, Guid? accountId, CancellationToken cancellationToken)
    {
        if (portfolioId is not null && !await db.Portfolios.AnyAsync(p => p.Id == portfolioId, cancellationToken))
        {
            throw new NotFoundException("portfolio");
        }

        if (connectionId is not null && !await db.Connections.AnyAsync(c => c.Id == connectionId, cancellationToken))
        {
            throw new NotFoundException("connection");
        }

        if (accountId is not null && !await db.Accounts.AnyAsync(a => a.Id == accountId, cancellationToken))
        {
            throw new NotFoundException("account");
        }
    }
}
