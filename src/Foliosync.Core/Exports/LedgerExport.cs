using System.Globalization;
using System.Runtime.CompilerServices;
using Foliosync.Core.Connections;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Foliosync.Core.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Exports;

/// <summary>What is to be exported.</summary>
/// <param name="Format">The form.</param>
/// <param name="WithInferred">False to leave out transactions that were concluded from snapshots.</param>
public sealed record ExportRequest(ExportFormat Format, bool WithInferred = true);

/// <summary>Writes what people hold and did in forms that other programs read.</summary>
public sealed class LedgerExport(Database database, BrokerCatalog brokers, TimeProvider clock)
{
    private const int PageSize = 1_000;

    /// <summary>Opens a portfolio with all its accounts. Nothing is written yet.</summary>
    /// <exception cref="NotFoundException">There is no such portfolio within reach.</exception>
    public async Task<ExportFile> OfPortfolioAsync(
        Guid portfolioId, ExportRequest request, OwnerScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        await using var db = database.Open(scope);
        var portfolio = await db.Portfolios.AsNoTracking().SingleOrDefaultAsync(p => p.Id == portfolioId, cancellationToken)
            ?? throw new NotFoundException("portfolio");
        var accounts = db.Accounts.Where(a => a.PortfolioId == portfolioId);
        return await OpenAsync(db, portfolio.Name, portfolio.BaseCurrency, accounts, request, scope, cancellationToken);
    }

    /// <summary>Opens one account. Nothing is written yet.</summary>
    /// <exception cref="NotFoundException">There is no such account within reach.</exception>
    public async Task<ExportFile> OfAccountAsync(
        Guid accountId, ExportRequest request, OwnerScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        await using var db = database.Open(scope);
        var accounts = db.Accounts.Where(a => a.Id == accountId);
        var account = await accounts.AsNoTracking().SingleOrDefaultAsync(cancellationToken) ?? throw new NotFoundException("account");
        return await OpenAsync(db, account.Name, account.Currency, accounts, request, scope, cancellationToken);
    }

    private async Task<ExportFile> OpenAsync(
        FoliosyncDb db,
        string name,
        string baseCurrency,
        IQueryable<BrokerAccount> accounts,
        ExportRequest request,
        OwnerScope scope,
        CancellationToken cancellationToken)
    {
        var rows = await accounts.OrderBy(a => a.Id)
            .Select(a => new { a.Id, a.Name, a.Currency, a.ReportedAt, a.Connection!.BrokerId }).ToListAsync(cancellationToken);
        var holdings = (await db.Holdings.AsNoTrackingWithIdentityResolution().Include(h => h.Instrument)
            .Where(h => accounts.Any(a => a.Id == h.AccountId)).OrderBy(h => h.Symbol).ThenBy(h => h.Id).ToListAsync(cancellationToken))
            .ToLookup(h => h.AccountId);
        var cash = (await db.CashBalances.AsNoTracking()
            .Where(c => accounts.Any(a => a.Id == c.AccountId)).OrderBy(c => c.Id).ToListAsync(cancellationToken)).ToLookup(c => c.AccountId);
        var now = clock.GetUtcNow();
        var ledger = new ExportedLedger(
            name,
            baseCurrency,
            rows.Min(a => a.ReportedAt) ?? now,
            [
                .. rows.Select(a => new ExportedAccount
                {
                    Id = a.Id,
                    Name = a.Name,
                    Currency = a.Currency,
                    Zone = brokers.ZoneOf(a.BrokerId),
                    ReportedAt = a.ReportedAt,
                    Holdings = [.. holdings[a.Id]],
                    Cash = [.. cash[a.Id]],
                    Transactions = TransactionsAsync(a.Id, request.WithInferred, scope, cancellationToken),
                }),
            ]);
        return new ExportFile(ledger, request.Format, FileNameOf(name, now, request.Format));
    }

    /// <summary>Page by page, so that a reader who takes long holds no connection to the database.</summary>
    private async IAsyncEnumerable<Transaction> TransactionsAsync(
        Guid accountId, bool withInferred, OwnerScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (DateTimeOffset Time, Guid Id)? last = null;
        while (true)
        {
            await using var db = database.Open(scope);
            var rows = db.Transactions.AsNoTrackingWithIdentityResolution().Include(t => t.Instrument).Where(t => t.AccountId == accountId && t.SupersededBy == null);
            rows = withInferred ? rows : rows.Where(t => t.Source != TransactionSource.Inferred);
            rows = last is { } l ? rows.Where(t => t.TradedAt > l.Time || (t.TradedAt == l.Time && t.Id > l.Id)) : rows;
            var page = await rows.OrderBy(t => t.TradedAt).ThenBy(t => t.Id).Take(PageSize).ToListAsync(cancellationToken);
            foreach (var row in page)
            {
                yield return row;
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            last = (page[^1].TradedAt, page[^1].Id);
        }
    }

    private static string FileNameOf(string name, DateTimeOffset now, ExportFormat format)
    {
        var letters = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' '));
        var words = string.Join('-', letters.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"foliosync-{(words.Length > 0 ? words[..Math.Min(words.Length, 40)] + "-" : "")}{now:yyyy-MM-dd}{ExportFormats.EndingOf(format)}");
    }
}
