using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Prices;

/// <summary>Looks exchange rates up in the database.</summary>
public sealed class FxRates(Database database)
{
    /// <summary>The UTC instant at which the rates of a day are published.</summary>
    public static DateTimeOffset PublishedAt(DateOnly day) => EcbFeed.PublishedAt(day);

    /// <summary>Loads the rates of some currencies into memory.</summary>
    /// <param name="currencies">ISO 4217; the euro and unknown ones are fine.</param>
    /// <param name="from">First day that will be asked for.</param>
    /// <param name="to">Last day that will be asked for.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<FxTable> LoadAsync(IEnumerable<string> currencies, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var wanted = currencies.Distinct(StringComparer.Ordinal).ToList();
        var rates = db.FxRates.AsNoTracking().Where(r => wanted.Contains(r.Currency) && r.Day <= to);
        // The first days need the last rate before them, however old.
        var before = await rates.Where(r => r.Day <= from).MaxAsync(r => (DateOnly?)r.Day, cancellationToken).ConfigureAwait(false);
        var first = (before ?? from).AddDays(-FxTable.CarriedDays);
        var loaded = await rates.Where(r => r.Day >= first).ToListAsync(cancellationToken).ConfigureAwait(false);
        var newest = await db.FxRates.MaxAsync(r => (DateOnly?)r.Day, cancellationToken).ConfigureAwait(false);
        return new FxTable(loaded, newest);
    }

    /// <summary>One rate; null when there is none. For many, load a table.</summary>
    public async Task<FxQuote?> FindAsync(string from, string to, DateOnly day, CancellationToken cancellationToken) =>
        (await LoadAsync([from, to], day, day, cancellationToken).ConfigureAwait(false)).Find(from, to, day);
}
