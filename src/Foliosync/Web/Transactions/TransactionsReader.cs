using Foliosync.Brokers.Contract;
using Foliosync.Core;
using Foliosync.Core.Connections;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Foliosync.Core.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Web.Transactions;

/// <summary>A transaction as a row shows it. What is unknown is null.</summary>
public sealed record TransactionRow
{
    public required Guid Id { get; init; }

    public required Guid AccountId { get; init; }

    public required TransactionKind Kind { get; init; }

    public Guid? InstrumentId { get; init; }

    public string? Symbol { get; init; }

    public string? Name { get; init; }

    public decimal? Quantity { get; init; }

    public decimal? Price { get; init; }

    public decimal? Amount { get; init; }

    public decimal? Fees { get; init; }

    public decimal? Taxes { get; init; }

    public required string Currency { get; init; }

    public required DateTimeOffset TradedAt { get; init; }

    public required TransactionSource Source { get; init; }

    public decimal? Confidence { get; init; }

    public string? Note { get; init; }

    public string? OwnNote { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The account; set after the query.</summary>
    public HeldAccount? Account { get; init; }

    /// <summary>The trading day in the broker's time zone; set after the query.</summary>
    public DateOnly Day { get; init; }

    /// <summary>Time of the day there; null when the source tells the day only.</summary>
    public TimeOnly? Time { get; init; }

    /// <summary>The money that moved before charges, also where it follows from units and price; null when unknown.</summary>
    public decimal? Money => Amount ?? Kind switch
    {
        TransactionKind.Buy => -(Quantity * Price),
        TransactionKind.Sell => Quantity * Price,
        _ => null,
    };

    /// <summary>Fees and taxes; null when neither is known.</summary>
    public decimal? Charges => Fees is null && Taxes is null ? null : (Fees ?? 0m) + (Taxes ?? 0m);
}

/// <summary>A page of transactions.</summary>
/// <param name="Rows">The rows, newest first.</param>
/// <param name="Next">What asks for the next page; null when this was the last.</param>
internal sealed record TransactionsPage(IReadOnlyList<TransactionRow> Rows, TransactionsQuery? Next);

/// <summary>Reads transactions, newest first, page by page from the row before: it costs the same on the last page as on the first.</summary>
internal sealed class TransactionsReader(Database database, HeldSheets sheets, BrokerCatalog catalog)
{
    /// <summary>Reads a page.</summary>
    /// <exception cref="NotFoundException">Account or portfolio are not this person's.</exception>
    public async Task<TransactionsPage> ReadAsync(Viewer viewer, TransactionsQuery query, CancellationToken cancellationToken)
    {
        var accounts = (await sheets.ReadAsync(viewer.Rows, cancellationToken)).Accounts;
        var wanted = accounts.Where(a => (query.Account is null || a.Id == query.Account) && (query.Portfolio is null || a.PortfolioId == query.Portfolio)).ToList();
        await using var db = database.Open(viewer.Rows);
        if (wanted.Count == 0)
        {
            await RequireOwnAsync(db, query, cancellationToken);
            return new TransactionsPage([], null);
        }

        var rows = await Project(Filter(db, query, [.. wanted.Select(a => a.Id)], viewer.Formats.Zone).OrderByDescending(t => t.TradedAt).ThenByDescending(t => t.Id).Take(query.Rows + 1))
            .ToListAsync(cancellationToken);
        var byId = accounts.ToDictionary(a => a.Id);
        var isCut = rows.Count > query.Rows;
        List<TransactionRow> shown = [.. rows.Take(query.Rows).Select(r => WithPlace(r, byId[r.AccountId]))];
        return new TransactionsPage(shown, isCut ? query with { After = (shown[^1].TradedAt, shown[^1].Id) } : null);
    }

    /// <summary>Reads one.</summary>
    /// <exception cref="NotFoundException">There is no such transaction of this person.</exception>
    public async Task<TransactionRow> FindAsync(Viewer viewer, Guid id, CancellationToken cancellationToken)
    {
        var accounts = (await sheets.ReadAsync(viewer.Rows, cancellationToken)).Accounts;
        await using var db = database.Open(viewer.Rows);
        var row = await Project(db.Transactions.AsNoTracking().Where(t => t.Id == id)).SingleOrDefaultAsync(cancellationToken) ?? throw new NotFoundException("transaction");
        return WithPlace(row, accounts.First(a => a.Id == row.AccountId));
    }

