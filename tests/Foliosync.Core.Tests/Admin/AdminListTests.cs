using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Tests;
using Foliosync.Core.Admin;
using Foliosync.Core.Instruments;
using Foliosync.Core.Tests.Storage;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Admin;

public sealed class AdminListTests
{
    private static readonly string[] EverySymbol = ["ALPHA", "BETA", "DELTA", "GAMMA"];

    [Theory, EachStore]
    public async Task Every_operator_finds_what_it_says_and_nothing_else(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        await SeedAsync(bench);
        var expected = new (string Table, string Filter, string Found)[]
        {
            ("instruments", "symbol=BETA", "BETA"),
            ("instruments", "symbol.not=BETA", "ALPHA DELTA GAMMA"),
            ("instruments", "name.contains=ta", "BETA"),
            ("instruments", "name.contains=100%", "DELTA"),
            ("instruments", "name.containsNot=ta", "ALPHA DELTA GAMMA"),
            ("instruments", "symbol.in=BETA,GAMMA,NONE", "BETA GAMMA"),
            ("instruments", "symbol.inNot=BETA,GAMMA", "ALPHA DELTA"),
            ("instruments", "name.empty=yes", "ALPHA"),
            ("instruments", "name.empty=no", "BETA DELTA GAMMA"),
            ("instruments", "assetClass=etf", "GAMMA"),
            ("instruments", "assetClass.not=etf", "ALPHA BETA DELTA"),
            ("instruments", "assetClass.in=etf,bond", "DELTA GAMMA"),
            ("instruments", "q=ine0", "ALPHA"),
            ("instruments", "q=ta inc", "BETA"),
            ("prices", "value=10", "10"),
            ("prices", "value.greater=9.5", "10 100"),
            ("prices", "value.smaller=10", "9.5"),
            ("prices", "value.between=9.5..10", "9.5 10"),
            ("prices", "value.betweenNot=9.5..10", "100"),
            ("prices", "value.in=9.5,100", "9.5 100"),
            ("prices", "day=2026-01-02", "10"),
            ("prices", "day.greater=2026-01-01", "10 100"),
            ("prices", "day.between=2026-01-01..2026-01-02", "9.5 10"),
            ("prices", "at=2026-01-02", "10"),
            ("prices", "at.between=2026-01-01..2026-01-02", "9.5 10"),
            ("prices", "at.greater=2026-01-02", "100"),
            ("prices", "at.smaller=2026-01-02T12:00Z", "9.5"),
            ("prices", "fetchedAt.empty=yes", "9.5 10 100"),
            ("prices", "at.not=2026-01-02", "9.5 100"),
        };

        foreach (var (table, filter, found) in expected)
        {
            var (column, sort) = table == "prices" ? ("value", "sort=value") : ("symbol", "sort=symbol");
            string.Join(' ', await bench.AskAsync(table, column, filter, sort)).ShouldBe(found, filter);
        }
    }

    [Theory, EachStore]
    public async Task Related_rows_are_found_by_their_id_and_told_by_their_name(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        var beta = await SeedAsync(bench);
        var prices = bench.Catalog.Get("prices");

        (await bench.AskAsync("prices", "value", $"instrumentId={beta}")).Count.ShouldBe(3);
        (await bench.AskAsync("prices", "value", $"instrumentId.not={beta}")).ShouldBeEmpty();
        var page = await bench.Reader.ListAsync(new AdminQuery { Table = prices }, default);
        page.Names[("instruments", beta.ToString())].ShouldBe("BETA · Beta Inc");
        (await bench.Reader.LookUpAsync(bench.Instruments, "beta", default)).ShouldBe([(beta.ToString(), "BETA · Beta Inc")]);
    }

    [Theory, EachStore]
    public async Task Pages_follow_each_other_forth_and_back_whatever_the_order_with_empty_and_equal_values(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        for (var i = 0; i < 11; i++)
        {
            await bench.AddInstrumentAsync($"S{i % 4}", name: i % 3 == 0 ? null : $"N{i % 2}");
        }

        foreach (var sort in new[] { "name", "-name", "symbol,-name", "-symbol,name", "name,symbol", "id", "-id" })
        {
            var query = AdminQuery.Of(bench.Instruments, [new("sort", sort), new("limit", "3")]);
            var all = await bench.Reader.ListAsync(query with { Size = 1000 }, default);
            var walked = new List<string>();
            var pages = new List<AdminPage>();
            for (string? after = null; ;)
            {
                var page = await bench.Reader.ListAsync(query with { After = after }, default);
                pages.Add(page);
                walked.AddRange(page.Rows.Select(r => r.Key));
                if ((after = page.Next) is null)
                {
                    break;
                }
            }

            walked.ShouldBe(all.Rows.Select(r => r.Key), sort);
            var back = await bench.Reader.ListAsync(query with { Before = pages[2].Previous }, default);
            back.Rows.Select(r => r.Key).ShouldBe(pages[1].Rows.Select(r => r.Key), sort);
            (await bench.Reader.ListAsync(query with { Before = back.Previous }, default)).Previous.ShouldBeNull(sort);
        }
    }

