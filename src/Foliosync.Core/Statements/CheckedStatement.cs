using System.Security.Cryptography;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Sync;

namespace Foliosync.Core.Statements;

/// <summary>
/// A file that has been read to its end once, so that nothing is stored of one that turns out to be damaged on its last page. What is
/// kept of it is what it holds and which instruments it names; transactions are read from it again, page by page, when they are stored.
/// </summary>
internal sealed class CheckedStatement
{
    private readonly ChosenReader _chosen;
    private readonly Stream _file;
    private readonly DateTimeOffset _receivedAt;
    private readonly Dictionary<ReportedInstrument, Guid> _instruments = [];

    private CheckedStatement(ChosenReader chosen, Stream file, DateTimeOffset receivedAt, StatementReport report)
    {
        _chosen = chosen;
        _file = file;
        _receivedAt = receivedAt;
        Report = report;
    }

    public StatementFormat Format => _chosen.Format;

    /// <summary>Its transactions are read through <see cref="PagesAsync"/>.</summary>
    public StatementReport Report { get; }

    public required byte[] Fingerprint { get; init; }

    public List<BrokerWarning> Warnings { get; } = [];

    public int Transactions { get; private set; }

    public int Skipped { get; private set; }

    public DateTimeOffset? FirstAt { get; private set; }

    public DateTimeOffset? LastAt { get; private set; }

    /// <summary>What the file names, each once.</summary>
    public IReadOnlyCollection<ReportedInstrument> Instruments => _instruments.Keys;

    /// <summary>Rows that the file has, whatever they are about.</summary>
    public int Received =>
        Transactions + Skipped + (Report.Holdings?.Holdings.Count ?? 0) + (Report.Funds?.Holdings.Count ?? 0) + (Report.Cash?.Balances.Count ?? 0);

    public Guid IdOf(ReportedInstrument instrument) => _instruments[instrument];

    /// <summary>Reads a file to its end.</summary>
    /// <exception cref="InputException">It cannot be read.</exception>
    public static async Task<CheckedStatement> ReadAsync(
        ChosenReader chosen, Stream file, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        file.Position = 0;
        var fingerprint = await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false);
        return await StatementReaders.ReadableAsync(async () =>
        {
            var report = await chosen.Reader.ReadStatementAsync(chosen.Format, file, receivedAt, cancellationToken).ConfigureAwait(false);
            var statement = new CheckedStatement(chosen, file, receivedAt, report) { Fingerprint = fingerprint };
            await statement.LookAsync(cancellationToken).ConfigureAwait(false);
            return statement;
        }).ConfigureAwait(false);
    }

    /// <summary>Finds the instruments.</summary>
    public async Task ResolveAsync(ResolveInstruments resolve, CancellationToken cancellationToken)
    {
        ReportedInstrument[] named = [.. _instruments.Keys];
        var ids = await resolve(_chosen.KeysOf, named, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < ids.Length; i++)
        {
            _instruments[named[i]] = ids[i];
        }
    }

    /// <summary>Reads the transactions again.</summary>
    public async IAsyncEnumerable<IReadOnlyList<ReportedTransaction>> PagesAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Transactions == 0)
        {
            yield break;
        }

        var again = await _chosen.Reader.ReadStatementAsync(Format, _file, _receivedAt, cancellationToken).ConfigureAwait(false);
        await foreach (var page in again.Transactions!.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            yield return page.Transactions;
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        Warnings.AddRange(Report.Warnings);
        foreach (var holdings in new[] { Report.Holdings, Report.Funds }.OfType<HoldingsReport>())
        {
            Warnings.AddRange(holdings.Warnings);
            Skipped += holdings.SkippedRows;
            foreach (var holding in holdings.Holdings)
            {
                _instruments.TryAdd(holding.Instrument, Guid.Empty);
            }
        }

        Warnings.AddRange(Report.Cash?.Warnings ?? []);
        await foreach (var page in (Report.Transactions ?? AsyncEnumerable.Empty<TransactionsPage>()).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            Warnings.AddRange(page.Warnings);
            Skipped += page.SkippedRows;
            Transactions += page.Transactions.Count;
            foreach (var transaction in page.Transactions)
            {
                FirstAt = transaction.TradedAt >= FirstAt ? FirstAt : transaction.TradedAt;
                LastAt = transaction.TradedAt <= LastAt ? LastAt : transaction.TradedAt;
                if (transaction.Instrument is { } instrument)
                {
                    _instruments.TryAdd(instrument, Guid.Empty);
                }
            }
        }
    }
}
