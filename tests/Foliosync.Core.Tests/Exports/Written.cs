using System.Text;
using Foliosync.Brokers;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Exports;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Tests.Exports;

/// <summary>An export, written into memory.</summary>
internal sealed record Written(byte[] File, IReadOnlyList<string> Warnings)
{
    public static readonly TimeZoneInfo India = TimeZoneInfo.FindSystemTimeZoneById("Asia/Kolkata");

    private static readonly DateTimeOffset ReportedAt = new(2026, 8, 3, 5, 0, 0, TimeSpan.Zero);

    public string Text => Encoding.UTF8.GetString(File);

    public static Written Of(ExportFormat format, params IEnumerable<Transaction> transactions) => Of(format, Account("Zerodha", transactions));

    public static Written Of(ExportFormat format, params ExportedAccount[] accounts)
    {
        using var output = new MemoryStream();
        var ledger = new ExportedLedger("Main", "INR", ReportedAt, accounts);

        // Everything is in memory: this has ended when it comes back.
        var warnings = new ExportFile(ledger, format, "export").WriteAsync(output, CancellationToken.None).GetAwaiter().GetResult();
        return new Written(output.ToArray(), warnings);
    }

    public static ExportedAccount Account(string name, IEnumerable<Transaction> transactions) => new()
    {
        Id = Guid.NewGuid(),
        Name = name,
        Currency = "INR",
        Zone = India,
        Transactions = transactions.ToAsyncEnumerable(),
    };

    public static ExportedAccount Holding(ExportedAccount account, IReadOnlyList<Holding> holdings, params CashBalance[] cash) =>
        account with { Holdings = holdings, Cash = cash, ReportedAt = ReportedAt };

    /// <summary>The file as the reader of that format reads it, with every warning of the reader.</summary>
    public (StatementReport Report, IReadOnlyList<ReportedTransaction> Transactions, IReadOnlyList<BrokerWarning> Warnings) Read(string formatId) =>
        ReadAsync(formatId).GetAwaiter().GetResult();

    private async Task<(StatementReport Report, IReadOnlyList<ReportedTransaction> Transactions, IReadOnlyList<BrokerWarning> Warnings)> ReadAsync(string formatId)
    {
        using var stream = new MemoryStream(File, writable: false);
        foreach (var reader in BuiltInBrokers.All.OfType<IStatementReader>().Concat(BuiltInStatements.All))
        {
            if (await reader.RecogniseAsync(stream, CancellationToken.None) is not { } format)
            {
                continue;
            }

            if (format.Id != formatId)
            {
                throw new InvalidOperationException($"The file was taken for {format.Id}.");
            }

            var report = await reader.ReadStatementAsync(format, stream, ReportedAt, CancellationToken.None);
            var pages = await report.Transactions!.ToListAsync();
            return (
                report,
                [.. pages.SelectMany(p => p.Transactions)],
                [.. report.Warnings, .. report.Holdings?.Warnings ?? [], .. report.Cash?.Warnings ?? [], .. pages.SelectMany(p => p.Warnings)]);
        }

        throw new InvalidOperationException("Nobody recognises the file.");
    }
}
