using Foliosync.Core;
using Foliosync.Core.Connections;
using Foliosync.Core.Instruments;
using Foliosync.Core.Ledgers;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Foliosync.Core.Valuations;
using Foliosync.Web.Shared.Charts;
using Foliosync.Web.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Web.Instruments;

/// <summary>Reads everything that a person has of one instrument: who holds it, lots, history, transactions, and what is odd about them.</summary>
internal sealed class InstrumentReader(
    Database database, HeldSheets sheets, PerformanceReports reports, TransactionsReader transactions, AccountLots lots, BrokerCatalog catalog, TimeProvider clock)
{
    private const int ShownTransactions = 20;

    /// <summary>Reads it.</summary>
    /// <exception cref="NotFoundException">The person never had anything of such an instrument.</exception>
    public async Task<InstrumentModel> ReadAsync(Viewer viewer, Guid id, CancellationToken cancellationToken)
    {
        var sheet = await sheets.ReadAsync(viewer.Rows, cancellationToken);
        var line = await reports.ValuationsAsync(new PerformanceQuestion { InstrumentId = id }, viewer.Rows, cancellationToken);
        await using var db = database.Open(viewer.Rows);
        var instrument = await db.Instruments.AsNoTracking().SingleAsync(i => i.Id == id, cancellationToken);
        var held = sheet.Lots.Where(l => l.InstrumentId == id).OrderByDescending(l => l.Value).ToList();
        Guid[] accounts = [.. sheet.Accounts.Select(a => a.Id)];
        var moved = await db.Transactions.AsNoTracking().Where(t => accounts.Contains(t.AccountId) && t.InstrumentId == id && t.SupersededBy == null)
            .Select(t => t.AccountId).Distinct().ToListAsync(cancellationToken);
        var periods = await db.HoldingPeriods.AsNoTracking().Where(p => accounts.Contains(p.AccountId) && p.InstrumentId == id)
            .Select(p => new { p.AccountId, p.Lot, p.Quantity, p.From, p.To }).ToListAsync(cancellationToken);
        var open = await db.Holdings.AsNoTracking().Where(h => accounts.Contains(h.AccountId) && h.InstrumentId == id)
            .Select(h => new { h.AccountId, h.Lot, h.Quantity, h.Since }).ToListAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var ledgers = new List<AccountOfInstrument>();
        foreach (var account in sheet.Accounts.Where(a => moved.Contains(a.Id) || open.Exists(h => h.AccountId == a.Id) || periods.Exists(p => p.AccountId == a.Id)))
        {
            var report = await lots.ReadAsync(account.Id, id, method: null, viewer.Rows, cancellationToken);
            ledgers.AddRange(report.Instruments.Select(i => new AccountOfInstrument(account, catalog.NameOf(account.BrokerId), i)));
        }

        var stretches = periods.Select(p => new Stretch(p.AccountId, p.Lot, p.Quantity, viewer.Formats.DayOf(p.From), viewer.Formats.DayOf(p.To)))
            .Concat(open.Select(h => new Stretch(h.AccountId, h.Lot, h.Quantity, viewer.Formats.DayOf(h.Since), null))).ToList();
        return new InstrumentModel
        {
            Instrument = instrument,
            Held = held,
            Ledgers = ledgers,
            Line = [.. line.Days.Select(d => new ChartPoint(d.Day, d.Value))],
            Units = UnitsByDay(line.Days, stretches, ledgers, viewer.Formats),
            Marks = line.Days.Count == 0 ? [] : line.Days[^1].Marks,
            Transactions = await transactions.ReadAsync(viewer, new TransactionsQuery { Instrument = id, Rows = ShownTransactions }, cancellationToken),
            MayAdd = sheet.Accounts.Any(a => viewer.MayChange(a.PortfolioId)),
            IsPriceOld = held.Exists(l => l.Price is null || now - l.PricedAt > Freshness.OldPrice),
        };
    }

    private static List<ChartPoint> UnitsByDay(IReadOnlyList<DayValue> days, List<Stretch> stretches, List<AccountOfInstrument> ledgers, Formats formats)
    {
        var levels = ledgers.ConvertAll(l => Levels(l, stretches.FindAll(s => s.AccountId == l.Account.Id && s.Lot == l.Lots.Lot), formats));
        var next = new int[levels.Count];
        var points = new List<ChartPoint>(days.Count);
        foreach (var day in days)
        {
            var units = 0m;
            for (var i = 0; i < levels.Count; i++)
            {
                while (next[i] < levels[i].Count && levels[i][next[i]].Day <= day.Day)
                {
                    next[i]++;
                }

                units += next[i] == 0 ? 0m : levels[i][next[i] - 1].Units;
            }

            points.Add(new ChartPoint(day.Day, units));
        }

        return points;
    }

    // What reports tell counts from the first of them on; before it the transactions do.
    private static List<(DateOnly Day, decimal Units)> Levels(AccountOfInstrument ledger, List<Stretch> reported, Formats formats)
    {
        var first = reported.Count == 0 ? DateOnly.MaxValue : reported.Min(s => s.From);
        return
        [
            .. ledger.Lots.Book.Steps.Select(s => (Day: formats.DayOf(s.At), s.Quantity)).Where(s => s.Day < first),
            .. reported.SelectMany(s => new[] { s.From, s.To ?? s.From }).Distinct().Order()
                .Select(day => (day, reported.Where(s => s.From <= day && (s.To is null || s.To > day)).Sum(s => s.Quantity))),
        ];
    }

    private sealed record Stretch(Guid AccountId, string Lot, decimal Quantity, DateOnly From, DateOnly? To);
}

