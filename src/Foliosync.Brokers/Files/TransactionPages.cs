using System.Runtime.CompilerServices;
using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Files;

/// <summary>Puts the transactions of a file into pages, each with the warnings of its rows.</summary>
internal static class TransactionPages
{
    private const int PageSize = 1_000;

    /// <param name="transactions">Read from the file while they are asked for.</param>
    /// <param name="log">Where <paramref name="transactions"/> notes what it leaves out.</param>
    /// <param name="cancellationToken">Stops between two pages.</param>
    public static async IAsyncEnumerable<TransactionsPage> Of(
        IEnumerable<ReportedTransaction> transactions, StatementLog log, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var skipped = 0;
        var page = new List<ReportedTransaction>();
        foreach (var transaction in transactions)
        {
            if (page.Count == PageSize)
            {
                yield return Close(log.Take());

                // A long file is read on one thread; between two pages others may have it.
                await Task.Yield();
                cancellationToken.ThrowIfCancellationRequested();
            }

            page.Add(transaction);
        }

        log.RequireAnyReadable();
        yield return Close(log.TakeRest());

        TransactionsPage Close(IReadOnlyList<BrokerWarning> warnings)
        {
            var closed = new TransactionsPage(page, Cursor: null, warnings) { SkippedRows = log.Skipped - skipped };
            skipped = log.Skipped;
            page = [];
            return closed;
        }
    }
}
