using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Tests.Contract;

/// <summary>A statement that was read to its end.</summary>
internal sealed record StatementReading(StatementFormat? Format, StatementReport Report, IReadOnlyList<TransactionsPage> Pages)
{
    /// <summary>When the files of the tests are handed in: a Thursday.</summary>
    public static readonly DateTimeOffset ReceivedAt = new(2026, 1, 15, 10, 0, 0, TimeSpan.Zero);

    public IReadOnlyList<ReportedTransaction> Transactions => [.. Pages.SelectMany(page => page.Transactions)];

    /// <summary>Every warning, wherever it is told.</summary>
    public IReadOnlyList<BrokerWarning> Warnings =>
    [
        .. Report.Warnings, .. Report.Holdings?.Warnings ?? [], .. Report.Funds?.Warnings ?? [], .. Report.Cash?.Warnings ?? [],
        .. Pages.SelectMany(page => page.Warnings),
    ];

    public static async Task<StatementReading> OfAsync(
        IStatementReader reader, byte[] file, StatementFormat? format = null, CancellationToken cancellationToken = default)
    {
        using var stream = new MemoryStream(file, writable: false);
        var recognised = format ?? await reader.RecogniseAsync(stream, cancellationToken)
            ?? throw BrokerException.InvalidData("Nobody recognises the file.");
        var report = await reader.ReadStatementAsync(recognised, stream, ReceivedAt, cancellationToken);
        var pages = report.Transactions is null ? [] : await report.Transactions.ToListAsync(cancellationToken);
        return new StatementReading(recognised, report, pages);
    }
}
