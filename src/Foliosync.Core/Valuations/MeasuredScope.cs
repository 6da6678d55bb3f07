using Foliosync.Brokers.Contract;
using Foliosync.Core.Performance;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Valuations;

/// <summary>What a question is about, found within what the asker may see.</summary>
internal sealed record MeasuredScope
{
    public required string Name { get; init; }

    public required string Currency { get; init; }

    public required IReadOnlyList<Guid> AccountIds { get; init; }

    public ValuedInstrument? Instrument { get; init; }

    /// <summary>The class that is asked for; null for all.</summary>
    public string? ClassName { get; init; }

    /// <exception cref="NotFoundException">A portfolio, account or instrument is not there, or somebody else's.</exception>
    /// <exception cref="InputException">Class or currency cannot be used.</exception>
    public static async Task<MeasuredScope> FindAsync(FoliosyncDb db, PerformanceQuestion question, CancellationToken cancellationToken)
    {
        var portfolio = question.PortfolioId is not { } portfolioId ? null : await db.Portfolios.AsNoTracking().Where(p => p.Id == portfolioId)
            .Select(p => new { p.Name, p.BaseCurrency }).SingleOrDefaultAsync(cancellationToken).ConfigureAwait(false) ?? throw new NotFoundException("portfolio");
        var accounts = db.Accounts.AsNoTracking();
        accounts = question.PortfolioId is null ? accounts : accounts.Where(a => a.PortfolioId == question.PortfolioId);
        accounts = question.AccountId is null ? accounts : accounts.Where(a => a.Id == question.AccountId);
        if (question.InstrumentId is { } held)
        {
            accounts = accounts.Where(a => db.Holdings.Any(h => h.AccountId == a.Id && h.InstrumentId == held)
                || db.HoldingPeriods.Any(h => h.AccountId == a.Id && h.InstrumentId == held)
                || db.Transactions.Any(t => t.AccountId == a.Id && t.InstrumentId == held));
        }

        var found = await accounts.Join(db.Portfolios, a => a.PortfolioId, p => p.Id, (a, p) => new { a.Id, a.Name, p.BaseCurrency })
            .OrderBy(a => a.Id).ToListAsync(cancellationToken).ConfigureAwait(false);
        if (found.Count == 0 && (question.AccountId is not null || question.InstrumentId is not null))
        {
            throw new NotFoundException(question.InstrumentId is null ? "account" : "instrument");
        }

        var instrument = question.InstrumentId is null ? null : await db.Instruments.AsNoTracking()
            .SingleAsync(i => i.Id == question.InstrumentId, cancellationToken).ConfigureAwait(false);
        return new MeasuredScope
        {
            Name = instrument?.Symbol ?? (question.AccountId is null ? portfolio?.Name ?? string.Empty : found[0].Name),
            Currency = RequireCurrency(question.Currency) ?? portfolio?.BaseCurrency ?? instrument?.Currency ?? (found.Count > 0 ? found[0].BaseCurrency : PortfolioSetup.DefaultCurrency),
            AccountIds = found.ConvertAll(a => a.Id),
            Instrument = instrument is null ? null : new ValuedInstrument(instrument.Id, instrument.AssetClass, instrument.Currency),
            ClassName = RequireClass(question.AssetClass),
        };
    }

    /// <summary>The part of a valuation that is asked for.</summary>
    public DailySeries Of(Valuation valuation) => ClassName is null ? valuation.Total : valuation.OfClass(ValuationUpdate.ClassOf(ClassName));

    private static string? RequireCurrency(string? currency) => currency is null ? null
        : currency.Length == 3 && currency.All(char.IsAsciiLetter) ? currency.ToUpperInvariant()
        : throw new InputException("The currency is three letters by ISO 4217, for example INR or USD.", "currency");

    private static string? RequireClass(string? name)
    {
        if (name is null || name.Equals(ValuationUpdate.Cash, StringComparison.OrdinalIgnoreCase))
        {
            return name is null ? null : ValuationUpdate.Cash;
        }

        return Enum.GetValues<AssetClass>().Select(c => SqlValues.ToText(c)).FirstOrDefault(c => c.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new InputException(
                $"There is no asset class '{name}'. Choose one of: {string.Join(", ", Enum.GetValues<AssetClass>().Select(c => SqlValues.ToText(c)))}, cash.",
                "assetClass");
    }
}
