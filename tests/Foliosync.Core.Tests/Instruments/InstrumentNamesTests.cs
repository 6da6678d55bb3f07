using System.Runtime.CompilerServices;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Instruments;
using Foliosync.Core.Tests.Connections;
using Foliosync.Core.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Instruments;

public sealed class InstrumentNamesTests
{
    private readonly FakeClock _clock = FakeClock.OnAWorkday();
    private readonly ListingBroker _broker = new();

    [Theory, EachStore]
    public async Task Instruments_without_a_name_get_the_one_on_the_brokers_list(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var infosys = await AddAsync(database, "INFY");
        _broker.List = [Line("NSE:INFY", "Infosys"), Line("NSE:TCS", "Tata Consultancy Services")];

        (await FillAsync(new InstrumentNames(database, _clock), infosys)).ShouldBeNull();

        (await NameOfAsync(database, infosys)).ShouldBe("Infosys");
    }

    [Fact]
    public async Task A_name_that_is_known_is_kept_and_the_list_not_read()
    {
        await using var database = await TestDatabases.CreateAsync(Store.Sqlite);
        var infosys = await AddAsync(database, "INFY", "Infosys Limited");
        _broker.List = [Line("NSE:INFY", "Infosys")];

        await FillAsync(new InstrumentNames(database, _clock), infosys);

        _broker.Reads.ShouldBe(0);
        (await NameOfAsync(database, infosys)).ShouldBe("Infosys Limited");
    }

    [Fact]
    public async Task The_list_is_read_once_a_day_for_all_instruments()
    {
        await using var database = await TestDatabases.CreateAsync(Store.Sqlite);
        var names = new InstrumentNames(database, _clock);
        var infosys = await AddAsync(database, "INFY");
        var tcs = await AddAsync(database, "TCS");
        _broker.List = [Line("NSE:INFY", "Infosys"), Line("NSE:TCS", "Tata Consultancy Services")];

        await FillAsync(names, infosys);
        await FillAsync(names, infosys, tcs);
        await FillAsync(names, tcs);

        _broker.Reads.ShouldBe(1);
        (await NameOfAsync(database, tcs)).ShouldBe("Tata Consultancy Services");
    }

    [Fact]
    public async Task A_name_that_is_not_on_todays_list_is_looked_for_on_tomorrows()
    {
        await using var database = await TestDatabases.CreateAsync(Store.Sqlite);
        var names = new InstrumentNames(database, _clock);
        var newcomer = await AddAsync(database, "NEW");
        await FillAsync(names, newcomer);
        await FillAsync(names, newcomer);
        _broker.Reads.ShouldBe(1);

        _broker.List = [Line("NSE:NEW", "Newcomer")];
        _clock.Advance(TimeSpan.FromDays(1));
        await FillAsync(names, newcomer);

        _broker.Reads.ShouldBe(2);
        (await NameOfAsync(database, newcomer)).ShouldBe("Newcomer");
    }

    [Fact]
    public async Task The_day_is_the_brokers_and_not_the_servers()
    {
        await using var database = await TestDatabases.CreateAsync(Store.Sqlite);
        var names = new InstrumentNames(database, _clock);
        var newcomer = await AddAsync(database, "NEW");

        // 10:30 in India; its next day begins at 18:30 UTC.
        await FillAsync(names, newcomer);
        _clock.Advance(TimeSpan.FromHours(13.4));
        await FillAsync(names, newcomer);
        _broker.Reads.ShouldBe(1);

        _clock.Advance(TimeSpan.FromHours(0.2));
        await FillAsync(names, newcomer);
        _broker.Reads.ShouldBe(2);
    }

