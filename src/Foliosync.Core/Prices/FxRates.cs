using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

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
        await using var read = await database.BeginReadAsync(cancellationToken).ConfigureAwait(false);
        return await ReadAsync(database, read, currencies, from, to, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Loads them from one state of the database. See <see cref="LoadAsync"/>.</summary>
    internal static async Task<FxTable> ReadAsync(
        Database database, ReadSnapshot read, IEnumerable<string> currencies, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        var wanted = currencies.Distinct(StringComparer.Ordinal).ToArray();
        var loaded = new List<FxRate>();
        DateOnly? newest = null;
        var names = wanted.ToDictionary(c => c, StringComparer.Ordinal);
        var script = SqlScript.For(database);
        // The first days need the last rate before them, however old.
        script.Query(
            """
            select currency, day, per_euro, source from fx_rates
            where currency = any(@wanted) and day <= @to and day >= coalesce((select max(day) from fx_rates where currency = any(@wanted) and day <= @start), @start)
            order by currency, day, source
            """,
            ids: null,
            row => loaded.Add(new FxRate { Currency = names[row.GetString(0)], Day = row.Day(1), PerEuro = row.Number(2), Source = string.Empty }),
            ("wanted", wanted),
            ("start", from.AddDays(-FxTable.CarriedDays)),
            ("to", to));
        script.Query("select max(day) from fx_rates", ids: null, row => newest = row.DayOrNull(0));
        await script.RunAsync(read.Connection, read.Transaction, cancellationToken).ConfigureAwait(false);
        return new FxTable(loaded, newest);
    }

    /// <summary>One rate; null when there is none. For many, load a table.</summary>
    public async Task<FxQuote?> FindAsync(string from, string to, DateOnly day, CancellationToken cancellationToken) =>
        (await LoadAsync([from, to], day, day, cancellationToken).ConfigureAwait(false)).Find(from, to, day);
}
