using System.Data.Common;
using Foliosync.Core.Connections;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Statements;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Sync;

/// <summary>What is stored of an account, as far as a report may change it.</summary>
internal sealed class StoredAccount(AccountReport report)
{
    private readonly List<Holding> _holdings = new(report.Lots.Count);
    private readonly List<CashBalance> _cash = [];
    private readonly HashSet<string> _knownTransactions = new(StringComparer.Ordinal);
    private readonly List<LedgerEntry> _told = [];

    /// <summary>What files have told and people typed of the time that the report's transactions are of. Instants are UTC.</summary>
    public IReadOnlyList<LedgerEntry> ToldBefore => _told;

    /// <summary>Adds the queries that fill <paramref name="accounts"/>.</summary>
    public static void Load(SqlScript script, IReadOnlyDictionary<Guid, StoredAccount> accounts)
    {
        if (accounts.Count == 0)
        {
            return;
        }

        Guid[] ids = [.. accounts.Keys];
        script.Query(
            """
            select account_id, id, instrument_id, lot, reads, symbol, exchange, quantity, unsettled_quantity, pledged_quantity,
                average_price, cost_basis, last_price, priced_at, multiplier, since, last_reported_at, first_price
            from holdings where account_id {ids}
            """,
            ids,
            row => accounts[row.Id(0)]._holdings.Add(ToHolding(row)));
        if (accounts.Values.Any(a => a.Report.Cash is not null))
        {
            script.Query(
                "select account_id, id, segment, currency, amount, as_of from cash_balances where account_id {ids}",
                ids,
                row => accounts[row.Id(0)]._cash.Add(new CashBalance
                {
                    AccountId = row.Id(0),
                    Id = row.Id(1),
                    Segment = row.GetString(2),
                    Currency = row.GetString(3),
                    Amount = row.Number(4),
                    AsOf = row.Instant(5),
                }));
        }

        foreach (var (id, account) in accounts.Where(a => a.Value.Report.Transactions.Count > 0))
        {
            // From the oldest reported one on: a first read may bring years, every later one a few days.
            script.Query(
                "select external_id from transactions where account_id {ids} and traded_at >= @oldest",
                [id],
                row => account._knownTransactions.Add(row.GetString(0)),
                ("oldest", account.Report.Transactions.Min(t => t.TradedAt)));
            SupersededRows.LoadTold(script, id, account.Report.Transactions.Min(t => t.TradedAt).AddDays(-1), account._told);
        }
    }

    public AccountState ToState() => new(_holdings, _cash, _knownTransactions);

    private AccountReport Report => report;

    private static Holding ToHolding(DbDataReader row) => new()
    {
        AccountId = row.Id(0),
        Id = row.Id(1),
        InstrumentId = row.Id(2),
        Lot = row.GetString(3),
        Reads = (ReadKinds)row.GetInt32(4),
        Symbol = row.GetString(5),
        Exchange = row.TextOrNull(6),
        Quantity = row.Number(7),
        UnsettledQuantity = row.Number(8),
        PledgedQuantity = row.Number(9),
        AveragePrice = row.NumberOrNull(10),
        CostBasis = row.NumberOrNull(11),
        LastPrice = row.NumberOrNull(12),
        PricedAt = row.InstantOrNull(13),
        Multiplier = row.Number(14),
        Since = row.Instant(15),
        LastReportedAt = row.InstantOrNull(16),
        FirstPrice = row.NumberOrNull(17),
    };
}
