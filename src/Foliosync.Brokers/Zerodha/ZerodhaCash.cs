using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Zerodha;

/// <summary>Turns <c>GET /user/margins</c> into money.</summary>
internal static class ZerodhaCash
{
    public const string Path = "user/margins";

    /// <summary>Rounding of the parts may move their sum by less than this.</summary>
    private const decimal Tolerance = 1m;

    public static CashReport Report(ZerodhaMargins margins, DateTimeOffset asOf)
    {
        var balances = new List<ReportedCash>(2);
        var warnings = new List<BrokerWarning>();
        Add("equity", margins.Equity, balances, warnings);
        Add("commodity", margins.Commodity, balances, warnings);
        return new CashReport { Balances = balances, AsOf = asOf, Warnings = warnings };
    }

    /// <summary>
    /// Money is what is free less the value of pledged shares, which are holdings. Not <c>available.cash</c>: that is sometimes 0 for an
    /// account with money, and does not know today's debits.
    /// </summary>
    private static void Add(string name, ZerodhaSegment? segment, List<ReportedCash> balances, List<BrokerWarning> warnings)
    {
        if (segment is null or { Enabled: false })
        {
            return;
        }

        var available = segment.Available;
        var collateral = available.Collateral ?? 0;
        if (!ZerodhaMapping.IsPlausible(segment.Net) || !ZerodhaMapping.IsPlausible(collateral))
        {
            throw ZerodhaErrors.Unreadable(Path, $"data.{name}.net");
        }

        balances.Add(new ReportedCash(name, ZerodhaMapping.Currency, segment.Net - collateral));
        if (!AddsUp(segment))
        {
            warnings.Add(new BrokerWarning(
                "cash-unclear", $"The parts of the {name} balance do not add up to Zerodha's total; the total less collateral is taken."));
        }
    }

    private static bool AddsUp(ZerodhaSegment segment)
    {
        var available = segment.Available;
        decimal?[] parts = [available.Cash, available.Collateral, available.AdhocMargin, available.IntradayPayin, -segment.Utilised?.Debits];
        var sum = 0m;
        foreach (var part in parts)
        {
            if (!ZerodhaMapping.IsPlausible(part ?? 0))
            {
                return false;
            }

            sum += part ?? 0;
        }

        return Math.Abs(segment.Net - sum) <= Tolerance;
    }
}