/// <summary>What an instrument's page shows.</summary>
internal sealed record InstrumentModel
{
    public required Instrument Instrument { get; init; }

    /// <summary>What is held now, by account and lot.</summary>
    public required IReadOnlyList<HeldLot> Held { get; init; }

    /// <summary>What follows from transactions, by account.</summary>
    public required IReadOnlyList<AccountOfInstrument> Ledgers { get; init; }

    /// <summary>Its value by day.</summary>
    public required IReadOnlyList<ChartPoint> Line { get; init; }

    /// <summary>Units by day.</summary>
    public required IReadOnlyList<ChartPoint> Units { get; init; }

    /// <summary>What is to be said of today's value.</summary>
    public required IReadOnlyList<string> Marks { get; init; }

    /// <summary>The newest transactions.</summary>
    public required TransactionsPage Transactions { get; init; }

    /// <summary>True when there is an account that the person may add a transaction to.</summary>
    public required bool MayAdd { get; init; }

    /// <summary>True when a price is missing or old.</summary>
    public required bool IsPriceOld { get; init; }

    public string Currency => Instrument.Currency;

    public decimal Quantity => Held.Sum(l => l.Quantity);

    public decimal? Value => SumOrNull(l => l.Value);

    public decimal? Cost => SumOrNull(l => l.Cost);

    public decimal? DayChange => SumOrNull(l => l.DayChange);

    private decimal? SumOrNull(Func<HeldLot, decimal?> of) => Held.Count == 0 ? null : Held.Aggregate((decimal?)0m, (sum, lot) => sum + of(lot));
}

/// <summary>What an instrument comes to in one account.</summary>
/// <param name="Account">The account.</param>
/// <param name="BrokerName">The broker.</param>
/// <param name="Lots">Its lots.</param>
internal sealed record AccountOfInstrument(HeldAccount Account, string BrokerName, InstrumentLots Lots)
{
    /// <summary>Units that the transactions have more than the broker; 0 when they agree, or the broker has told nothing.</summary>
    public decimal Difference => Lots.BrokerQuantity is { } reported ? Lots.Book.Quantity - reported : 0m;
}
