using Foliosync.Brokers.Contract;
using Foliosync.Core.Admin;
using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Instruments;
using Foliosync.Core.Jobs;
using Foliosync.Core.Monitoring;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Prices;
using Foliosync.Core.Statements;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Sync.Reviews;
using Foliosync.Core.Transactions;
using Foliosync.Core.Users;
using Foliosync.Core.Valuations;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Storage;

public sealed class OwnerScopeTests
{
    private static readonly DateTimeOffset Now = new(2026, 8, 3, 5, 0, 0, TimeSpan.Zero);

    /// <summary>What is not filtered by owner, and why that shows nobody another's rows.</summary>
    private static readonly Dictionary<Type, string> Unfiltered = new()
    {
        [typeof(User)] = "read by sign-in and the admin area only, by id or name",
        [typeof(IdentityUserClaim<Guid>)] = "Identity's own, read by user id",
        [typeof(IdentityUserLogin<Guid>)] = "Identity's own, read by user id",
        [typeof(IdentityUserToken<Guid>)] = "Identity's own, read by user id",
        [typeof(IdentityUserPasskey<Guid>)] = "Identity's own, read by user id",
        [typeof(IdentityPasskeyData)] = "a part of the passkey row",
        [typeof(UserSession)] = "found by a secret key, before anybody is known; listed by user id",
        [typeof(AuditEvent)] = "read by the admin area only",
        [typeof(SyncState)] = "the engine's; reached through its connection, which is filtered",
        [typeof(BrokerCredential)] = "sealed, and never reachable from outside",
        [typeof(Snapshot)] = "sealed; replayed and compared only through its run, which is filtered",
        [typeof(PendingLogin)] = "found only by the hash of a secret state; the callback works without a cookie",
        [typeof(BrokerSettings)] = "the instance's",
        [typeof(BrokerHealth)] = "the instance's",
        [typeof(WorkerPresence)] = "the instance's",
        [typeof(RecurringState)] = "the instance's",
        [typeof(RunHour)] = "the instance's: counts, without whose they are",
        [typeof(PriceFeedState)] = "the instance's",
        [typeof(FxRate)] = "shared by all",
        [typeof(Instrument)] = "shared by all",
        [typeof(InstrumentAlias)] = "shared by all",
        [typeof(Price)] = "shared by all",
    };

    /// <summary>What a shared portfolio does not bring with it.</summary>
    private static readonly HashSet<Type> OwnersAlone =
    [
        typeof(LoginLink), typeof(LinkedLogin), typeof(Alert), typeof(AlertChannel), typeof(AlertDelivery), typeof(ApiToken), typeof(UserPreferences), typeof(PortfolioShare),
        typeof(AdminPermission), typeof(AdminView),
    ];

    [Fact]
    public async Task Every_table_is_filtered_by_owner_or_has_a_reason_not_to_be()
    {
        await using var database = await TestDatabases.CreateAsync(Store.Sqlite);
        await using var db = database.Open(OwnerScope.Only(Guid.NewGuid()));

        var unfiltered = db.Model.GetEntityTypes().Where(e => e.GetDeclaredQueryFilters().Count == 0).Select(e => e.ClrType);

        unfiltered.ShouldBe(Unfiltered.Keys, ignoreOrder: true);
    }

    [Theory, EachStore]
    public async Task A_person_sees_own_rows_only_in_every_filtered_table(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var asha = await AddPersonAsync(database, "asha");
        var ravi = await AddPersonAsync(database, "ravi");
        List<Type> filtered;
        await using (var db = database.Open(OwnerScope.Only(asha)))
        {
            filtered = [.. db.Model.GetEntityTypes().Where(e => e.GetDeclaredQueryFilters().Count > 0).Select(e => e.ClrType)];
        }

        filtered.Count.ShouldBe(24);
        foreach (var table in filtered)
        {
            (await CountAsync(database, OwnerScope.Everyone, table)).ShouldBe(2, $"{table.Name}: this test needs a row of each person");
            (await CountAsync(database, OwnerScope.Only(asha), table)).ShouldBe(1, table.Name);
            (await CountAsync(database, OwnerScope.Only(ravi), table)).ShouldBe(1, table.Name);
            (await CountAsync(database, OwnerScope.Only(Guid.NewGuid()), table)).ShouldBe(0, table.Name);
        }
    }

