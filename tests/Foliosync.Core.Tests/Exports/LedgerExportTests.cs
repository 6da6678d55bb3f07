using System.Text;
using Foliosync.Brokers;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Exports;
using Foliosync.Core.Storage;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Transactions;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Exports;

public sealed class LedgerExportTests
{
    private static readonly DateTimeOffset Day = new(2026, 8, 3, 4, 0, 0, TimeSpan.Zero);

    [Theory, EachStore]
    public async Task A_long_ledger_is_written_in_the_order_of_time_without_a_gap(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);

        // Over two pages, with many at one instant: the place where a page could lose or repeat a row.
        await AddAsync(rows, Enumerable.Range(0, 2_500).Select(i => (Id: $"t{i}", At: Day.AddMinutes(i / 700))));

        var (text, _) = await WriteAsync(rows, ExportFormat.Csv);

        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        lines.Select(l => l.Split(',')[14]).Distinct().Count().ShouldBe(2_500);
        lines.Select(l => l.Split(',')[0]).ShouldBeInOrder(SortDirection.Ascending);
        lines[0].ShouldContain(",buy,INFY,", Case.Sensitive);
    }

    [Theory, EachStore]
    public async Task Inferred_transactions_can_be_left_out(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);
        await AddAsync(rows, [("told", Day)]);
        await AddAsync(rows, [("guessed", Day)], TransactionSource.Inferred);

        (await WriteAsync(rows, ExportFormat.Csv)).Text.ShouldContain("guessed");
        (await WriteAsync(rows, ExportFormat.Csv, withInferred: false)).Text.ShouldNotContain("guessed");
    }

    [Theory, EachStore]
    public async Task Another_person_finds_neither_account_nor_portfolio(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);
        await using var db = database.Open();
        var portfolio = await db.Portfolios.SingleAsync();
        var other = OwnerScope.Only(Guid.NewGuid());
        var request = new ExportRequest(ExportFormat.Json);

        (await Exports(database).OfPortfolioAsync(portfolio.Id, request, OwnerScope.Only(portfolio.OwnerId), default)).Name
            .ShouldBe("foliosync-main-2026-08-03.json");
        await Should.ThrowAsync<NotFoundException>(() => Exports(database).OfPortfolioAsync(portfolio.Id, request, other, default));
        await Should.ThrowAsync<NotFoundException>(() => Exports(database).OfAccountAsync(rows.AccountId, request, other, default));
    }

    [Theory, EachStore]
    public async Task No_credential_session_or_answer_of_the_broker_is_in_any_export(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);
        await AddAsync(rows, [("t1", Day)]);
        await using (var db = database.Open())
        {
            // Planted where they would be if nothing were sealed.
            var connection = await db.Connections.SingleAsync();
            connection.Label = "planted-label";
            db.Credentials.Add(new BrokerCredential { ConnectionId = connection.Id, Field = "apiSecret", Sealed = "planted-secret"u8.ToArray() });
            (await db.Accounts.SingleAsync()).TransactionsCursor = "planted-cursor";
            await db.SaveChangesAsync();
        }

        foreach (var format in Enum.GetValues<ExportFormat>())
        {
            var (text, warnings) = await WriteAsync(rows, format);

            text.ShouldContain("INFY");
            (text + string.Concat(warnings)).ShouldNotContain("planted");
            text.ShouldNotContain(Convert.ToBase64String("planted-secret"u8));
        }
    }

    private static LedgerExport Exports(Database database) =>
        new(database, new BrokerCatalog(BuiltInBrokers.All, new Dictionary<string, BrokerOverride>()), FakeClock.OnAWorkday());

    private static async Task<(string Text, IReadOnlyList<string> Warnings)> WriteAsync(StoredRows rows, ExportFormat format, bool withInferred = true)
    {
        var file = await Exports(rows.Database).OfAccountAsync(rows.AccountId, new ExportRequest(format, withInferred), OwnerScope.Everyone, default);
        using var output = new MemoryStream();
        var warnings = await file.WriteAsync(output, default);
        (await file.FindWarningsAsync(default)).ShouldBe(warnings);
        return (Encoding.UTF8.GetString(output.ToArray()), warnings);
    }

    private static async Task AddAsync(
        StoredRows rows, IEnumerable<(string Id, DateTimeOffset At)> trades, TransactionSource source = TransactionSource.Api)
    {
        await using var db = rows.Database.Open();
        db.AddRange(trades.Select(t => new Transaction
        {
            Id = Guid.NewGuid(),
            AccountId = rows.AccountId,
            InstrumentId = rows.InstrumentId,
            ExternalId = t.Id,
            Kind = TransactionKind.Buy,
            Symbol = "INFY",
            Quantity = 1m,
            Price = 1500m,
            Amount = -1500m,
            Currency = "INR",
            TradedAt = t.At,
            Source = source,
        }));
        await db.SaveChangesAsync();
    }
}
