using Foliosync.Core.Connections;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Sync;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Foliosync.Core.Storage;

/// <summary>The model on PostgreSQL. Decimals are <c>numeric</c> without a fixed scale, so every value survives; instants are UTC.</summary>
public sealed class PostgresDb(DbContextOptions<PostgresDb> options, OwnerScope scope) : FoliosyncDb(options, scope)
{
    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<Utc>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);

        // Rows that each sync rewrites find room on their own page, so their indexes need no new entry.
        builder.Entity<Holding>().HasStorageParameter("fillfactor", 60);
        builder.Entity<SyncState>().HasStorageParameter("fillfactor", 50);
        builder.Entity<SyncRun>().HasStorageParameter("fillfactor", 60);
        builder.Entity<BrokerAccount>().HasStorageParameter("fillfactor", 70);
        builder.Entity<SyncRun>().Property(r => r.HasWarnings).HasComputedColumnSql("warnings <> '[]'", stored: true);
        builder.Entity<SyncRun>().Property(r => r.DurationMs)
            .HasComputedColumnSql("(extract(epoch from finished_at - started_at) * 1000)::bigint", stored: true);
    }

    private sealed class Utc() : ValueConverter<DateTimeOffset, DateTimeOffset>(
        instant => instant.ToUniversalTime(), instant => instant);
}