    [Fact]
    public async Task A_list_that_cannot_be_had_is_a_warning_and_is_left_alone_for_a_quarter_of_an_hour()
    {
        await using var database = await TestDatabases.CreateAsync(Store.Sqlite);
        var names = new InstrumentNames(database, _clock);
        var infosys = await AddAsync(database, "INFY");
        _broker.List = [Line("NSE:INFY", "Infosys")];
        _broker.Failure = BrokerException.Transient("The list is not there.");

        var warning = await FillAsync(names, infosys);
        _clock.Advance(TimeSpan.FromMinutes(14));
        var again = await FillAsync(names, infosys);

        warning.ShouldBe(new BrokerWarning("instrument-names-unavailable", "Names of new instruments could not be read: The list is not there."));
        again.ShouldBe(warning);
        _broker.Reads.ShouldBe(1);

        _broker.Failure = null;
        _clock.Advance(TimeSpan.FromMinutes(2));
        (await FillAsync(names, infosys)).ShouldBeNull();
        _broker.Reads.ShouldBe(2);
        (await NameOfAsync(database, infosys)).ShouldBe("Infosys");
    }

    [Fact]
    public async Task Derivatives_and_lines_without_a_name_are_passed_over()
    {
        await using var database = await TestDatabases.CreateAsync(Store.Sqlite);
        var infosys = await AddAsync(database, "INFY");
        var future = await AddAsync(database, "NIFTY26AUGFUT");
        _broker.List = [Line("NSE:INFY", " "), Line("NSE:NIFTY26AUGFUT", "NIFTY", AssetClass.Future), Line("NSE:INFY", "Infosys")];

        await FillAsync(new InstrumentNames(database, _clock), infosys, future);

        (await NameOfAsync(database, infosys)).ShouldBe("Infosys");
        (await NameOfAsync(database, future)).ShouldBeNull();
    }

    [Fact]
    public async Task Two_syncs_at_once_read_the_list_once()
    {
        await using var database = await TestDatabases.CreateAsync(Store.Sqlite);
        var names = new InstrumentNames(database, _clock);
        var infosys = await AddAsync(database, "INFY");
        _broker.List = [Line("NSE:INFY", "Infosys")];

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => FillAsync(names, infosys))));

        _broker.Reads.ShouldBe(1);
    }

    [Fact]
    public async Task A_broker_without_a_list_is_left_alone()
    {
        await using var database = await TestDatabases.CreateAsync(Store.Sqlite);
        var infosys = await AddAsync(database, "INFY");

        (await new InstrumentNames(database, _clock).FillAsync(new FakeBroker(), Session(), [infosys], default)).ShouldBeNull();
    }

    private static ListedInstrument Line(string key, string? name, AssetClass assetClass = AssetClass.Equity) => new(key, key, "NSE", name, assetClass);

    private static BrokerSession Session() => new(Http: null!, CredentialValues.Empty, Token: null, TimeProvider.System);

    private static async Task<Guid> AddAsync(TestDatabase database, string symbol, string? name = null)
    {
        var instrument = new Instrument { Id = Guid.NewGuid(), Symbol = symbol, Name = name, AssetClass = AssetClass.Equity, Currency = "INR" };
        await using var db = database.Open();
        db.AddRange(instrument, new InstrumentAlias { BrokerId = "fake", Key = "NSE:" + symbol, InstrumentId = instrument.Id });
        await db.SaveChangesAsync();
        return instrument.Id;
    }

    private static async Task<string?> NameOfAsync(TestDatabase database, Guid id)
    {
        await using var db = database.Open();
        return await db.Instruments.Where(i => i.Id == id).Select(i => i.Name).SingleAsync();
    }

    private Task<BrokerWarning?> FillAsync(InstrumentNames names, params Guid[] ids) => names.FillAsync(_broker, Session(), ids, default);

    /// <summary>A broker that has nothing but a list of instruments.</summary>
    private sealed class ListingBroker : IBroker, IInstrumentSource
    {
        public BrokerManifest Manifest { get; } = new FakeBroker().Manifest;

        public IReadOnlyList<ListedInstrument> List { get; set; } = [];

        public BrokerException? Failure { get; set; }

        public int Reads { get; private set; }

        public async IAsyncEnumerable<ListedInstrument> ReadInstrumentsAsync(
            BrokerSession session, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Reads++;
            await Task.Yield();
            foreach (var line in List)
            {
                yield return Failure is null ? line : throw Failure;
            }
        }

        public Task<BrokerIdentity> CheckAsync(BrokerSession session, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("Names need no check.");

        public Task<IReadOnlyList<ReportedAccount>> ListAccountsAsync(BrokerSession session, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("Names need no accounts.");
    }
}
