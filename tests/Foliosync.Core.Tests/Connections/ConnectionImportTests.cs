using Foliosync.Core.Connections;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Connections;

public sealed class ConnectionImportTests
{
    private const string Line =
        """{"user":"ASHA@example.org","portfolio":"New","broker":"fake","label":"One","credentials":{"apiKey":"k","apiSecret":"planted"},"session":{"token":"t"},"reads":["holdings"]}""";

    [Theory, EachStore]
    public async Task Lines_become_connections_and_missing_portfolios_are_made(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());
        var lines = string.Join(
            '\n',
            Line,
            "",
            """{"user":"asha@example.org","portfolio":"New","broker":"fake","credentials":{"apiKey":"k","apiSecret":"s"}}""",
            """{"user":"asha@example.org","broker":"fake","credentials":{"apiKey":"k","apiSecret":"s"},"session":{"token":"t","expiresAt":"2026-08-04T06:00:00+05:30"}}""");

        var result = await ImportAsync(world, lines);

        result.Connections.ShouldBe(3);
        result.States.ShouldBe(new Dictionary<ConnectionState, int> { [ConnectionState.Active] = 2, [ConnectionState.NeedsLogin] = 1 });
        await using var db = world.Database.Open();
        (await db.Portfolios.Select(p => p.Name).OrderBy(n => n).ToListAsync()).ShouldBe(["Main", "New"]);
        var first = await db.Connections.Include(c => c.Sync).SingleAsync(c => c.Label == "One");
        (first.OwnerId, first.Reads, first.SessionExpiresAt).ShouldBe((world.Owner.Id, ReadKinds.Holdings, null));
        first.Sync!.NextSyncAt.ShouldBe(world.Clock.GetUtcNow());
        var row = await db.Credentials.SingleAsync(c => c.ConnectionId == first.Id && c.Field == "apiSecret");
        world.Vault.Open(row.Sealed, first.Id, "apiSecret").Reveal().ShouldBe("planted");
        (await db.Connections.Where(c => c.SessionExpiresAt != null).Select(c => c.SessionExpiresAt).SingleAsync())
            .ShouldBe(new DateTimeOffset(2026, 8, 4, 0, 30, 0, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("""{"user":"nobody@example.org","broker":"fake","credentials":{"apiKey":"k","apiSecret":"planted"}}""")]
    [InlineData("""{"user":"asha@example.org","broker":"none","credentials":{"apiKey":"k","apiSecret":"planted"}}""")]
    [InlineData("""{"user":"asha@example.org","broker":"fake","credentials":{"apiKey":"k"}}""")]
    [InlineData("""{"user":"asha@example.org","broker":"fake","credentials":{"apiKey":"k","apiSecret":planted}}""")]
    [InlineData("""{"user":"asha@example.org","broker":"fake","credentials":{"apiKey":"k","apiSecret":"planted"},"reads":["nothing"]}""")]
    [InlineData("""{"user":"asha@example.org","broker":"fake","credentials":{"apiKey":"k","apiSecret":"planted"},"session":{"expiresAt":"planted"}}""")]
    [InlineData("null")]
    [InlineData("[1]")]
    public async Task A_wrong_line_is_named_by_its_number_and_nothing_is_imported(string wrong)
    {
        await using var world = await ConnectionWorld.CreateAsync(Store.Sqlite, new FakeBroker());

        var refused = await Should.ThrowAsync<InputException>(() => ImportAsync(world, Line + "\n\n" + wrong));

        refused.Message.ShouldStartWith("Line 3: ");
        refused.Message.ShouldNotContain("planted");
        await using var db = world.Database.Open();
        (await db.Connections.AnyAsync()).ShouldBeFalse();
        (await db.Portfolios.CountAsync()).ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task Thousands_of_lines_report_their_progress(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());
        var seen = new Written();

        var result = await world.Import.ImportAsync(
            new StringReader(string.Join('\n', Enumerable.Repeat(Line, 2_000))), seen, Actor.CommandLine, default);

        result.Connections.ShouldBe(2_000);
        seen.Counts.ShouldBe([500, 1_000, 1_500, 2_000]);
        await using var db = world.Database.Open();
        (await db.Credentials.CountAsync()).ShouldBe(6_000);
    }

    private static Task<ConnectionImportResult> ImportAsync(ConnectionWorld world, string lines) =>
        world.Import.ImportAsync(new StringReader(lines), null, Actor.CommandLine, default);

    private sealed class Written : IProgress<int>
    {
        public List<int> Counts { get; } = [];

        public void Report(int value) => Counts.Add(value);
    }
}