    /// <summary>All tags that a person has used.</summary>
    public async Task<IReadOnlyList<string>> TagsAsync(Viewer viewer, CancellationToken cancellationToken)
    {
        await using var db = database.Open(viewer.Rows);
        return await db.TransactionTags.Select(t => t.Tag).Distinct().OrderBy(t => t).ToListAsync(cancellationToken);
    }

    private static IQueryable<Transaction> Filter(FoliosyncDb db, TransactionsQuery query, Guid[] accounts, TimeZoneInfo zone)
    {
        // The owner's filter goes by a join that no index helps; these are the owner's accounts.
        var rows = db.Transactions.AsNoTracking().IgnoreQueryFilters().Where(t => accounts.Contains(t.AccountId) && t.SupersededBy == null);
        rows = query.After is { } after ? rows.Where(t => t.TradedAt < after.At || (t.TradedAt == after.At && t.Id < after.Id)) : rows;
        rows = query.Kind is { } kind ? rows.Where(t => t.Kind == kind) : rows;
        rows = query.Source is { } source ? rows.Where(t => t.Source == source) : rows;
        rows = query.Instrument is { } instrument ? rows.Where(t => t.InstrumentId == instrument) : rows;
        rows = query.Tag is { } tag ? rows.Where(t => t.Tags.Any(x => x.Tag == tag)) : rows;
        if (query.From is { } from)
        {
            var start = StartOf(from);
            rows = rows.Where(t => t.TradedAt >= start);
        }

        if (query.To is { } to)
        {
            var end = StartOf(to.AddDays(1));
            rows = rows.Where(t => t.TradedAt < end);
        }

        if (query.Search is { } search)
        {
            var term = search.ToLowerInvariant();
#pragma warning disable CA1304, CA1311, CA1862 // Done by the database, which has no cultures.
            rows = rows.Where(t => t.Symbol!.ToLower().Contains(term) || t.Instrument!.Name!.ToLower().Contains(term) || t.Instrument.Isin == search.ToUpper()
                || t.Note!.ToLower().Contains(term) || t.OwnNote!.ToLower().Contains(term));
#pragma warning restore CA1304, CA1311, CA1862
        }

        return rows;

        // The beginning of a day where the person is.
        DateTimeOffset StartOf(DateOnly day)
        {
            var midnight = day.ToDateTime(TimeOnly.MinValue);
            return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUniversalTime();
        }
    }

    private static IQueryable<TransactionRow> Project(IQueryable<Transaction> rows) => rows.Select(t => new TransactionRow
    {
        Id = t.Id,
        AccountId = t.AccountId,
        Kind = t.Kind,
        InstrumentId = t.InstrumentId,
        Symbol = t.Symbol ?? t.Instrument!.Symbol,
        Name = t.Instrument!.Name,
        Quantity = t.Quantity,
        Price = t.Price,
        Amount = t.Amount,
        Fees = t.Fees,
        Taxes = t.Taxes,
        Currency = t.Currency,
        TradedAt = t.TradedAt,
        Source = t.Source,
        Confidence = t.Confidence,
        Note = t.Note,
        OwnNote = t.OwnNote,
        Tags = t.Tags.Select(x => x.Tag).ToList(),
    });

    private TransactionRow WithPlace(TransactionRow row, HeldAccount account)
    {
        var local = TimeZoneInfo.ConvertTime(row.TradedAt, catalog.ZoneOf(account.BrokerId)).DateTime;
        return row with
        {
            Account = account,
            Day = DateOnly.FromDateTime(local),
            Time = local.TimeOfDay == TimeSpan.Zero ? null : TimeOnly.FromDateTime(local),
        };
    }

    private static async Task RequireOwnAsync(FoliosyncDb db, TransactionsQuery query, CancellationToken cancellationToken)
    {
        if (query.Account is not null)
        {
            throw new NotFoundException("account");
        }

        if (query.Portfolio is { } id && !await db.Portfolios.AnyAsync(p => p.Id == id, cancellationToken))
        {
            throw new NotFoundException("portfolio");
        }
    }
}
