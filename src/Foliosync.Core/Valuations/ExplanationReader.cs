using Foliosync.Core.Performance;
using Foliosync.Core.Prices;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Valuations;

/// <summary>Opens figures to what they are made of.</summary>
internal sealed class ExplanationReader(Database database, ReadSnapshot read, MeasuredValues values)
{
    public async Task<Explanation> ReadAsync(CancellationToken cancellationToken)
    {
        var period = values.Period;
        return new Explanation(
            values.Series.FlowsIn(period).ToArray(),
            SubPeriod.Of(values.Series, period),
            await ValuesOfAsync(period.Start, cancellationToken).ConfigureAwait(false),
            await ValuesOfAsync(period.End, cancellationToken).ConfigureAwait(false));
    }

    private async Task<IReadOnlyList<ValueLine>> ValuesOfAsync(DateOnly day, CancellationToken cancellationToken)
    {
        if (values.First is not { } first || day < first)
        {
            return [];
        }

        if (values.Stored?.LinesOf(day, values.Scope.ClassName) is { } known)
        {
            return known;
        }

        var held = new List<ValueLine>();
        foreach (var account in values.Accounts)
        {
            held.AddRange(await HeldAsync(account, day, cancellationToken).ConfigureAwait(false));
        }

        IReadOnlyList<ValueLine> lines = [.. held.OrderByDescending(l => l.Value ?? decimal.MaxValue), .. Cash(day)];
        values.Stored?.KeepLines(day, values.Scope.ClassName, lines);
        return lines;
    }

    private async Task<List<ValueLine>> HeldAsync(AccountFacts account, DateOnly day, CancellationToken cancellationToken)
    {
        var scope = values.Scope;
        if (scope.ClassName == ValuationUpdate.Cash)
        {
            return [];
        }

        var ledgers = new LedgerReader(database, read);
        var ledger = scope.Instrument is { } one
            ? await ledgers.ReadInstrumentAsync(account, one.Id, day, cancellationToken).ConfigureAwait(false)
            : await ledgers.ReadRangeAsync(account, day, day, cancellationToken).ConfigureAwait(false)
                ?? await ledgers.ReadAllAsync(account, day, day, cancellationToken).ConfigureAwait(false);
        var instruments = ledger.Input.Instruments.ToDictionary(i => i.Id);
        var held = InstrumentLedger.HeldOn(ledger.Input with { First = day })
            .Where(h => scope.ClassName is null || ValuationUpdate.NameOf(instruments[h.InstrumentId].Class) == scope.ClassName).ToList();
        var symbols = await SymbolsAsync([.. held.Select(h => h.InstrumentId)], cancellationToken).ConfigureAwait(false);
        return held.ConvertAll(h => Line(
            h.AccountId, h.InstrumentId, symbols[h.InstrumentId], h.Units, h.Price, h.Quote?.Day, h.Quote?.Source, instruments[h.InstrumentId].Currency, day));
    }

    private IEnumerable<ValueLine> Cash(DateOnly day) => values.Stored is not { } stored || values.Scope.ClassName is not (null or ValuationUpdate.Cash)
        ? []
        : stored.Buckets.All.Where(b => b.Class is null && b.Values[day.DayNumber - b.First.DayNumber] != 0).Select(b =>
            Line(b.AccountId, null, null, b.Values[day.DayNumber - b.First.DayNumber], 1m, null, null, b.Currency, day));

    private ValueLine Line(
        Guid accountId, Guid? instrumentId, string? symbol, decimal units, decimal? price, DateOnly? priceDay, string? source, string currency, DateOnly day)
    {
        var rate = values.Rates.Find(currency, values.Scope.Currency, day);
        var isForeign = currency != values.Scope.Currency;
        return new ValueLine(
            accountId,
            instrumentId,
            symbol,
            units,
            price,
            priceDay,
            source,
            currency,
            rate?.Value,
            isForeign ? rate?.Day : null,
            isForeign && rate is not null ? PriceSource.Ecb.Id : null,
            price is { } p && rate is { } r ? decimal.Round(units * p * r.Value, DailySeries.Scale) : null);
    }

    private async Task<Dictionary<Guid, string>> SymbolsAsync(IReadOnlyCollection<Guid> instruments, CancellationToken cancellationToken)
    {
        var symbols = new Dictionary<Guid, string>();
        if (instruments.Count > 0)
        {
            var script = SqlScript.For(database);
            script.Query("select id, symbol from instruments where id {ids}", instruments, row => symbols[row.Id(0)] = row.GetString(1));
            await script.RunAsync(read.Connection, read.Transaction, cancellationToken).ConfigureAwait(false);
        }

        return symbols;
    }
}