    [Theory, EachStore]
    public async Task Rows_are_counted_while_they_are_few(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        await SeedAsync(bench);

        (await bench.Reader.CountAsync(new AdminQuery { Table = bench.Instruments }, default)).ShouldBe(new AdminCount(4, AdminCertainty.Exact));
        (await bench.Reader.CountAsync(AdminQuery.Of(bench.Instruments, [new("symbol", "BETA")]), default)).ShouldBe(new AdminCount(1, AdminCertainty.Exact));
    }

    [Fact]
    public async Task What_cannot_be_asked_is_refused_by_the_name_of_its_parameter()
    {
        await using var bench = await AdminBench.OpenAsync(Store.Sqlite);
        foreach (var (parameter, value) in new[]
        {
            ("nothing", "1"), ("symbol.greater", "1"), ("assetClass", "nothing"), ("id", "x"), ("limit", "0"), ("name.empty", "maybe"), ("symbol.many", "1"),
        })
        {
            Should.Throw<InputException>(() => AdminQuery.Of(bench.Instruments, [new(parameter, value)])).Field.ShouldBe(parameter);
        }

        Should.Throw<InputException>(() => AdminQuery.Of(bench.Catalog.Get("prices"), [new("value.between", "1")])).Message.ShouldContain("1..5");
        (await Should.ThrowAsync<InputException>(() => bench.Reader.ListAsync(new AdminQuery { Table = bench.Instruments, After = "guess" }, default))).Field.ShouldBe("after");
    }

    [Fact]
    public async Task An_address_says_what_was_asked()
    {
        await using var bench = await AdminBench.OpenAsync(Store.Sqlite);
        KeyValuePair<string, string>[] asked =
            [new("q", "inf"), new("name.contains", "a"), new("assetClass.in", "etf,bond"), new("sort", "-symbol,name"), new("columns", "symbol,isin"), new("limit", "20")];

        AdminQuery.Of(bench.Instruments, asked).ToParameters().ShouldBe(asked);
    }

    [Theory, EachStore]
    public async Task Every_table_can_be_listed_by_every_column_and_looked_at(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        await SeedAsync(bench);
        foreach (var table in bench.Catalog.Tables)
        {
            foreach (var column in table.Columns.Where(c => c.Kind != AdminKind.Data))
            {
                var query = new AdminQuery { Table = table, Sort = [new AdminSort(column, true)], Chosen = table.Columns, Search = "x" };
                var page = await bench.Reader.ListAsync(query, default);
                page.Columns.Count.ShouldBe(table.Columns.Count);
            }
        }

        (await bench.AskAsync("instruments", "symbol", "sort=symbol")).ShouldBe(EverySymbol);
    }

    [Fact]
    public async Task Every_column_has_a_label_that_somebody_gave()
    {
        await using var bench = await AdminBench.OpenAsync(Store.Sqlite);
        var source = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Find(), "src", "Foliosync.Core", "Admin", "AdminLabels.cs"));

        bench.Catalog.Tables.SelectMany(t => t.Columns).Select(c => c.Label).Distinct().Where(l => !source.Contains($"\"{l}\"", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    /// <summary>Four instruments, of which one has three prices; tells that one's id.</summary>
    private static async Task<Guid> SeedAsync(AdminBench bench)
    {
        await bench.AddInstrumentAsync("ALPHA", isin: "INE009A01021");
        var beta = await bench.AddInstrumentAsync("BETA", "Beta Inc");
        await bench.AddInstrumentAsync("GAMMA", "Gamma fund", kind: AssetClass.Etf);
        await bench.AddInstrumentAsync("DELTA", "100% bond", kind: AssetClass.Bond);
        await using var db = bench.Store.Open();
        var first = new DateOnly(2026, 1, 1);
        db.Prices.AddRange(new[] { 9.5m, 10m, 100m }.Select((value, i) => new Price
        {
            InstrumentId = beta,
            Day = first.AddDays(i),
            Source = "test",
            Value = value,
            Currency = "INR",
            At = new DateTimeOffset(first.AddDays(i), new TimeOnly(12, 0), TimeSpan.Zero),
        }));
        await db.SaveChangesAsync();
        return beta;
    }
}
