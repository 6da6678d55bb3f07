using Foliosync.Core.Prices;

namespace Foliosync.Web;

/// <summary>Amounts of today in the currency that a page is told in.</summary>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Today">The person's day.</param>
/// <param name="Rates">Rates of all currencies that are held.</param>
public sealed record Worth(string Currency, DateOnly Today, FxTable Rates)
{
    private readonly Dictionary<string, FxQuote?> _quotes = new(StringComparer.Ordinal);

    /// <summary>Loads the rates that are needed.</summary>
    public static async Task<Worth> LoadAsync(FxRates rates, string currency, DateOnly today, IEnumerable<string> held, CancellationToken cancellationToken)
    {
        var foreign = held.Where(c => c != currency).Distinct(StringComparer.Ordinal).ToList();
        return new Worth(currency, today, foreign.Count == 0 ? FxTable.Empty : await rates.LoadAsync([.. foreign, currency], today, today, cancellationToken));
    }

    /// <summary>The amount in <see cref="Currency"/>; null when it or its rate is not known.</summary>
    public decimal? Of(decimal? amount, string currency) => currency == Currency ? amount : amount * RateOf(currency)?.Value;

    /// <summary>The rate of a currency; null when there is none.</summary>
    public FxQuote? RateOf(string currency)
    {
        if (!_quotes.TryGetValue(currency, out var quote))
        {
            _quotes.Add(currency, quote = Rates.Find(currency, Currency, Today));
        }

        return quote;
    }
}
