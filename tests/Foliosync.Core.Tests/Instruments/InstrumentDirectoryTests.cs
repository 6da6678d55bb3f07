using Foliosync.Brokers.Contract;
using Foliosync.Core.Instruments;
using Foliosync.Core.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Instruments;

public sealed class InstrumentDirectoryTests
{
    private const string InfosysIsin = "INE009A01021";

    private static readonly ReportedInstrument OnNse = Listed("NSE:INFY", "INFY", "XNSE", InfosysIsin);
    private static readonly ReportedInstrument OnBse = Listed("BSE:INFY", "INFY", "XBOM", InfosysIsin);

    private readonly FakeClock _clock = FakeClock.OnAWorkday();

    [Theory, EachStore]
    public async Task A_new_instrument_is_stored_as_the_broker_describes_it(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);

        var id = await ResolveAsync(database, OnNse with { Name = "Infosys", AssetClass = AssetClass.Etf, Currency = "USD" });

        var stored = await SingleAsync(database);
        (stored.Id, stored.Isin, stored.Mic, stored.Symbol).ShouldBe((id, InfosysIsin, "XNSE", "INFY"));
        (stored.Name, stored.AssetClass, stored.Currency).ShouldBe(("Infosys", AssetClass.Etf, "USD"));
    }

    [Theory, EachStore]
    public async Task Rows_of_two_exchanges_with_one_isin_are_one_instrument(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);

        var ids = await ResolveAllAsync(database, "fake", OnNse, OnBse);

        ids[1].ShouldBe(ids[0]);
        (await SingleAsync(database)).Mic.ShouldBe("XNSE");
        (await AliasesAsync(database)).ShouldBe(["BSE:INFY", "NSE:INFY"]);
    }

    [Theory, EachStore]
    public async Task The_isin_finds_the_instrument_of_another_broker(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var first = (await ResolveAllAsync(database, "fake", OnNse))[0];

        (await ResolveAllAsync(database, "other", Listed("infy-eq", "INFY-EQ", null, InfosysIsin)))[0].ShouldBe(first);
    }

    [Theory, EachStore]
    public async Task Without_isin_exchange_and_symbol_find_the_instrument_of_another_broker(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var first = (await ResolveAllAsync(database, "fake", OnNse))[0];

        (await ResolveAllAsync(database, "other", Listed("4711", "INFY", "XNSE", null)))[0].ShouldBe(first);
    }

    [Theory, EachStore]
    public async Task The_same_symbol_on_another_exchange_is_another_instrument_when_nothing_else_joins_them(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);

        var ids = await ResolveAllAsync(database, "fake", Listed("NSE:X", "X", "XNSE", null), Listed("BSE:X", "X", "XBOM", null));

        ids[1].ShouldNotBe(ids[0]);
    }

    [Theory, EachStore]
    public async Task The_brokers_key_alone_finds_its_instrument_and_no_other_brokers(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var future = Listed("NFO:NIFTY26AUGFUT", "NIFTY26AUGFUT", null, null);
        var first = (await ResolveAllAsync(database, "fake", future))[0];

        (await ResolveAllAsync(database, "fake", future))[0].ShouldBe(first);
        (await ResolveAllAsync(database, "other", future))[0].ShouldNotBe(first);
    }

    [Theory, EachStore]
    public async Task A_row_without_isin_joins_the_one_with_isin_by_the_brokers_key_in_either_order(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var transaction = Listed("NSE:INFY", "INFY", null, null);
        var holding = Listed("NSE:INFY", "INFY", null, InfosysIsin);

        var ids = await ResolveAllAsync(database, "fake", transaction, holding, transaction);

        ids.Distinct().Count().ShouldBe(1);
        (await SingleAsync(database)).Isin.ShouldBe(InfosysIsin);
    }

    [Theory, EachStore]
    public async Task An_isin_that_becomes_known_later_completes_the_instrument(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var first = await ResolveAsync(database, Listed("NSE:INFY", "INFY", "XNSE", null));

        (await ResolveAsync(database, OnNse with { Name = "Infosys", AssetClass = AssetClass.Etf })).ShouldBe(first);

        // The kind too: without an ISIN it was told by the symbol alone.
        var stored = await SingleAsync(database);
        (stored.Isin, stored.Name, stored.AssetClass).ShouldBe((InfosysIsin, "Infosys", AssetClass.Etf));
        (await ResolveAsync(database, Listed("NSE:INFY", "INFY", "XNSE", null))).ShouldBe(first);
    }

    [Theory, EachStore]
    public async Task A_symbol_that_passes_to_another_isin_makes_a_new_instrument(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var old = await ResolveAsync(database, OnNse);

        var now = await ResolveAsync(database, OnNse with { Isin = "INE467B01029" });

        now.ShouldNotBe(old);
        (await ResolveAsync(database, Listed("NSE:INFY", "INFY", null, null))).ShouldBe(now, "the broker's key means the new one from now on");
        await using var db = database.Open();
        (await db.Instruments.CountAsync()).ShouldBe(2);
    }

    [Theory, EachStore]
    public async Task Answers_come_in_the_order_asked_and_repeats_are_fine(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var many = Enumerable.Range(0, 1_200).Select(i => Listed($"K{i}", $"S{i}", "XNSE", null)).ToArray();
        using var directory = new InstrumentDirectory(database, _clock);

        var first = await directory.ResolveAsync("fake", [.. many, many[3], many[3]], default);
        var turned = await directory.ResolveAsync("fake", [.. many.Reverse()], default);

        first[1_200].ShouldBe(first[3]);
        turned.Reverse().ShouldBe(first[..1_200]);
        await using var db = database.Open();
        (await db.Instruments.CountAsync()).ShouldBe(1_200);
    }

    [Theory, EachStore]
    public async Task What_is_known_is_not_asked_of_the_database_again(Store store)
    {
        var database = await TestDatabases.CreateAsync(store);
        using var directory = new InstrumentDirectory(database, _clock);
        var id = (await directory.ResolveAsync("fake", [OnNse], default))[0];

        await database.DisposeAsync();

        (await directory.ResolveAsync("fake", [OnNse], default)).ShouldBe([id]);
    }

    [Theory, EachStore]
    public async Task Two_processes_that_meet_the_same_new_instruments_end_with_one_of_each(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        using var one = new InstrumentDirectory(database, _clock);
        using var two = new InstrumentDirectory(database, _clock);
        for (var round = 0; round < 20; round++)
        {
            var reported = Enumerable.Range(0, 20).Select(i => Listed($"K{round}-{i}", $"S{round}-{i}", "XNSE", $"INE{round:000}{i:00000}X")).ToArray();

            var ids = await Task.WhenAll(Task.Run(() => AskAsync(one, reported)), Task.Run(() => AskAsync(two, [.. reported.Reverse()])));

            ids[1].Reverse().ShouldBe(ids[0], $"round {round}");
        }

        await using var db = database.Open();
        (await db.Instruments.CountAsync()).ShouldBe(400);
    }

    [Theory, EachStore]
    public async Task Two_processes_agree_on_instruments_without_isin_too(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        using var one = new InstrumentDirectory(database, _clock);
        using var two = new InstrumentDirectory(database, _clock);
        for (var round = 0; round < 20; round++)
        {
            var reported = Enumerable.Range(0, 20).Select(i => Listed($"NFO:{round}-{i}", $"S{round}-{i}", null, null)).ToArray();

            var ids = await Task.WhenAll(Task.Run(() => AskAsync(one, reported)), Task.Run(() => AskAsync(two, [.. reported.Reverse()])));

            ids[1].Reverse().ShouldBe(ids[0], $"round {round}");
        }

        await using var db = database.Open();
        (await db.Instruments.CountAsync()).ShouldBe(400);
    }

    [Theory, EachStore]
    public async Task Two_processes_that_learn_an_isin_at_the_same_moment_agree(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        for (var round = 0; round < 20; round++)
        {
            await ResolveAsync(database, Listed($"K{round}", $"S{round}", null, null));
            using var one = new InstrumentDirectory(database, _clock);
            using var two = new InstrumentDirectory(database, _clock);
            var isin = $"INE{round:000}A01021";

            var ids = await Task.WhenAll(
                Task.Run(() => AskAsync(one, [Listed($"K{round}", $"S{round}", null, isin)])),
                Task.Run(() => AskAsync(two, [Listed($"L{round}", $"S{round}", null, isin)])));

            ids[1].ShouldBe(ids[0], $"round {round}");
        }
    }

    private static async Task<Guid[]> AskAsync(InstrumentDirectory directory, ReportedInstrument[] reported) =>
        await directory.ResolveAsync("fake", reported, default);

    private static ReportedInstrument Listed(string key, string symbol, string? mic, string? isin) => new()
    {
        BrokerKey = key,
        Symbol = symbol,
        Mic = mic,
        Isin = isin,
        AssetClass = AssetClass.Equity,
        Currency = "INR",
    };

    // Each time a directory that remembers nothing, as after a restart.
    private async Task<Guid[]> ResolveAllAsync(TestDatabase database, string broker, params ReportedInstrument[] reported)
    {
        using var directory = new InstrumentDirectory(database, _clock);
        return await directory.ResolveAsync(broker, reported, default);
    }

    private async Task<Guid> ResolveAsync(TestDatabase database, ReportedInstrument reported) =>
        (await ResolveAllAsync(database, "fake", reported))[0];

    private static async Task<Instrument> SingleAsync(TestDatabase database)
    {
        await using var db = database.Open();
        return await db.Instruments.SingleAsync();
    }

    private static async Task<List<string>> AliasesAsync(TestDatabase database)
    {
        await using var db = database.Open();
        return await db.InstrumentAliases.OrderBy(a => a.Key).Select(a => a.Key).ToListAsync();
    }
}
