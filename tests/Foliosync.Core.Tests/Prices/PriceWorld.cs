using Foliosync.Brokers.Contract;
using Foliosync.Core.Instruments;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Prices;
using Foliosync.Core.Storage;
using Foliosync.Core.Tests.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Tests.Prices;

/// <summary>A database with one account in rupees, a server with all sources, and a clock.</summary>
internal sealed class PriceWorld : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly StoredRows _rows;
    private readonly PriceHttp _http;

    private PriceWorld(TestDatabase database, StoredRows rows, PriceServer server, FakeClock clock, PriceSettings settings)
    {
        _database = database;
        _rows = rows;
        Server = server;
        Clock = clock;
        _http = new PriceHttp(settings, clock);
        Feeds = new PriceFeeds(database, _http, settings, clock);
        FxRates = new FxRates(database);
    }

    public PriceServer Server { get; }

    public FakeClock Clock { get; }

    public PriceFeeds Feeds { get; }

    public FxRates FxRates { get; }

    /// <param name="store">What the database runs on.</param>
    /// <param name="now">The clock's time, ISO 8601.</param>
    /// <param name="on">The sources that are switched on.</param>
    public static async Task<PriceWorld> CreateAsync(Store store, string now, params PriceSource[] on)
    {
        var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);
        var server = await PriceServer.StartAsync();
        return new PriceWorld(database, rows, server, new FakeClock(DateTimeOffset.Parse(now, null)), server.Settings(on));
    }

    public FoliosyncDb Open() => _database.Open();

    /// <summary>Starts the recurring job of a source once.</summary>
    public Task RunJobAsync(PriceSource source) => Feeds.JobOf(source).RunAsync(default);

    /// <summary>Adds an instrument that is held since some day.</summary>
    public async Task<Guid> HoldAsync(
        string currency, string since, string? isin = null, AssetClass kind = AssetClass.Equity, string? mic = null, string symbol = "X")
    {
        var instrument = new Instrument
        {
            Id = Guid.CreateVersion7(Clock.GetUtcNow()),
            Isin = isin,
            Mic = mic,
            Symbol = symbol,
            AssetClass = kind,
            Currency = currency,
        };
        await using var db = Open();
        db.Instruments.Add(instrument);
        db.Holdings.Add(new Holding
        {
            Id = Guid.NewGuid(),
            AccountId = _rows.AccountId,
            InstrumentId = instrument.Id,
            Lot = string.Empty,
            Symbol = symbol,
            Quantity = 1,
            Since = DateTimeOffset.Parse(since, null),
        });
        await db.SaveChangesAsync();
        return instrument.Id;
    }

    public async Task<List<(DateOnly Day, decimal Value, string Source)>> PricesOfAsync(Guid instrumentId)
    {
        await using var db = Open();
        var prices = await db.Prices.Where(p => p.InstrumentId == instrumentId).OrderBy(p => p.Day).ToListAsync();
        return prices.ConvertAll(p => (p.Day, p.Value, p.Source));
    }

    public async Task<PriceFeedState?> StateAsync(PriceSource source)
    {
        await using var db = Open();
        return await db.PriceFeeds.SingleOrDefaultAsync(s => s.Source == source.Id);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Server.DisposeAsync();
        await _database.DisposeAsync();
    }
}
