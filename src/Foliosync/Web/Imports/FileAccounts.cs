using Foliosync.Brokers.Contract;
using Foliosync.Core;
using Foliosync.Core.Connections;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Web.Imports;

/// <summary>Makes accounts that only files feed.</summary>
internal sealed class FileAccounts(Database database, BrokerCatalog catalog, ConnectionSetup connections, PortfolioSetup portfolios)
{
    // Credentials of the adapter for files from anywhere; they are names, no secrets.
    private const string Source = "source";
    private const string Currency = "currency";
    private const string FirstPortfolio = "Portfolio";

    /// <summary>Makes an account, with a portfolio for it when the person has none.</summary>
    /// <param name="viewer">Whose it will be.</param>
    /// <param name="brokerId">An adapter that only reads files.</param>
    /// <param name="portfolioId">Where it counts; null for the person's first portfolio.</param>
    /// <param name="name">What the person calls it; blank for the broker's name.</param>
    /// <param name="currency">Main currency, where the adapter asks for one; blank for the usual one.</param>
    /// <param name="cancellationToken">Stops before anything is stored.</param>
    /// <returns>The account.</returns>
    /// <exception cref="InputException">The first problem, naming its field: <c>broker</c>, <c>name</c> or <c>currency</c>.</exception>
    /// <exception cref="NotFoundException">The person has no such portfolio.</exception>
    /// <exception cref="BrokerException">The adapter refused.</exception>
    public async Task<Guid> AddAsync(
        Viewer viewer, string? brokerId, Guid? portfolioId, string? name, string? currency, CancellationToken cancellationToken)
    {
        var broker = BrokerDescription.Of(catalog, brokerId ?? string.Empty) is { FilesOnly: true, Enabled: true } found
            ? found
            : throw new InputException("Choose where the files come from.", "broker");
        var values = new Dictionary<string, string>();
        Give(Source, name);
        Give(Currency, currency?.ToUpperInvariant());
        await using var db = database.Open(viewer.Rows.Owned);
        var portfolio = portfolioId ?? await FirstPortfolioAsync(db, viewer, cancellationToken);
        try
        {
            var made = await connections.CreateAsync(
                new NewConnection(viewer.UserId, portfolio, broker.Manifest.Id, name, values), check: true, viewer.Actor, cancellationToken);
            return await db.Accounts.Where(a => a.ConnectionId == made.Id).OrderBy(a => a.Id).Select(a => a.Id).FirstAsync(cancellationToken);
        }
        catch (InputException e)
        {
            throw new InputException(e.Message, e.Field switch { "credentials." + Currency => "currency", "label" or "credentials." + Source => "name", var other => other });
        }

        void Give(string key, string? value)
        {
            if (!string.IsNullOrWhiteSpace(value) && broker.Manifest.Credentials.Any(c => c.Key == key))
            {
                values.Add(key, value.Trim());
            }
        }
    }

    private async Task<Guid> FirstPortfolioAsync(FoliosyncDb db, Viewer viewer, CancellationToken cancellationToken)
    {
        var first = await db.Portfolios.AsNoTracking().OrderBy(p => p.CreatedAt).ThenBy(p => p.Id).FirstOrDefaultAsync(cancellationToken);
        return first?.Id ?? (await portfolios.CreateAsync(viewer.UserId, FirstPortfolio, viewer.Preferences.Currency, viewer.Actor, cancellationToken)).Id;
    }
}
