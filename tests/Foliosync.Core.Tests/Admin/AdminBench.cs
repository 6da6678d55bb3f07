using Foliosync.Brokers.Contract;
using Foliosync.Core.Admin;
using Foliosync.Core.Instruments;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Microsoft.Extensions.Logging.Abstractions;

namespace Foliosync.Core.Tests.Admin;

/// <summary>The parts of the admin area over a fresh database, with a few instruments.</summary>
internal sealed class AdminBench : IAsyncDisposable
{
    private readonly InstrumentDirectory _directory;

    private AdminBench(TestDatabase database, FakeClock clock)
    {
        Store = database;
        Clock = clock;
        _directory = new InstrumentDirectory(database, clock);
        Catalog = new AdminCatalog(database);
        Reader = new AdminReader(database, Catalog);
        Foresight = new AdminForesight(database, Catalog);
        Tokens = new ApiTokens(database, clock, NullLogger<ApiTokens>.Instance);
        Changes = new AdminChanges(database, Foresight, _directory, Tokens, clock);
        Undo = new AdminUndo(database, Catalog, Changes, Foresight, clock);
        Merge = new InstrumentMerge(database, _directory, clock);
    }

    public TestDatabase Store { get; }

    public FakeClock Clock { get; }

    public AdminCatalog Catalog { get; }

    public AdminReader Reader { get; }

    public AdminChanges Changes { get; }

    public AdminForesight Foresight { get; }

    public ApiTokens Tokens { get; }

    public AdminUndo Undo { get; }

    public InstrumentMerge Merge { get; }

    public AdminTable Instruments => Catalog.Get("instruments");

    public static Actor By { get; } = Actor.Admin(Guid.NewGuid(), "web", "192.0.2.7");

    public static async Task<AdminBench> OpenAsync(Store store) => new(await TestDatabases.CreateAsync(store), FakeClock.OnAWorkday());

    public async Task<Guid> AddInstrumentAsync(string symbol, string? name = null, string? isin = null, AssetClass kind = AssetClass.Equity, string currency = "INR")
    {
        await using var db = Store.Open();
        var instrument = new Instrument { Id = Guid.CreateVersion7(Clock.GetUtcNow()), Symbol = symbol, Name = name, Isin = isin, AssetClass = kind, Currency = currency };
        db.Instruments.Add(instrument);
        await db.SaveChangesAsync();
        return instrument.Id;
    }

    /// <summary>Takes a change back.</summary>
    public async Task<int> UndoAsync(Guid? change) => await Undo.UndoAsync(await Undo.FindAsync(change!.Value, default), By, default);

    /// <summary>What a list shows in one column, in its order.</summary>
    public async Task<List<string?>> AskAsync(string table, string column, params string[] parameters)
    {
        var found = Catalog.Get(table);
        var query = AdminQuery.Of(found, parameters.Select(p => p.Split('=', 2)).Select(p => KeyValuePair.Create(p[0], p[1])));
        var page = await Reader.ListAsync(query with { Chosen = [found.Column(column)] }, default);
        return [.. page.Rows.Select(r => AdminColumn.Format(r.Values[0]))];
    }

    public async ValueTask DisposeAsync()
    {
        await Tokens.DisposeAsync();
        _directory.Dispose();
        await Store.DisposeAsync();
    }
}
