using System.Text;

namespace Foliosync.Core.Exports;

/// <summary>One leg of a transaction.</summary>
/// <param name="Account">Where.</param>
/// <param name="Units">How much.</param>
/// <param name="Commodity">Of what.</param>
/// <param name="Lot">At which cost the units are held; null when they are not held at cost.</param>
/// <param name="Price">What one unit was traded at; null when it was not, or is not known.</param>
/// <param name="Currency">Of <paramref name="Lot"/> and <paramref name="Price"/>.</param>
internal sealed record BeancountPosting(
    string Account, decimal Units, string Commodity, BeancountLot? Lot = null, decimal? Price = null, string? Currency = null)
{
    /// <summary>What it counts for when the legs are added up, and in what: cost before price before units.</summary>
    public (decimal Amount, string Currency) Weight =>
        Lot is not null ? (Units * Lot.Cost, Currency!)
        : Price is { } price ? (Units * price, Currency!)
        : (Units, Commodity);
}

/// <summary>The legs of a transaction while it is put together.</summary>
internal sealed class BeancountEntry
{
    private readonly List<BeancountPosting> _postings = [];

    /// <summary>The legs.</summary>
    public IReadOnlyList<BeancountPosting> Postings => _postings;

    /// <summary>Said in a comment above the legs.</summary>
    public List<string> Comments { get; } = [];

    /// <summary>Adds a leg, unless it is of nothing.</summary>
    public void Add(BeancountPosting posting)
    {
        if (posting.Units != 0)
        {
            _postings.Add(posting);
        }
    }

    /// <summary>Adds the leg that makes all others add up to nothing in a currency, to the 28 digits that Beancount reckons with too.</summary>
    public void Balance(string account, string currency) => Add(new BeancountPosting(
        account, -_postings.Where(p => p.Weight.Currency == currency).Sum(p => p.Weight.Amount), currency));

    /// <summary>Writes the legs, each on a line.</summary>
    public void AppendTo(StringBuilder text)
    {
        foreach (var comment in Comments)
        {
            text.Append("  ; ").Append(comment).Append('\n');
        }

        foreach (var p in _postings)
        {
            text.Append("  ").Append(p.Account).Append("  ").Append(ExportText.Of(p.Units)).Append(' ').Append(p.Commodity);
            if (p.Lot is { } lot)
            {
                text.Append(" {").Append(ExportText.Of(lot.Cost)).Append(' ').Append(p.Currency).Append(", ").Append(ExportText.Of(lot.Day)).Append('}');
            }

            if (p.Price is { } price)
            {
                text.Append(" @ ").Append(ExportText.Of(price)).Append(' ').Append(p.Currency);
            }

            text.Append('\n');
        }
    }
}
