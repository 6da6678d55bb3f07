using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Web;

/// <summary>The portfolios that a person chooses from.</summary>
internal static class PortfolioList
{
    /// <summary>Those within reach of a context, the oldest first.</summary>
    public static Task<List<Portfolio>> PortfoliosAsync(this FoliosyncDb db, CancellationToken cancellationToken) =>
        db.Portfolios.AsNoTracking().OrderBy(p => p.CreatedAt).ThenBy(p => p.Id).ToListAsync(cancellationToken);

    /// <summary>The currency that amounts are added up in unless the person asks for another: ISO 4217.</summary>
    /// <param name="viewer">The person.</param>
    /// <param name="portfolios">All portfolios of the person, the oldest first.</param>
    /// <param name="chosen">The portfolio that is looked at; null for all together.</param>
    public static string CurrencyOf(this Viewer viewer, IReadOnlyList<Portfolio> portfolios, Guid? chosen) =>
        portfolios.FirstOrDefault(p => p.Id == chosen)?.BaseCurrency
            ?? viewer.Preferences.Currency ?? (portfolios.Count > 0 ? portfolios[0].BaseCurrency : null) ?? PortfolioSetup.DefaultCurrency;
}
