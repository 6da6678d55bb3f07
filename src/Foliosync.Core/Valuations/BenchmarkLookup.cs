using Foliosync.Core.Instruments;
using Foliosync.Core.Performance;
using Foliosync.Core.Prices;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Valuations;

/// <summary>The benchmark that a question names.</summary>
/// <param name="Name">For people.</param>
/// <param name="Instrument">The instrument; for a file one that has no row.</param>
/// <param name="File">The file; null for an instrument.</param>
internal sealed record BenchmarkLookup(string Name, ValuedInstrument Instrument, BenchmarkFile? File)
{
    /// <summary>Finds it; null when none is asked for.</summary>
    /// <exception cref="InputException">There is none of that name, or several.</exception>
    public static async Task<BenchmarkLookup?> FindAsync(FoliosyncDb db, PerformanceQuestion question, string currency, CancellationToken cancellationToken)
    {
        if (question.BenchmarkFile is { } file)
        {
            return new BenchmarkLookup(file.Name, new ValuedInstrument(Guid.Empty, default, file.Currency ?? currency), file);
        }

        if (question.Benchmark is not { } name)
        {
            return null;
        }

        var found = await Named(db.Instruments.AsNoTracking(), name.Trim()).Take(2).ToListAsync(cancellationToken).ConfigureAwait(false);
        return found switch
        {
            [var one] => new BenchmarkLookup(one.Name ?? one.Symbol, new ValuedInstrument(one.Id, one.AssetClass, one.Currency), null),
            [] => throw new InputException($"There is no instrument '{Short(name)}' to compare with. Give its id, ISIN or symbol, or a file of prices.", "benchmark"),
            _ => throw new InputException($"Several instruments are called '{Short(name)}'. Give the ISIN or the id of the one you mean.", "benchmark"),
        };
    }

    /// <summary>Compares with it.</summary>
    /// <exception cref="InputException">The file of prices has a gap in the period.</exception>
    public async Task<Benchmark> CompareAsync(
        ReadSnapshot read, DailySeries series, Period period, FxTable rates, CancellationToken cancellationToken)
    {
        var prices = new PriceTable();
        if (File is null)
        {
            await PriceHistory.ReadAsync(read, prices, [Instrument.Id], period.Start, period.End, broker: null, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            foreach (var (day, price) in File.Prices)
            {
                prices.Add(Instrument.Id, day, price, Instrument.Currency, PriceRank.Source, "file");
            }
        }

        var result = Benchmark.Of(series, period, Instrument, prices, rates);
        return File is not null && result.Index.Reason is { } reason
            ? throw new InputException($"{reason} Add the missing days to the price file, or choose another period.", "benchmark")
            : result;
    }

    private static IQueryable<Instrument> Named(IQueryable<Instrument> instruments, string name)
    {
        if (Guid.TryParse(name, out var id))
        {
            return instruments.Where(i => i.Id == id);
        }

        var isin = name.ToUpperInvariant();
        return instruments.Where(i => i.Isin == isin || i.Symbol == name);
    }

    private static string Short(string name) => name.Length <= 40 ? name : name[..40] + "…";
}
