using Foliosync.Core.Storage;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Users;

public sealed class LeavingTests
{
    private readonly FakeClock _clock = FakeClock.OnAWorkday();

    [Theory, EachStore]
    public async Task Everything_of_a_person_who_leaves_goes_and_nothing_of_others(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var accounts = new UserAccounts(database, _clock);
        var asha = (await accounts.AddAsync("asha@example.org", null, UserRole.Member, Actor.CommandLine, default)).User;
        var ravi = (await accounts.AddAsync("ravi@example.org", null, UserRole.Member, Actor.CommandLine, default)).User;
        foreach (var user in new[] { asha, ravi })
        {
            await AddRowsAsync(database, user.Id);
        }

        await accounts.RemoveAsync(Actor.Person(asha.Id, "web"), default);

        await using var db = database.Open(OwnerScope.Everyone);
        (await db.Users.Select(u => u.Email).ToListAsync()).ShouldBe(["ravi@example.org"]);
        (await db.Portfolios.CountAsync()).ShouldBe(1);
        (await db.Connections.CountAsync()).ShouldBe(1);
        (await db.Accounts.CountAsync()).ShouldBe(1);
        (await db.AuditEvents.CountAsync(a => a.Action == "user.removed" && a.UserId == asha.Id)).ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task The_only_admin_stays(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var accounts = new UserAccounts(database, _clock);
        var asha = (await accounts.AddAsync("asha@example.org", null, UserRole.Admin, Actor.CommandLine, default)).User;
        await accounts.AddAsync("ravi@example.org", null, UserRole.Member, Actor.CommandLine, default);

        await Should.ThrowAsync<RefusedException>(() => accounts.RemoveAsync(Actor.Person(asha.Id, "web"), default));

        (await accounts.ListAsync(default)).Count.ShouldBe(2);
    }

    private static async Task AddRowsAsync(Database database, Guid owner)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var portfolio = new Core.Portfolios.Portfolio { Id = Guid.NewGuid(), OwnerId = owner, Name = "Main", BaseCurrency = "INR" };
        var connection = new Core.Connections.BrokerConnection
        {
            Id = Guid.NewGuid(),
            OwnerId = owner,
            PortfolioId = portfolio.Id,
            BrokerId = "fake",
            Label = "Fake",
            Sync = new Core.Connections.SyncState { BrokerId = "fake" },
        };
        db.AddRange(portfolio, connection, new Core.Portfolios.BrokerAccount
        {
            Id = Guid.NewGuid(),
            OwnerId = owner,
            ConnectionId = connection.Id,
            PortfolioId = portfolio.Id,
            ExternalId = "1",
            Name = "1",
            Currency = "INR",
        });
        await db.SaveChangesAsync();
    }
}
