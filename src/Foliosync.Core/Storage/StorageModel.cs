using System.Linq.Expressions;
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
using Foliosync.Core.Sync;
using Foliosync.Core.Sync.Reviews;
using Foliosync.Core.Transactions;
using Foliosync.Core.Users;
using Foliosync.Core.Valuations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Foliosync.Core.Storage;

/// <summary>Keys, relations, indexes and lengths, the same on both databases.</summary>
internal static class StorageModel
{
    // Rows from before, and bulk statements that do not name the column.
    private const string NoItems = "'[]'";

    public static void Configure(ModelBuilder builder)
    {
        Users(builder);
        Connections(builder);
        Portfolios(builder);
        Instruments(builder);
        Runs(builder);
        Alerts(builder);
        Operations(builder);
    }

    private static void Users(ModelBuilder builder)
    {
        builder.Entity<User>(e => e.Enum(u => u.Role));
        builder.Entity<ApiToken>(e =>
        {
            e.HasIndex(t => t.Hash).IsUnique();
            e.Enum(t => t.Scope);
            e.HasOne<User>().WithMany().HasForeignKey(t => t.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<UserSession>(e =>
        {
            e.HasIndex(s => s.KeyHash).IsUnique();
            e.HasIndex(s => s.UserId);
            // Sessions from before this was kept count as never confirmed.
            e.Property(s => s.ConfirmedAt).HasDefaultValue(DateTimeOffset.UnixEpoch);
            e.Property(s => s.SecurityStamp).HasMaxLength(100);
            e.Property(s => s.Method).HasMaxLength(40);
            e.Property(s => s.Device).HasMaxLength(100);
            e.Property(s => s.Address).HasMaxLength(60);
            e.HasOne<User>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<UserPreferences>(e =>
        {
            e.HasKey(p => p.UserId);
            e.Property(p => p.Language).HasMaxLength(10);
            e.Enum(p => p.Theme);
            e.Property(p => p.TimeZone).HasMaxLength(60);
            e.Enum(p => p.Grouping);
            e.Enum(p => p.DayForm);
            e.Property(p => p.Currency).HasMaxLength(3);
            e.Enum(p => p.Density);
            e.Property(p => p.HoldingColumns).HasMaxLength(400);
            e.HasOne<User>().WithOne().HasForeignKey<UserPreferences>(p => p.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<AuditEvent>(e =>
        {
            e.HasIndex(a => a.At);
            e.HasIndex(a => new { a.Subject, a.At });
            e.HasIndex(a => a.Batch).HasFilter("batch IS NOT NULL");
            e.HasIndex(a => a.Undoes).IsUnique().HasFilter("undoes IS NOT NULL");
            e.Property(a => a.Address).HasMaxLength(60);
            e.Property(a => a.TableName).HasMaxLength(40);
        });
        builder.Entity<AdminPermission>(e =>
        {
            e.HasKey(p => new { p.UserId, p.TableName, p.Allows });
            e.Property(p => p.TableName).HasMaxLength(40);
            e.Enum(p => p.Allows);
            e.HasOne<User>().WithMany().HasForeignKey(p => p.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<AdminView>(e =>
        {
            e.HasIndex(v => new { v.UserId, v.TableName, v.Name }).IsUnique();
            e.Property(v => v.TableName).HasMaxLength(40);
            e.Property(v => v.Name).HasMaxLength(100);
            e.Property(v => v.Query).HasMaxLength(4000);
            e.HasOne<User>().WithMany().HasForeignKey(v => v.UserId).OnDelete(DeleteBehavior.Cascade);
        });
    }

    private static void Connections(ModelBuilder builder)
    {
        builder.Entity<BrokerConnection>(e =>
        {
            e.HasIndex(c => new { c.OwnerId, c.Id });
            e.HasIndex(c => c.SessionExpiresAt);
            e.Property(c => c.BrokerId).HasMaxLength(40);
            e.Property(c => c.Label).HasMaxLength(200);
            e.Property(c => c.SyncInterval).HasColumnName("SyncIntervalSeconds").HasConversion(
                i => i == null ? (long?)null : (long)i.Value.TotalSeconds, s => s == null ? null : TimeSpan.FromSeconds(s.Value));
            e.HasOne<User>().WithMany().HasForeignKey(c => c.OwnerId).OnDelete(DeleteBehavior.Cascade);
            e.HasOne<Portfolio>().WithMany().HasForeignKey(c => c.PortfolioId).OnDelete(DeleteBehavior.Restrict);
            e.HasOne(c => c.Sync).WithOne().HasForeignKey<SyncState>(s => s.ConnectionId).OnDelete(DeleteBehavior.Cascade);
            e.HasMany(c => c.Accounts).WithOne(a => a.Connection!).HasForeignKey(a => a.ConnectionId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<SyncState>(e =>
        {
            e.HasKey(s => s.ConnectionId);
            e.HasIndex(s => new { s.BrokerId, s.Shard, s.NextSyncAt });
            e.Enum(s => s.State);
            e.Enum(s => s.NextTrigger).HasDefaultValue(SyncTrigger.Schedule);
            e.Property(s => s.Shard).HasDefaultValue(0);
        });
        builder.Entity<BrokerCredential>(e =>
        {
            e.ToTable("BrokerCredentials").HasKey(c => new { c.ConnectionId, c.Field });
            e.HasOne<BrokerConnection>().WithMany().HasForeignKey(c => c.ConnectionId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<PendingLogin>(e =>
        {
            e.HasKey(l => l.StateHash);
            e.HasOne<BrokerConnection>().WithMany().HasForeignKey(l => l.ConnectionId).OnDelete(DeleteBehavior.Cascade);
            e.HasOne<LoginLink>().WithMany().HasForeignKey(l => l.LinkId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<LoginLink>(e =>
        {
            e.HasIndex(l => l.ExpiresAt);
            e.HasOne<User>().WithMany().HasForeignKey(l => l.OwnerId).OnDelete(DeleteBehavior.Cascade);
            e.HasMany(l => l.Connections).WithOne(c => c.Link!).HasForeignKey(c => c.LinkId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<LinkedLogin>(e =>
        {
            e.ToTable("LinkedLogins").HasKey(l => new { l.LinkId, l.ConnectionId });
            e.HasOne(l => l.Connection).WithMany().HasForeignKey(l => l.ConnectionId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<BrokerSettings>().HasKey(s => s.BrokerId);
        builder.Entity<BrokerHealth>(e =>
        {
            e.ToTable("BrokerHealth").HasKey(h => h.BrokerId);
            e.Enum(h => h.HeldBecause);
        });
        builder.Entity<WorkerPresence>(e =>
        {
            e.ToTable("Workers").HasKey(w => w.Name);
            e.Enum(w => w.Role);
            e.Property(w => w.Busy).HasDefaultValue(0);
            e.Property(w => w.Succeeded).HasDefaultValue(0L);
            e.Property(w => w.Failed).HasDefaultValue(0L);
            e.Property(w => w.LoadPercent).HasDefaultValue(0);
            e.Property(w => w.MemoryBytes).HasDefaultValue(0L);
            e.Property(w => w.AtWork).HasConversion(r => SqlValues.ToJson(r), j => SqlValues.RunsAtWorkFrom(j), SameItems<RunAtWork>()).HasDefaultValueSql(NoItems);
        });
    }

    private static void Operations(ModelBuilder builder)
    {
        builder.Entity<RecurringState>(e =>
        {
            e.HasKey(s => s.Name);
            e.Property(s => s.Name).HasMaxLength(60);
            e.Property(s => s.Turns).HasConversion(t => SqlValues.ToJson(t), j => SqlValues.TurnsFrom(j), SameItems<RecurringTurn>()).HasDefaultValueSql(NoItems);
        });
        builder.Entity<RunHour>(e =>
        {
            e.HasKey(h => new { h.Hour, h.BrokerId, h.Worker });
            e.Property(h => h.BrokerId).HasMaxLength(40);
            e.Property(h => h.Durations).HasConversion(c => SqlValues.ToJson(c), j => SqlValues.CountsFrom(j), SameItems<long>());
            e.Property(h => h.Lags).HasConversion(c => SqlValues.ToJson(c), j => SqlValues.CountsFrom(j), SameItems<long>());
        });
    }

    private static void Portfolios(ModelBuilder builder)
    {
        builder.Entity<Portfolio>(e =>
        {
            e.HasIndex(p => new { p.OwnerId, p.Name }).IsUnique();
            e.Property(p => p.Name).HasMaxLength(200);
            e.Property(p => p.BaseCurrency).HasMaxLength(3);
            e.HasOne<User>().WithMany().HasForeignKey(p => p.OwnerId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<PortfolioShare>(e =>
        {
            e.HasKey(s => new { s.PortfolioId, s.UserId });
            e.HasIndex(s => s.UserId);
            e.Enum(s => s.Role);
            e.HasOne(s => s.Portfolio).WithMany().HasForeignKey(s => s.PortfolioId).OnDelete(DeleteBehavior.Cascade);
            e.HasOne<User>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<BrokerAccount>(e =>
        {
            e.HasIndex(a => new { a.ConnectionId, a.ExternalId }).IsUnique();
            e.HasIndex(a => new { a.OwnerId, a.Id });
            e.Enum(a => a.CostMethod).HasDefaultValue(CostMethod.Fifo);
            e.HasOne<Portfolio>().WithMany().HasForeignKey(a => a.PortfolioId).OnDelete(DeleteBehavior.Restrict);
        });
        builder.Entity<Holding>(e =>
        {
            e.HasIndex(h => new { h.AccountId, h.InstrumentId, h.Lot }).IsUnique();
            OfAccount(e, h => h.Account);
            e.HasOne(h => h.Instrument).WithMany().HasForeignKey(h => h.InstrumentId).OnDelete(DeleteBehavior.Restrict);
        });
        builder.Entity<HoldingPeriod>(e =>
        {
            e.HasIndex(h => new { h.AccountId, h.InstrumentId, h.To });
            OfAccount(e, h => h.Account);
            e.HasOne<Instrument>().WithMany().HasForeignKey(h => h.InstrumentId).OnDelete(DeleteBehavior.Restrict);
        });
        builder.Entity<CashBalance>(e =>
        {
            e.HasIndex(c => new { c.AccountId, c.Segment, c.Currency }).IsUnique();
            OfAccount(e, c => c.Account);
        });
        builder.Entity<CashBalancePeriod>(e =>
        {
            e.HasIndex(c => new { c.AccountId, c.To });
            OfAccount(e, c => c.Account);
        });
        builder.Entity<ValuationState>(e =>
        {
            e.HasKey(s => s.AccountId);
            e.HasIndex(s => s.StaleFrom).HasFilter("stale_from IS NOT NULL");
            e.HasOne(s => s.Account).WithOne().HasForeignKey<ValuationState>(s => s.AccountId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<ValuationMonth>(e =>
        {
            e.HasKey(m => new { m.AccountId, m.Month, m.Class, m.Currency });
            e.Property(m => m.Class).HasMaxLength(30);
            e.Property(m => m.Currency).HasMaxLength(3);
            OfAccount(e, m => m.Account);
        });
        builder.Entity<Transaction>(e =>
        {
            e.HasIndex(t => new { t.AccountId, t.ExternalId, t.Source }).IsUnique();
            e.HasIndex(t => new { t.AccountId, t.TradedAt });
            // Inferred ones are few, and each question about returns asks for those of its time.
            e.HasIndex(t => new { t.AccountId, t.TradedAt }, "IX_transactions_inferred").HasFilter("source = 'inferred'");
            // A few instruments of one account, out of the many trades of an account and the many accounts that hold an instrument.
            e.HasIndex(t => new { t.InstrumentId, t.AccountId });
            // To undo an import. What syncs told is found by other ways.
            e.HasIndex(t => t.RunId).HasFilter("source = 'statement'");
            e.Enum(t => t.Kind);
            e.Enum(t => t.Source);
            OfAccount(e, t => t.Account);
            e.HasOne(t => t.Instrument).WithMany().HasForeignKey(t => t.InstrumentId).OnDelete(DeleteBehavior.Restrict);
        });
        builder.Entity<TransactionTag>(e =>
        {
            e.ToTable("TransactionTags").HasKey(t => new { t.TransactionId, t.Tag });
            e.Property(t => t.Tag).HasMaxLength(40);
            e.HasOne(t => t.Transaction).WithMany(t => t.Tags).HasForeignKey(t => t.TransactionId).OnDelete(DeleteBehavior.Cascade);
        });
    }

    private static void Instruments(ModelBuilder builder)
    {
        builder.Entity<Instrument>(e =>
        {
            e.HasIndex(i => i.Isin).IsUnique();
            e.HasIndex(i => new { i.Mic, i.Symbol });
            e.Enum(i => i.AssetClass);
        });
        builder.Entity<InstrumentAlias>(e =>
        {
            e.HasKey(a => new { a.BrokerId, a.Key });
            e.HasOne<Instrument>().WithMany().HasForeignKey(a => a.InstrumentId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<Price>(e =>
        {
            e.HasKey(p => new { p.InstrumentId, p.Day, p.Source });
            e.HasOne<Instrument>().WithMany().HasForeignKey(p => p.InstrumentId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<FxRate>(e =>
        {
            e.HasKey(r => new { r.Currency, r.Day, r.Source });
            e.HasIndex(r => r.Day);
            e.Property(r => r.Currency).HasMaxLength(3);
        });
        builder.Entity<PriceFeedState>().ToTable("PriceFeeds").HasKey(s => s.Source);
    }

    private static void Runs(ModelBuilder builder)
    {
        builder.Entity<SyncRun>(e =>
        {
            e.HasIndex(r => new { r.ConnectionId, r.Id });
            // The queue, and what is old enough to go: both are the first of one state.
            e.HasIndex(r => new { r.State, r.Id });
            e.Enum(r => r.Trigger);
            e.Enum(r => r.State);
            e.Property(r => r.Warnings).HasConversion(
                w => SqlValues.ToJson(w), j => SqlValues.WarningsFrom(j), SameItems<BrokerWarning>());
            e.Property(r => r.Steps).HasConversion(s => SqlValues.ToJson(s), j => SqlValues.StepsFrom(j), SameItems<SyncStep>());
            e.Property(r => r.Requests).HasConversion(s => SqlValues.ToJson(s), j => SqlValues.RequestsFrom(j), SameItems<RunRequest>()).HasDefaultValueSql(NoItems);
            e.Property(r => r.Log).HasConversion(s => SqlValues.ToJson(s), j => SqlValues.LogFrom(j), SameItems<RunLogLine>()).HasDefaultValueSql(NoItems);
            e.HasIndex(r => new { r.DurationMs, r.Id });
            e.HasOne(r => r.Connection).WithMany().HasForeignKey(r => r.ConnectionId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<Snapshot>(e =>
        {
            e.HasIndex(s => s.RunId);
            e.HasOne<BrokerConnection>().WithMany().HasForeignKey(s => s.ConnectionId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<Review>(e =>
        {
            e.HasIndex(r => new { r.OwnerId, r.Id });
            e.HasIndex(r => new { r.ConnectionId, r.Id });
            e.Enum(r => r.State);
            e.Property(r => r.Diff).HasConversion(
                d => ReviewDiff.ToJson(d), j => ReviewDiff.FromJson(j), new ValueComparer<ReviewDiff>((a, b) => ReferenceEquals(a, b), d => 0, d => d));
            OfAccount(e, r => r.Account);
        });
        builder.Entity<ImportedStatement>(e =>
        {
            e.ToTable("ImportedStatements");
            e.HasIndex(s => new { s.AccountId, s.Id });
            e.Property(s => s.Format).HasMaxLength(60);
            e.Property(s => s.BuiltOn).HasConversion(ids => SqlValues.ToJson(ids), json => SqlValues.IdsFrom(json), SameItems<Guid>());
            OfAccount(e, s => s.Account);
        });
    }

    private static void Alerts(ModelBuilder builder)
    {
        builder.Entity<Alert>(e =>
        {
            e.HasIndex(a => new { a.OwnerId, a.CreatedAt });
            e.HasIndex(a => a.TellAt).HasFilter("tell_at IS NOT NULL");
            e.HasIndex(a => new { a.SubjectId, a.Kind }).IsUnique().HasFilter("resolved_at IS NULL");
            e.HasOne<BrokerConnection>().WithMany().HasForeignKey(a => a.ConnectionId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<AlertChannel>(e =>
        {
            e.HasIndex(c => c.OwnerId);
            e.Enum(c => c.Kind);
            e.Property(c => c.Events).HasConversion(list => SqlValues.ToJson(list!), json => SqlValues.TextsFrom(json), SameItems<string>());
            e.Property(c => c.Connections).HasConversion(list => SqlValues.ToJson(list!), json => SqlValues.IdsFrom(json), SameItems<Guid>());
            e.Ignore(c => c.Times);
            e.HasOne<User>().WithMany().HasForeignKey(c => c.OwnerId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<AlertDelivery>(e =>
        {
            e.HasIndex(d => new { d.AlertId, d.ChannelId, d.Event }).IsUnique();
            e.HasIndex(d => new { d.ChannelId, d.Id });
            e.HasIndex(d => d.NextTryAt).HasFilter("state = 'waiting'");
            e.Enum(d => d.Event);
            e.Enum(d => d.State);
            e.HasOne<Alert>().WithMany().HasForeignKey(d => d.AlertId).OnDelete(DeleteBehavior.Cascade);
            e.HasOne<AlertChannel>().WithMany().HasForeignKey(d => d.ChannelId).OnDelete(DeleteBehavior.Cascade);
        });
    }

    private static void OfAccount<T>(EntityTypeBuilder<T> entity, Expression<Func<T, BrokerAccount?>> account)
        where T : class =>
        entity.HasOne(account).WithMany().HasForeignKey("AccountId").OnDelete(DeleteBehavior.Cascade);

    private static PropertyBuilder<TEnum> Enum<TEntity, TEnum>(this EntityTypeBuilder<TEntity> entity, Expression<Func<TEntity, TEnum>> property)
        where TEntity : class
        where TEnum : struct, Enum =>
        entity.Property(property).HasMaxLength(30).HasConversion(v => SqlValues.ToText(v), t => SqlValues.Parse<TEnum>(t));

    private static ValueComparer<IReadOnlyList<T>> SameItems<T>() => new(
        (a, b) => a == null || b == null ? a == b : a.SequenceEqual(b),
        list => list.Count,
        list => list);
}
