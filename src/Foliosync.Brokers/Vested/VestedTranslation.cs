using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Vested;

/// <summary>Puts the sheets of the Transactions workbook together: each movement once, commissions and withheld taxes at what they belong to.</summary>
internal sealed partial class VestedTranslation(
    StatementLog log,
    VestedLedger? ledger,
    IReadOnlyList<VestedTradeRow>? trades,
    IReadOnlyList<VestedIncomeRow>? income,
    IReadOnlyList<VestedTransferRow>? transfers)
{
    private readonly RowIds _ids = new("vested");

    public List<ReportedTransaction> Translate()
    {
        List<ReportedTransaction> all = [.. Trades(), .. Income(), .. Transfers(), .. Rest()];
        CheckCounts("purchases and sales", "Trades", ["SPUR", "SSAL"], trades?.Count);
        CheckCounts("dividends, taxes and interest", "Income", ["DIV", "DIVTAX", "DIVNRA", "INT"], income?.Count(row => !IsBalance(row)));
        CheckCounts("deposits and withdrawals", "Transfers", ["CSR", "CSD", "CSW"], transfers?.Count);
        return all;
    }

    private IEnumerable<ReportedTransaction> Trades()
    {
        foreach (var trade in trades ?? [])
        {
            if (!trade.IsBuy && !trade.IsSell)
            {
                log.Warn("type-unknown", $"{trade.Place}: the activity is not known; the row is kept as unclassified.");
            }

            // A separate commission row is money that left besides the trade's own; where Trades has a charge, it is the same one.
            var separate = CommissionOf(trade);
            var fees = trade.Commission > 0 ? trade.Commission : separate ?? 0;
            yield return new ReportedTransaction
            {
                ExternalId = _ids.Next(
                    "trade", StatementValues.Canonical(trade.At), trade.Ticker, trade.Activity.ToUpperInvariant(),
                    StatementValues.Canonical(trade.Quantity), StatementValues.Canonical(trade.Cash)),
                Kind = trade.IsBuy ? TransactionKind.Buy : trade.IsSell ? TransactionKind.Sell : TransactionKind.Unclassified,
                Instrument = VestedMapping.Instrument(trade.Ticker, trade.Name),
                Quantity = trade.Quantity,
                Price = trade.Price,
                Amount = trade.IsBuy ? -BeforeFees(trade, fees) : trade.IsSell ? BeforeFees(trade, fees) : null,
                Fees = fees,
                Currency = VestedMapping.Currency,
                TradedAt = trade.At,
            };
        }
    }

    /// <summary>
    /// The cash of a purchase is quantity times price plus the fee, that of a sale less it; of older files, without it. What is nearer to
    /// quantity times price tells which. The price is rounded to cents, the cash is not: so the cash counts.
    /// </summary>
    private static decimal BeforeFees(VestedTradeRow trade, decimal fees)
    {
        var without = trade.IsBuy ? trade.Cash - fees : trade.Cash + fees;
        var value = trade.Quantity * trade.Price;
        return Math.Abs(without - value) <= Math.Abs(trade.Cash - value) ? without : trade.Cash;
    }

    private IEnumerable<ReportedTransaction> Income()
    {
        var withheld = (income ?? []).Where(row => Is(row, "Tax") && row.Gross < 0).GroupBy(KeyOf).ToDictionary(g => g.Key, g => new Queue<VestedIncomeRow>(g));
        foreach (var row in income ?? [])
        {
            if (Is(row, "Dividend"))
            {
                // Vested may write the tax before or after its dividend, seconds apart, and for some funds there is none.
                var tax = withheld.TryGetValue(KeyOf(row), out var queue) && queue.TryDequeue(out var paired) ? -paired.Gross : (decimal?)null;
                yield return Cash(row, row.Gross < 0 ? TransactionKind.Adjustment : TransactionKind.Dividend) with { Taxes = tax };
            }
            else if (Is(row, "Interest"))
            {
                yield return Cash(row, TransactionKind.Interest);
            }
            else if (Is(row, "Tax") && row.Gross >= 0)
            {
                yield return Cash(row, TransactionKind.Adjustment) with { Note = "Tax given back" };
            }
            else if (IsBalance(row) && ledger is null)
            {
                yield return Cash(row, TransactionKind.Adjustment);
            }
            else if (!Is(row, "Tax") && !IsBalance(row))
            {
                log.Warn("type-unknown", $"{row.Place}: the activity is not known; the row is kept as unclassified.");
                yield return Cash(row, TransactionKind.Unclassified);
            }
        }

        foreach (var alone in withheld.Values.SelectMany(queue => queue))
        {
            yield return Cash(alone, TransactionKind.Tax);
        }

        static (DateOnly, string) KeyOf(VestedIncomeRow row) => (DateOnly.FromDateTime(row.At.DateTime), row.Ticker);
    }

    private ReportedTransaction Cash(VestedIncomeRow row, TransactionKind kind) => new()
    {
        ExternalId = _ids.Next(
            "income", StatementValues.Canonical(row.At), row.Ticker, row.Activity.ToUpperInvariant(), StatementValues.Canonical(row.Gross)),
        Kind = kind,
        Instrument = row.Ticker.Length == 0 ? null : VestedMapping.Instrument(row.Ticker, NameOf(row.Ticker)),
        Amount = row.Gross,
        Currency = VestedMapping.Currency,
        TradedAt = row.At,
    };

    /// <summary>Income names no company; the trades of the same ticker do.</summary>
    private string NameOf(string ticker) => trades?.FirstOrDefault(trade => trade.Ticker == ticker)?.Name ?? "";

    private IEnumerable<ReportedTransaction> Transfers()
    {
        foreach (var row in transfers ?? [])
        {
            var kind = row.Activity.ToUpperInvariant() switch
            {
                "DEPOSIT" => TransactionKind.Deposit,
                "WITHDRAWAL" => TransactionKind.Withdrawal,
                _ => TransactionKind.Unclassified,
            };
            if (kind is TransactionKind.Unclassified)
            {
                log.Warn("type-unknown", $"{row.Place}: the activity is not known; the row is kept as unclassified.");
            }

            yield return new ReportedTransaction
            {
                ExternalId = _ids.Next(
                    "transfer", StatementValues.Canonical(row.At), row.Activity.ToUpperInvariant(), StatementValues.Canonical(Math.Abs(row.Cash))),
                Kind = kind,
                Amount = kind switch
                {
                    TransactionKind.Deposit => Math.Abs(row.Cash),
                    TransactionKind.Withdrawal => -Math.Abs(row.Cash),
                    _ => null,
                },
                Currency = VestedMapping.Currency,
                TradedAt = row.At,
            };
        }
    }

    /// <summary>What All Transactions alone has: fees, corrections, and what is not known.</summary>
    private IEnumerable<ReportedTransaction> Rest()
    {
        for (var i = 0; i < (ledger?.Rows.Count ?? 0); i++)
        {
            var row = ledger!.Rows[i];
            var kind = KindOf(row);
            if (kind is null)
            {
                continue;
            }

            var amount = ledger.EffectOf(i);
            if (kind is TransactionKind.Unclassified)
            {
                log.Warn(
                    "type-unknown",
                    $"{row.Place}: the type {PersonalData.Shown(row.Type)} is not known; the row is kept as unclassified and counts in no total.");
            }

            yield return new ReportedTransaction
            {
                ExternalId = _ids.Next("ledger", StatementValues.Canonical(row.At), row.Type, StatementValues.Canonical(row.Amount)),
                Kind = kind.Value,
                Amount = amount,
                Currency = VestedMapping.Currency,
                TradedAt = row.At,
                Note = PersonalData.Note(kind is TransactionKind.Fee ? row.Comment : $"{row.Type} {row.Comment}".Trim()),
            };
        }
    }

    /// <summary>Null for what another sheet, or another row, tells.</summary>
    private TransactionKind? KindOf(VestedLedgerRow row) => row.Type switch
    {
        "SPUR" or "SSAL" or "CSR" or "CSD" or "CSW" or "DIV" or "DIVTAX" or "DIVNRA" or "INT" => null,
        "COMM" => _commissions.Contains(row) ? null : TransactionKind.Fee,
        "FEE" => TransactionKind.Fee,
        "JNLC" or "CADJ" => TransactionKind.Adjustment,
        _ => TransactionKind.Unclassified,
    };

    private static bool Is(VestedIncomeRow row, string activity) => row.Activity.Equals(activity, StringComparison.OrdinalIgnoreCase);

    /// <summary>A correction of the cash, which is no income; All Transactions has it too.</summary>
    private static bool IsBalance(VestedIncomeRow row) => row.Ticker.Length == 0 && Is(row, "Balance");

    private void CheckCounts(string what, string sheet, string[] types, int? rows)
    {
        if (ledger is null)
        {
            return;
        }

        var expected = ledger.Rows.Count(row => types.Contains(row.Type));
        if (rows is null && expected > 0)
        {
            log.Warn("sheet-missing", $"The file has no sheet {sheet}, so its {what} ({expected}) were not imported. Upload the report as it was downloaded.");
        }
        else if (rows is { } count && count != expected)
        {
            log.Warn("counts-differ", $"All Transactions has {expected} {what}, {sheet} has {count}. Corporate actions may be the reason.");
        }
    }
}
