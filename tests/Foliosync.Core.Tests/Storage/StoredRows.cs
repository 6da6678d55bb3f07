using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Instruments;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Users;

namespace Foliosync.Core.Tests.Storage;

/// <summary>The rows that a holding hangs on, and the bulk path in one call.</summary>
internal sealed record StoredRows(TestDatabase Database, Guid AccountId, Guid InstrumentId)
{
    /// <summary>One person, portfolio, connection, account and instrument.</summary>
    public static async Task<StoredRows> AddAsync(TestDatabase database)
    {
        var user = new User { Id = Guid.NewGuid(), UserName = "asha" };
        var portfolio = new Portfolio { Id = Guid.NewGuid(), OwnerId = user.Id, Name = "Main", BaseCurrency = "INR" };
        var connection = new BrokerConnection { Id = Guid.NewGuid(), OwnerId = user.Id, PortfolioId = portfolio.Id, BrokerId = "fake", Label = "Mine" };
        var account = new BrokerAccount
        {
            Id = Guid.NewGuid(),
            OwnerId = user.Id,
            ConnectionId = connection.Id,
            PortfolioId = portfolio.Id,
            ExternalId = "AB1234",
            Name = "Asha",
            Currency = "INR",
        };
        var instrument = new Instrument { Id = Guid.NewGuid(), Symbol = "INFY", AssetClass = AssetClass.Equity, Currency = "INR" };
        await using var db = database.Open();
        db.AddRange(user, portfolio, connection, account, instrument);
        await db.SaveChangesAsync();
        return new StoredRows(database, account.Id, instrument.Id);
    }

    /// <summary>A holding that can be stored; lots tell holdings apart.</summary>
    public Holding Holding(string lot) => new()
    {
        Id = Guid.NewGuid(),
        AccountId = AccountId,
        InstrumentId = InstrumentId,
        Lot = lot,
        Symbol = "INFY",
        Since = new DateTimeOffset(2026, 8, 3, 5, 0, 0, TimeSpan.Zero),
    };

    /// <summary>Runs a script in a transaction of its own.</summary>
    public Task RunAsync(Action<SqlScript> add) => RunAsync(Database, add);

    /// <summary>Runs a script in a transaction of its own.</summary>
    public static async Task RunAsync(Database database, Action<SqlScript> add, bool commit = true)
    {
        var script = SqlScript.For(database);
        add(script);
        await using var connection = await database.ConnectAsync(default);
        await using var transaction = await connection.BeginTransactionAsync();
        await script.RunAsync(connection, transaction, default);
        if (commit)
        {
            await transaction.CommitAsync();
        }
    }
}
