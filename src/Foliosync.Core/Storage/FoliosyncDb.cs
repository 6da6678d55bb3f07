using System.Linq.Expressions;
using Foliosync.Core.Admin;
using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Instruments;
using Foliosync.Core.Jobs;
using Foliosync.Core.Monitoring;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Prices;
using Foliosync.Core.Statements;
using Foliosync.Core.Sync;
using Foliosync.Core.Sync.Reviews;
using Foliosync.Core.Transactions;
using Foliosync.Core.Users;
using Foliosync.Core.Valuations;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.Extensions.DependencyInjection;

namespace Foliosync.Core.Storage;

/// <summary>
/// The model, shared by both databases. <see cref="SqliteDb"/> and <see cref="PostgresDb"/> only add column types and own a set of
/// generated migrations each.
/// </summary>
public abstract class FoliosyncDb : IdentityUserContext<User, Guid>
{
    private readonly Guid? _owner;
    private readonly List<Guid> _shared;

    /// <summary>Opens the model on the given options, limited to the rows of <paramref name="scope"/>.</summary>
    protected FoliosyncDb(DbContextOptions options, OwnerScope scope)
        : base(options)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _owner = scope.UserId;
        _shared = [.. scope.Shared.Select(s => s.PortfolioId)];
    }

    /// <summary>Portfolios.</summary>
    public DbSet<Portfolio> Portfolios => Set<Portfolio>();

    /// <summary>Portfolios that are shared, and with whom.</summary>
    public DbSet<PortfolioShare> PortfolioShares => Set<PortfolioShare>();

    /// <summary>Connections.</summary>
    public DbSet<BrokerConnection> Connections => Set<BrokerConnection>();

    /// <summary>What syncs leave behind, one row a connection.</summary>
    public DbSet<SyncState> SyncStates => Set<SyncState>();

    /// <summary>Sealed credentials and sessions. Not filtered by owner: never reachable from outside.</summary>
    public DbSet<BrokerCredential> Credentials => Set<BrokerCredential>();

    /// <summary>Logins begun and not answered.</summary>
    public DbSet<PendingLogin> PendingLogins => Set<PendingLogin>();

    /// <summary>Links that lead a person through logins.</summary>
    public DbSet<LoginLink> LoginLinks => Set<LoginLink>();

    /// <summary>The logins that links are for.</summary>
    public DbSet<LinkedLogin> LinkedLogins => Set<LinkedLogin>();

    /// <summary>What operators set for brokers.</summary>
    public DbSet<BrokerSettings> BrokerSettings => Set<BrokerSettings>();

    /// <summary>Brokers that are held back.</summary>
    public DbSet<BrokerHealth> BrokerHealth => Set<BrokerHealth>();

    /// <summary>The processes that sync.</summary>
    public DbSet<WorkerPresence> Workers => Set<WorkerPresence>();

    /// <summary>How recurring jobs stand.</summary>
    public DbSet<RecurringState> RecurringStates => Set<RecurringState>();

    /// <summary>How runs ended, by hour.</summary>
    public DbSet<RunHour> RunHours => Set<RunHour>();

    /// <summary>Accounts.</summary>
    public DbSet<BrokerAccount> Accounts => Set<BrokerAccount>();

    /// <summary>Instruments, shared by all.</summary>
    public DbSet<Instrument> Instruments => Set<Instrument>();

    /// <summary>How brokers call instruments.</summary>
    public DbSet<InstrumentAlias> InstrumentAliases => Set<InstrumentAlias>();

    /// <summary>Prices, shared by all.</summary>
    public DbSet<Price> Prices => Set<Price>();

    /// <summary>Exchange rates, shared by all.</summary>
    public DbSet<FxRate> FxRates => Set<FxRate>();

    /// <summary>How reading the sources of prices stands.</summary>
    public DbSet<PriceFeedState> PriceFeeds => Set<PriceFeedState>();

    /// <summary>Holdings, now.</summary>
    public DbSet<Holding> Holdings => Set<Holding>();

    /// <summary>Holdings, earlier.</summary>
    public DbSet<HoldingPeriod> HoldingPeriods => Set<HoldingPeriod>();

    /// <summary>Cash balances, now.</summary>
    public DbSet<CashBalance> CashBalances => Set<CashBalance>();

    /// <summary>Cash balances, earlier.</summary>
    public DbSet<CashBalancePeriod> CashBalancePeriods => Set<CashBalancePeriod>();

    /// <summary>How far accounts are valued.</summary>
    public DbSet<ValuationState> ValuationStates => Set<ValuationState>();

    /// <summary>Daily values and flows, by month.</summary>
    public DbSet<ValuationMonth> ValuationMonths => Set<ValuationMonth>();

    /// <summary>Transactions.</summary>
    public DbSet<Transaction> Transactions => Set<Transaction>();

    /// <summary>People's tags on transactions.</summary>
    public DbSet<TransactionTag> TransactionTags => Set<TransactionTag>();

    /// <summary>Runs.</summary>
    public DbSet<SyncRun> SyncRuns => Set<SyncRun>();

    /// <summary>What brokers sent. Not filtered by owner: sealed, and reached only through a run that is.</summary>
    public DbSet<Snapshot> Snapshots => Set<Snapshot>();

    /// <summary>Reports that were not applied at once, and what became of them.</summary>
    public DbSet<Review> Reviews => Set<Review>();

    /// <summary>Files that were imported.</summary>
    public DbSet<ImportedStatement> ImportedStatements => Set<ImportedStatement>();

    /// <summary>Alerts.</summary>
    public DbSet<Alert> Alerts => Set<Alert>();

    /// <summary>Ways out by which people are told of alerts.</summary>
    public DbSet<AlertChannel> AlertChannels => Set<AlertChannel>();

    /// <summary>What channels are told, and what came of it.</summary>
    public DbSet<AlertDelivery> AlertDeliveries => Set<AlertDelivery>();

    /// <summary>API tokens.</summary>
    public DbSet<ApiToken> ApiTokens => Set<ApiToken>();

    /// <summary>Browsers in which people are signed in. Not filtered by owner: found by their key before anybody is known.</summary>
    public DbSet<UserSession> UserSessions => Set<UserSession>();

    /// <summary>How people like to see things.</summary>
    public DbSet<UserPreferences> UserPreferences => Set<UserPreferences>();

    /// <summary>Changes made by people.</summary>
    public DbSet<AuditEvent> AuditEvents => Set<AuditEvent>();

    /// <summary>What people who are no admins may do in the admin area.</summary>
    public DbSet<AdminPermission> AdminPermissions => Set<AdminPermission>();

    /// <summary>Lists of the admin area that people want to find again.</summary>
    public DbSet<AdminView> AdminViews => Set<AdminView>();

    /// <summary>Opens a SQLite database for everyone's rows.</summary>
    public static FoliosyncDb ForSqlite(string connectionString) => ForSqlite(connectionString, OwnerScope.Everyone);

    /// <summary>Opens a SQLite database.</summary>
    public static FoliosyncDb ForSqlite(string connectionString, OwnerScope scope) =>
        new SqliteDb(WithIdentity(new DbContextOptionsBuilder<SqliteDb>()).UseSqlite(connectionString).Options, scope);

    /// <summary>Opens a PostgreSQL database for everyone's rows.</summary>
    public static FoliosyncDb ForPostgres(string connectionString) => ForPostgres(connectionString, OwnerScope.Everyone);

    /// <summary>Opens a PostgreSQL database.</summary>
    public static FoliosyncDb ForPostgres(string connectionString, OwnerScope scope) =>
        new PostgresDb(WithIdentity(new DbContextOptionsBuilder<PostgresDb>()).UseNpgsql(connectionString).Options, scope);

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        base.OnModelCreating(builder);
        StorageModel.Configure(builder);

        if (_owner is not null)
        {
            LimitToOwner(builder);
        }

        SnakeCaseNames.Apply(builder);
    }

    // A filter with "or everyone" in it would keep the database from using the owner's index, so everyone's model has none at all. For the
    // same reason most people, with whom nothing is shared, have a model whose filter asks for the owner only.
    private void LimitToOwner(ModelBuilder builder)
    {
        builder.Entity<LoginLink>().HasQueryFilter(e => e.OwnerId == _owner);
        builder.Entity<LinkedLogin>().HasQueryFilter(e => e.Link!.OwnerId == _owner);
        builder.Entity<Alert>().HasQueryFilter(e => e.OwnerId == _owner);
        builder.Entity<AlertChannel>().HasQueryFilter(e => e.OwnerId == _owner);
        builder.Entity<AlertDelivery>().HasQueryFilter(e => e.OwnerId == _owner);
        builder.Entity<ApiToken>().HasQueryFilter(e => e.UserId == _owner);
        builder.Entity<AdminPermission>().HasQueryFilter(e => e.UserId == _owner);
        builder.Entity<AdminView>().HasQueryFilter(e => e.UserId == _owner);
        builder.Entity<UserPreferences>().HasQueryFilter(e => e.UserId == _owner);
        // Whom a portfolio is shared with is its owner's alone to know.
        builder.Entity<PortfolioShare>().HasQueryFilter(e => e.Portfolio!.OwnerId == _owner);
        if (_shared.Count == 0)
        {
            LimitPortfolios(builder, p => p.OwnerId == _owner, c => c.OwnerId == _owner, a => a.OwnerId == _owner);
        }
        else
        {
            LimitPortfolios(
                builder,
                p => p.OwnerId == _owner || _shared.Contains(p.Id),
                c => c.OwnerId == _owner || _shared.Contains(c.PortfolioId),
                a => a.OwnerId == _owner || _shared.Contains(a.PortfolioId));
        }
    }

    /// <summary>Limits portfolios and all that hangs on them.</summary>
    private static void LimitPortfolios(
        ModelBuilder builder,
        Expression<Func<Portfolio, bool>> portfolio,
        Expression<Func<BrokerConnection, bool>> connection,
        Expression<Func<BrokerAccount, bool>> account)
    {
        builder.Entity<Portfolio>().HasQueryFilter(portfolio);
        builder.Entity<BrokerConnection>().HasQueryFilter(connection);
        builder.Entity<BrokerAccount>().HasQueryFilter(account);
        Limit<SyncRun, BrokerConnection>(builder, r => r.Connection!, connection);
        Limit<Review, BrokerAccount>(builder, r => r.Account!, account);
        Limit<Holding, BrokerAccount>(builder, h => h.Account!, account);
        Limit<HoldingPeriod, BrokerAccount>(builder, h => h.Account!, account);
        Limit<CashBalance, BrokerAccount>(builder, c => c.Account!, account);
        Limit<CashBalancePeriod, BrokerAccount>(builder, c => c.Account!, account);
        Limit<ValuationState, BrokerAccount>(builder, s => s.Account!, account);
        Limit<ValuationMonth, BrokerAccount>(builder, m => m.Account!, account);
        Limit<Transaction, BrokerAccount>(builder, t => t.Account!, account);
        Limit<TransactionTag, BrokerAccount>(builder, t => t.Transaction!.Account!, account);
        Limit<ImportedStatement, BrokerAccount>(builder, s => s.Account!, account);
    }

    /// <summary>Limits rows to those whose parent is seen.</summary>
    private static void Limit<TRow, TParent>(ModelBuilder builder, Expression<Func<TRow, TParent>> parentOf, Expression<Func<TParent, bool>> filter)
        where TRow : class =>
        builder.Entity<TRow>().HasQueryFilter(Expression.Lambda<Func<TRow, bool>>(
            ReplacingExpressionVisitor.Replace(filter.Parameters[0], parentOf.Body, filter.Body), parentOf.Parameters));

    // Identity decides by its options, read from the application's services, whether the model has passkeys.
    private static DbContextOptionsBuilder<T> WithIdentity<T>(DbContextOptionsBuilder<T> options)
        where T : FoliosyncDb
    {
        options.UseApplicationServiceProvider(IdentityServices.Value);
        options.ReplaceService<IModelCacheKeyFactory, ModelByScope>();
        return options;
    }

    private static readonly Lazy<IServiceProvider> IdentityServices = new(() => new ServiceCollection()
        .Configure<IdentityOptions>(o => o.Stores.SchemaVersion = IdentitySchemaVersions.Version3)
        .BuildServiceProvider());

    /// <summary>Three models are kept for each database: of everyone, of an owner, and of an owner with whom something is shared.</summary>
    private sealed class ModelByScope : IModelCacheKeyFactory
    {
        public object Create(DbContext context, bool designTime) =>
            (context.GetType(), ((FoliosyncDb)context)._owner is null, ((FoliosyncDb)context)._shared.Count > 0, designTime);
    }
}
