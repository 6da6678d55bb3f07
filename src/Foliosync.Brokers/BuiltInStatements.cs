using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Imports;

namespace Foliosync.Brokers;

/// <summary>Every reader of files that belong to no broker: one line each. A broker's own reader is its adapter.</summary>
public static class BuiltInStatements
{
    /// <summary>The readers, in the order in which a file is shown to them, after that of the account's broker.</summary>
    public static IReadOnlyList<IStatementReader> All { get; } =
    [
        new FoliosyncFiles(),
        new GhostfolioExport(),
        new PortfolioPerformanceExport(),
    ];
}