    [Theory, EachStore]
    public async Task The_rows_that_a_person_sees_are_the_own_ones(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var asha = await AddPersonAsync(database, "asha");
        await AddPersonAsync(database, "ravi");

        await using var db = database.Open(OwnerScope.Only(asha));

        (await db.Connections.Select(c => c.Label).SingleAsync()).ShouldBe("asha");
        (await db.Holdings.Select(h => h.Symbol).SingleAsync()).ShouldBe("asha");
        (await db.Transactions.Select(t => t.ExternalId).SingleAsync()).ShouldBe("asha");
        (await db.SyncRuns.Select(r => r.Worker).SingleAsync()).ShouldBe("asha");
    }

    [Theory, EachStore]
    public async Task Anothers_row_is_neither_found_by_its_id_nor_changed_nor_deleted(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var asha = await AddPersonAsync(database, "asha");
        var ravi = await AddPersonAsync(database, "ravi");
        Guid holding;
        await using (var own = database.Open(OwnerScope.Only(ravi)))
        {
            holding = await own.Holdings.Select(h => h.Id).SingleAsync();
        }

        await using var db = database.Open(OwnerScope.Only(asha));
        (await db.Holdings.FindAsync(holding)).ShouldBeNull();
        (await db.Holdings.Where(h => h.Id == holding).ExecuteUpdateAsync(set => set.SetProperty(h => h.Symbol, "stolen"))).ShouldBe(0);
        (await db.Holdings.Where(h => h.Id == holding).ExecuteDeleteAsync()).ShouldBe(0);
    }

    [Theory, EachStore]
    public async Task What_is_shared_is_seen_in_every_table_that_hangs_on_a_portfolio_and_in_no_other(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var asha = await AddPersonAsync(database, "asha");
        await AddPersonAsync(database, "ravi");
        Guid portfolio;
        List<Type> filtered;
        await using (var db = database.Open(OwnerScope.Everyone))
        {
            portfolio = await db.Portfolios.Where(p => p.Name == "ravi").Select(p => p.Id).SingleAsync();
        }

        var viewer = OwnerScope.Of(asha, [new SharedPortfolio(portfolio, ShareRole.Viewer, "ravi")]);
        var editor = OwnerScope.Of(asha, [new SharedPortfolio(portfolio, ShareRole.Editor, "ravi")]);
        await using (var db = database.Open(viewer))
        {
            filtered = [.. db.Model.GetEntityTypes().Where(e => e.GetDeclaredQueryFilters().Count > 0).Select(e => e.ClrType)];
        }

        foreach (var table in filtered)
        {
            var isShared = !OwnersAlone.Contains(table);
            (await CountAsync(database, viewer, table)).ShouldBe(isShared ? 2 : 1, table.Name);
            (await CountAsync(database, editor.Changeable, table)).ShouldBe(isShared ? 2 : 1, table.Name);
            (await CountAsync(database, viewer.Changeable, table)).ShouldBe(1, table.Name);
            (await CountAsync(database, editor.Owned, table)).ShouldBe(1, table.Name);
        }
    }

    [Fact]
    public async Task Those_with_whom_nothing_is_shared_pay_nothing_for_sharing()
    {
        await using var database = await TestDatabases.CreateAsync(Store.Sqlite);
        await using var own = database.Open(OwnerScope.Only(Guid.NewGuid()));
        await using var shared = database.Open(OwnerScope.Of(Guid.NewGuid(), [new SharedPortfolio(Guid.NewGuid(), ShareRole.Viewer, "ravi")]));

        own.Holdings.ToQueryString().ShouldNotContain(" OR ");
        shared.Holdings.ToQueryString().ShouldContain(" OR ");
    }

    [Fact]
    public async Task The_filter_follows_the_context_and_not_the_first_one_that_was_opened()
    {
        // The model is made once for all contexts; the owner must not be baked into it.
        await using var database = await TestDatabases.CreateAsync(Store.Sqlite);
        var asha = await AddPersonAsync(database, "asha");
        var ravi = await AddPersonAsync(database, "ravi");

        foreach (var (person, name) in new[] { (asha, "asha"), (ravi, "ravi"), (asha, "asha") })
        {
            await using var db = database.Open(OwnerScope.Only(person));
            (await db.Portfolios.Select(p => p.Name).SingleAsync()).ShouldBe(name);
        }
    }

