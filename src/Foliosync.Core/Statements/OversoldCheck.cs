using System.Data.Common;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Ledgers;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Statements;

/// <summary>Finds sales of an import that sell more than the ledger has by then. They are booked all the same: most often the purchase is missing.</summary>
internal static class OversoldCheck
{
    private const int ToldOneByOne = 20;

    public static async Task<IReadOnlyList<BrokerWarning>> RunAsync(
        Database database,
        DbConnection connection,
        DbTransaction transaction,
        Guid accountId,
        Guid runId,
        IReadOnlyCollection<Guid> instruments,
        TimeZoneInfo zone,
        CancellationToken cancellationToken)
    {
        if (instruments.Count == 0)
        {
            return [];
        }

        var warnings = new List<BrokerWarning>();
        var found = 0;
        var current = Guid.Empty;
        var units = 0m;
        var script = SqlScript.For(database);
        // At the same instant what adds units comes first, as in the ledger.
        script.Query(
            """
            select instrument_id, kind, quantity, symbol, traded_at, run_id from transactions
            where account_id = @account and instrument_id {ids} and superseded_by is null and quantity is not null
            order by instrument_id, traded_at, case kind when 'split' then 0 when 'sell' then 2 when 'transferOut' then 2 when 'adjustment' then 3 else 1 end, external_id
            """,
            instruments,
            row =>
            {
                if (row.Id(0) != current)
                {
                    (current, units) = (row.Id(0), 0m);
                }

                var kind = SqlValues.Parse<TransactionKind>(row.GetString(1));
                var quantity = row.Number(2);
                units = kind switch
                {
                    TransactionKind.Buy or TransactionKind.TransferIn or TransactionKind.Bonus => units + quantity,
                    TransactionKind.Sell or TransactionKind.TransferOut => units - quantity,
                    TransactionKind.Split or TransactionKind.Adjustment => quantity,
                    _ => units,
                };
                if (units >= 0)
                {
                    return;
                }

                if (kind == TransactionKind.Sell && row.IdOrNull(5) == runId && ++found <= ToldOneByOne)
                {
                    var day = LedgerRows.DayOf(row.Instant(4), zone);
                    warnings.Add(new BrokerWarning(
                        "oversold",
                        FormattableString.Invariant(
                            $"{row.TextOrNull(3)}: {quantity:0.#########} sold on {day:yyyy-MM-dd}, {-units:0.#########} more than the ledger has by then. Import the file that has the purchases, too.")));
                }

                // Told once; what follows is reckoned from nothing.
                units = 0m;
            },
            ("account", accountId));
        await script.RunAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        if (found > ToldOneByOne)
        {
            warnings.Add(new BrokerWarning("oversold", $"The same holds for {found - ToldOneByOne} more sales."));
        }

        return warnings;
    }
}
