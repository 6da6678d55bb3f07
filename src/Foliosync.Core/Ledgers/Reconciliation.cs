using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Core.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Ledgers;

/// <summary>
/// Compares what the transactions of an account say with what the broker, or the newest file, says is there. Worked out from what is stored
/// each time it is asked for.
/// </summary>
public sealed class Reconciliation(Database database, BrokerCatalog catalog)
{
    /// <summary>The verdict on an account; null while nothing has been reported of it.</summary>
    /// <exception cref="NotFoundException">There is no such account within reach.</exception>
    public async Task<AccountVerdict?> CheckAsync(Guid accountId, OwnerScope scope, CancellationToken cancellationToken)
    {
        await using var db = database.Open(scope);
        var account = await db.Accounts.AsNoTracking().Where(a => a.Id == accountId).Select(a => new { a.ReportedAt, a.Connection!.BrokerId })
            .SingleOrDefaultAsync(cancellationToken) ?? throw new NotFoundException("account");
        if (account.ReportedAt is not { } reportedAt)
        {
            return null;
        }

        var zone = catalog.ZoneOf(account.BrokerId);
        var holdings = await db.Holdings.AsNoTracking().Where(h => h.AccountId == accountId).ToListAsync(cancellationToken);
        var periods = await db.HoldingPeriods.AsNoTracking().Where(p => p.AccountId == accountId).ToListAsync(cancellationToken);
        var cash = await db.CashBalances.AsNoTracking().Where(c => c.AccountId == accountId).ToListAsync(cancellationToken);
        var rows = await db.Transactions.AsNoTracking().Where(t => t.AccountId == accountId && t.SupersededBy == null).ToListAsync(cancellationToken);
        var multipliers = holdings.GroupBy(h => h.InstrumentId).ToDictionary(g => g.Key, g => g.First().Multiplier);
        var entries = rows.Select(t => LedgerEntry.From(
            t, zone, SqlValues.InstantOf(t.Id), t.InstrumentId is { } id ? multipliers.GetValueOrDefault(id, 1m) : 1m));
        var since = periods.Select(p => p.From).Concat(holdings.Select(h => h.Since)).Concat(cash.Select(c => c.AsOf)).DefaultIfEmpty(reportedAt).Min();
        return LedgerVerdict.Compare(new LedgerAndBroker
        {
            Entries = [.. LedgerEntry.InOrder(entries)],
            Units =
            [
                .. periods.Select(p => new ReportedUnits(p.InstrumentId, p.Lot, p.Quantity, Local(p.From), Local(p.To))),
                .. holdings.Select(h => new ReportedUnits(h.InstrumentId, h.Lot, h.Quantity, Local(h.Since))
                {
                    Unsettled = h.UnsettledQuantity,
                    Pledged = h.PledgedQuantity,
                }),
            ],
            Money = cash.Count == 0 ? null : [.. cash.Select(c => new ReportedMoney(c.Currency, c.Amount, Local(c.AsOf)))],
            FirstReportAt = Local(since < reportedAt ? since : reportedAt),
            AsOf = Local(reportedAt),
            Symbols = rows.Where(t => t is { InstrumentId: not null, Symbol: not null }).Select(t => (Id: t.InstrumentId!.Value, Symbol: t.Symbol!))
                .Concat(holdings.Select(h => (Id: h.InstrumentId, h.Symbol)))
                .GroupBy(s => s.Id).ToDictionary(g => g.Key, g => g.Last().Symbol),
        });

        DateTimeOffset Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, zone);
    }
}