    private static async Task<int> CountAsync(Database database, OwnerScope scope, Type table)
    {
        await using var db = database.Open(scope);
        var count = typeof(OwnerScopeTests).GetMethod(nameof(CountRowsAsync), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!;
        return await (Task<int>)count.MakeGenericMethod(table).Invoke(null, [db])!;
    }

    private static Task<int> CountRowsAsync<T>(FoliosyncDb db)
        where T : class => db.Set<T>().CountAsync();

    /// <summary>A person with one row in each table; texts are the name, so that a row tells whose it is.</summary>
    private static async Task<Guid> AddPersonAsync(Database database, string name)
    {
        var user = new User { Id = Guid.NewGuid(), UserName = name };
        var portfolio = new Portfolio { Id = Guid.NewGuid(), OwnerId = user.Id, Name = name, BaseCurrency = "INR" };
        var connection = new BrokerConnection
        {
            Id = Guid.NewGuid(),
            OwnerId = user.Id,
            PortfolioId = portfolio.Id,
            BrokerId = "fake",
            Label = name,
            Sync = new SyncState { BrokerId = "fake" },
        };
        var account = new BrokerAccount
        {
            Id = Guid.NewGuid(),
            OwnerId = user.Id,
            ConnectionId = connection.Id,
            PortfolioId = portfolio.Id,
            ExternalId = name,
            Name = name,
            Currency = "INR",
        };
        var instrument = new Instrument { Id = Guid.NewGuid(), Symbol = name, AssetClass = AssetClass.Equity, Currency = "INR" };

        var transaction = new Transaction { Id = Guid.NewGuid(), AccountId = account.Id, ExternalId = name, Currency = "INR", TradedAt = Now };
        var channel = new AlertChannel { Id = Guid.NewGuid(), OwnerId = user.Id, Address = name };

        await using var db = database.Open(OwnerScope.Everyone);
        db.AddRange(user, portfolio, connection, account, instrument, channel);
        db.AddRange(
            new LoginLink
            {
                Id = Guid.NewGuid(),
                OwnerId = user.Id,
                CreatedAt = Now,
                ExpiresAt = Now,
                Connections = { new LinkedLogin { ConnectionId = connection.Id } },
            },
            new UserPreferences { UserId = user.Id },
            new AdminPermission { UserId = user.Id, TableName = name },
            new AdminView { Id = Guid.NewGuid(), UserId = user.Id, TableName = name, Name = name, Query = name },
            new PortfolioShare { PortfolioId = portfolio.Id, UserId = user.Id, CreatedAt = Now },
            new ApiToken { Id = Guid.NewGuid(), UserId = user.Id, Name = name, Hash = user.Id.ToByteArray() },
            new Alert { Id = Guid.NewGuid(), OwnerId = user.Id, Kind = "needsLogin", Message = name, CreatedAt = Now },
            new Review
            {
                Id = Guid.NewGuid(),
                OwnerId = user.Id,
                ConnectionId = connection.Id,
                AccountId = account.Id,
                Reason = name,
                Fingerprint = [1],
                Diff = new ReviewDiff([], [], [], 0, 0),
                Since = Now,
            },
            new ImportedStatement { Id = Guid.NewGuid(), AccountId = account.Id, Format = name, Fingerprint = [1], ImportedAt = Now },
            new AlertDelivery { Id = Guid.NewGuid(), OwnerId = user.Id, ChannelId = channel.Id, CreatedAt = Now },
            new SyncRun { Id = Guid.NewGuid(), ConnectionId = connection.Id, QueuedAt = Now, Worker = name },
            new Holding { Id = Guid.NewGuid(), AccountId = account.Id, InstrumentId = instrument.Id, Lot = string.Empty, Symbol = name, Since = Now },
            new HoldingPeriod { Id = Guid.NewGuid(), AccountId = account.Id, InstrumentId = instrument.Id, Lot = name, From = Now, To = Now },
            new CashBalance { Id = Guid.NewGuid(), AccountId = account.Id, Segment = name, Currency = "INR", AsOf = Now },
            new CashBalancePeriod { Id = Guid.NewGuid(), AccountId = account.Id, Segment = name, Currency = "INR", From = Now, To = Now },
            new ValuationState { AccountId = account.Id },
            new ValuationMonth { AccountId = account.Id, Month = new DateOnly(2026, 8, 1), Class = name, Currency = "INR", Data = [1] },
            transaction,
            new TransactionTag { TransactionId = transaction.Id, Tag = name });
        await db.SaveChangesAsync();
        return user.Id;
    }
}
