using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using FsCheck;
using FsCheck.Fluent;

namespace Foliosync.Core.Tests.Sync;

/// <summary>A row, and the read that it came from.</summary>
internal sealed record ReportedRow(ReadKinds Read, ReportedHolding Row);

/// <summary>Reports of one account in the order of their time. Prints what a person needs to see of a failed case.</summary>
internal sealed record History(IReadOnlyList<AccountReport> Reports)
{
    public override string ToString() => string.Join("\n", Reports.Select(r =>
        $"{r.AsOf:MM-dd} reads {r.Reads}, complete {r.CompleteReads}: "
        + string.Join("; ", r.Lots.Select(l => $"{l.Symbol}/{l.Lot} {l.Quantity} cost {l.CostBasis} price {l.LastPrice} ({l.Reads})"))));
}

/// <summary>
/// Random accounts that meet each other often: few instruments and small numbers, so that lots repeat, change, vanish and come back.
/// </summary>
internal static class ReportGenerators
{
    private static readonly ReadKinds[] HoldingReads = [ReadKinds.Holdings, ReadKinds.Positions, ReadKinds.Funds];

    /// <summary>One to six reports, each day one.</summary>
    public static Arbitrary<History> Histories() => Arb.From(
        from count in Gen.Choose(1, 6)
        from reports in Gen.CollectToList(Enumerable.Range(1, count), Report)
        select new History([.. reports]),
        Shorter);

    /// <summary>Rows as a broker's answers have them: several may name the same lot.</summary>
    public static Gen<ReportedRow[]> Rows() => from count in Gen.Choose(0, 8) from rows in Row().ArrayOf(count) select rows;

    /// <summary>Adds rows of one lot up, as the engine does after it has read an account.</summary>
    public static ReportedLot[] AddUp(IEnumerable<ReportedRow> rows) =>
    [
        .. rows.Select(r => ReportedLot.From(r.Row, Reported.Instrument(r.Row.Instrument.Symbol), r.Read))
            .GroupBy(l => (l.InstrumentId, l.Lot))
            .Select(g => g.Aggregate((sum, next) => sum.Plus(next))),
    ];

    private static Gen<AccountReport> Report(int day) =>
        from reads in Gen.SubListOf(HoldingReads)
        from complete in Gen.SubListOf(reads.AsEnumerable())
        from rows in Rows()
        from cash in Cash().OrNull()
        from transactions in Gen.SubListOf(1, 2, 3, 4)
        select new AccountReport
        {
            AsOf = Reported.Day(day),
            Reads = Union(reads),
            CompleteReads = Union(complete),
            Lots = AddUp(rows.Where(r => reads.Contains(r.Read))),
            Cash = cash,
            Transactions = [.. transactions.Select(t => Reported.Buy($"t{t}", t))],
        };

    private static Gen<ReportedRow> Row() =>
        from read in Gen.Elements(HoldingReads)
        from instrument in Gen.Choose(1, 5)
        from quantity in Gen.Choose(-20, 100)
        from scale in Gen.Elements(1m, 0.001m)
        from unsettled in Gen.Choose(0, 3)
        from average in Gen.OneOf(Gen.Constant<decimal?>(null), Gen.Choose(0, 5_000).Select(c => (decimal?)c / 100))
        from price in Gen.OneOf(Gen.Constant<decimal?>(null), Gen.Choose(1, 5).Select(c => (decimal?)c))
        from lot in Gen.Elements("", "", "", "margin", "folio:1")
        select new ReportedRow(read, new ReportedHolding
        {
            Instrument = new ReportedInstrument
            {
                Symbol = $"S{instrument}",
                Exchange = "NSE",
                BrokerKey = $"NSE:S{instrument}",
                AssetClass = instrument == 5 ? AssetClass.Future : AssetClass.Equity,
                Currency = "INR",
            },
            Quantity = quantity * scale,
            UnsettledQuantity = unsettled,
            AveragePrice = average,
            LastPrice = price,
            Multiplier = instrument == 5 ? 25m : 1m,
            MarginFunded = lot == "margin",
            Folio = lot == "folio:1" ? "1" : null,
        });

    private static Gen<IReadOnlyList<ReportedCash>> Cash() =>
        from segments in Gen.SubListOf("equity", "commodity", "")
        from amount in Gen.Choose(-2, 2)
        select (IReadOnlyList<ReportedCash>)[.. segments.Select(s => new ReportedCash(s, "INR", amount))];

    private static ReadKinds Union(IEnumerable<ReadKinds> reads) => reads.Aggregate(ReadKinds.None, (all, one) => all | one);

    // A failed case without one of its reports, or without one of its lots, is easier to understand.
    private static IEnumerable<History> Shorter(History history)
    {
        for (var i = 0; i < history.Reports.Count; i++)
        {
            var report = history.Reports[i];
            if (history.Reports.Count > 1)
            {
                yield return new History([.. history.Reports.Where((_, k) => k != i)]);
            }

            for (var lot = 0; lot < report.Lots.Count; lot++)
            {
                var without = report with { Lots = [.. report.Lots.Where((_, k) => k != lot)] };
                yield return new History([.. history.Reports.Select((r, k) => k == i ? without : r)]);
            }
        }
    }
}
