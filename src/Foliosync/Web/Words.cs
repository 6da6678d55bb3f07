using Foliosync.Brokers.Contract;
using Foliosync.Core.Transactions;
using Microsoft.Extensions.Localization;

namespace Foliosync.Web;

/// <summary>Names of what the core has names in code for.</summary>
internal static class Words
{
    /// <summary>All kinds that people may choose.</summary>
    public static IReadOnlyList<TransactionKind> Kinds { get; } = [.. Enum.GetValues<TransactionKind>().Where(k => k != TransactionKind.Unclassified)];

    /// <summary>A kind of instrument, in the plural.</summary>
    public static string Of(AssetClass kind, IStringLocalizer<Texts> t) => kind switch
    {
        AssetClass.Equity => t["Shares"],
        AssetClass.Etf => t["Exchange-traded funds"],
        AssetClass.MutualFund => t["Mutual funds"],
        AssetClass.Bond => t["Bonds"],
        AssetClass.GovernmentBond => t["Government bonds"],
        AssetClass.Crypto => t["Crypto"],
        AssetClass.Option => t["Options"],
        AssetClass.Future => t["Futures"],
        AssetClass.Fund => t["Funds"],
        _ => t["Other"],
    };

    /// <summary>A kind of transaction.</summary>
    public static string Of(TransactionKind kind, IStringLocalizer<Texts> t) => kind switch
    {
        TransactionKind.Buy => t["Purchase"],
        TransactionKind.Sell => t["Sale"],
        TransactionKind.Dividend => t["Dividend"],
        TransactionKind.Interest => t["Interest"],
        TransactionKind.Fee => t["Fee"],
        TransactionKind.Tax => t["Tax"],
        TransactionKind.Deposit => t["Deposit"],
        TransactionKind.Withdrawal => t["Withdrawal"],
        TransactionKind.TransferIn => t["Transfer in"],
        TransactionKind.TransferOut => t["Transfer out"],
        TransactionKind.Split => t["Split"],
        TransactionKind.Bonus => t["Bonus units"],
        TransactionKind.Adjustment => t["Correction"],
        _ => t["Not classified"],
    };

    /// <summary>Where a transaction comes from.</summary>
    public static string Of(TransactionSource source, IStringLocalizer<Texts> t) => source switch
    {
        TransactionSource.Api => t["Broker"],
        TransactionSource.Statement => t["File"],
        TransactionSource.Manual => t["Typed"],
        _ => t["Inferred"],
    };
}
