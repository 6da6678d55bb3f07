using System.Security.Cryptography;
using System.Text;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Tests.Sync;

/// <summary>What a broker may say, in few words.</summary>
internal static class Reported
{
    public const ReadKinds Everything = ReadKinds.Holdings | ReadKinds.Positions | ReadKinds.Funds;

    private static readonly DateTimeOffset FirstDay = new(2026, 8, 3, 10, 0, 0, TimeSpan.Zero);

    public static DateTimeOffset Day(int day) => FirstDay.AddDays(day - 1);

    /// <summary>The instrument behind a symbol.</summary>
    public static Guid Instrument(string symbol) => new(SHA256.HashData(Encoding.UTF8.GetBytes(symbol)).AsSpan(0, 16));

    public static ReportedLot Lot(
        string symbol,
        decimal quantity,
        decimal? average = 100m,
        decimal? price = 120m,
        ReadKinds reads = ReadKinds.Holdings,
        string lot = "",
        decimal multiplier = 1m) => new()
        {
            InstrumentId = Instrument(symbol),
            Lot = lot,
            Reads = reads,
            Symbol = symbol,
            Exchange = "NSE",
            Quantity = quantity,
            AveragePrice = average,
            CostBasis = average * quantity * multiplier,
            LastPrice = price,
            Multiplier = multiplier,
        };

    /// <summary>A complete report of holdings, positions and funds.</summary>
    public static AccountReport Complete(int day, params ReportedLot[] lots) => new()
    {
        AsOf = Day(day),
        Reads = Everything,
        CompleteReads = Everything,
        Lots = lots,
        Received = lots.Length,
    };

    /// <summary>A report of which nothing is complete.</summary>
    public static AccountReport Incomplete(int day, params ReportedLot[] lots) =>
        Complete(day, lots) with { CompleteReads = ReadKinds.None };

    /// <summary>A report of cash alone.</summary>
    public static AccountReport Cash(int day, params ReportedCash[] balances) => new()
    {
        AsOf = Day(day),
        Reads = ReadKinds.Cash,
        CompleteReads = ReadKinds.None,
        Lots = [],
        Cash = balances,
    };

    public static Transaction Buy(string externalId, int day) => new()
    {
        ExternalId = externalId,
        Kind = TransactionKind.Buy,
        Currency = "INR",
        TradedAt = Day(day),
    };
}
