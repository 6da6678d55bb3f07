using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Statements;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Web.Imports;

/// <summary>Reads what the page of imports offers: accounts, formats, and what was imported lately.</summary>
internal sealed class ImportReader(Database database, BrokerCatalog catalog, StatementReaders readers)
{
    private const int MostImports = 20;

    /// <summary>Reads it: of what the person may change, as files do that.</summary>
    public async Task<ImportModel> ReadAsync(Viewer viewer, CancellationToken cancellationToken)
    {
        await using var db = database.Open(viewer.Rows.Changeable);
        var fileBrokers = BrokerDescription.AllOf(catalog).Where(b => b is { FilesOnly: true, Enabled: true }).ToList();
        var accounts = await db.Accounts.AsNoTracking().OrderBy(a => a.Connection!.Label).ThenBy(a => a.Name)
            .Select(a => new FileAccount(a.Id, a.Name, a.Connection!.Label, a.Connection!.BrokerId)).ToListAsync(cancellationToken);
        var imports = await (
            from s in db.ImportedStatements.AsNoTracking()
            join run in db.SyncRuns on s.Id equals run.Id
            orderby s.Id descending
            select new RecentImport(s.Id, s.AccountId, s.Account!.Name, s.Format, s.ImportedAt, s.FirstDay, s.LastDay, run.Inserted, run.Received, s.UndoneAt))
            .Take(MostImports).ToListAsync(cancellationToken);
        var formats = fileBrokers.SelectMany(b => readers.FormatsFor(b.Manifest.Id)).Concat(accounts.SelectMany(a => readers.FormatsFor(a.BrokerId)))
            .DistinctBy(f => f.Id).OrderBy(f => f.Name, StringComparer.OrdinalIgnoreCase).ToList();
        return new ImportModel
        {
            // Those that only files feed come first: they wait for one.
            Accounts = [.. accounts.OrderBy(a => fileBrokers.Exists(b => b.Manifest.Id == a.BrokerId) ? 0 : 1)],
            Brokers = [.. fileBrokers.Select(b => b.Manifest)],
            Portfolios = [.. (await db.PortfoliosAsync(cancellationToken)).Where(p => viewer.MaySetUp(p.Id))],
            Formats = formats,
            Imports = imports,
        };
    }
}

/// <summary>What the page of imports shows.</summary>
public sealed record ImportModel
{
    /// <summary>The accounts that a file can be for.</summary>
    public IReadOnlyList<FileAccount> Accounts { get; init; } = [];

    /// <summary>The brokers of which an account is made for files alone.</summary>
    public IReadOnlyList<BrokerManifest> Brokers { get; init; } = [];

    /// <summary>Where a new account can count.</summary>
    public IReadOnlyList<Portfolio> Portfolios { get; init; } = [];

    /// <summary>The formats that are read.</summary>
    public IReadOnlyList<StatementFormat> Formats { get; init; } = [];

    /// <summary>The last imports, newest first, those that were undone included.</summary>
    public IReadOnlyList<RecentImport> Imports { get; init; } = [];

    /// <summary>Name of a format; its id when this version does not know it any more.</summary>
    public string NameOfFormat(string id) => Formats.FirstOrDefault(f => f.Id == id)?.Name ?? id;
}

/// <summary>An account that a file can be for.</summary>
/// <param name="Id">The account.</param>
/// <param name="Name">Its name.</param>
/// <param name="ConnectionLabel">What the person calls the connection.</param>
/// <param name="BrokerId">The adapter.</param>
public sealed record FileAccount(Guid Id, string Name, string ConnectionLabel, string BrokerId)
{
    /// <summary>Name for people.</summary>
    public string Title => Name == ConnectionLabel ? Name : $"{ConnectionLabel} · {Name}";
}

/// <summary>A file that was imported.</summary>
/// <param name="Id">The run.</param>
/// <param name="AccountId">The account.</param>
/// <param name="AccountName">Its name.</param>
/// <param name="Format">Id of the format.</param>
/// <param name="ImportedAt">UTC instant.</param>
/// <param name="FirstDay">Day of its first transaction; null when it has none.</param>
/// <param name="LastDay">Day of its last transaction; null when it has none.</param>
/// <param name="New">Rows that were new.</param>
/// <param name="Rows">Rows that it had.</param>
/// <param name="UndoneAt">UTC instant at which it was undone; null when it was not.</param>
public sealed record RecentImport(
    Guid Id, Guid AccountId, string AccountName, string Format, DateTimeOffset ImportedAt, DateOnly? FirstDay, DateOnly? LastDay, int New, int Rows, DateTimeOffset? UndoneAt);
