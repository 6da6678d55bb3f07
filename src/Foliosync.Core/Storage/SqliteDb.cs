using Foliosync.Core.Sync;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Foliosync.Core.Storage;

/// <summary>The model on SQLite. Decimals are TEXT, the only lossless form; instants are INTEGER microseconds UTC, so that they sort.</summary>
public sealed class SqliteDb(DbContextOptions<SqliteDb> options, OwnerScope scope) : FoliosyncDb(options, scope)
{
    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMicroseconds>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<SyncRun>().Property(r => r.HasWarnings).HasComputedColumnSql("warnings <> '[]'", stored: false);
        builder.Entity<SyncRun>().Property(r => r.DurationMs).HasComputedColumnSql("(finished_at - started_at) / 1000", stored: false);
    }

    private sealed class UnixMicroseconds() : ValueConverter<DateTimeOffset, long>(
        instant => SqlValues.ToMicroseconds(instant), micros => SqlValues.FromMicroseconds(micros));
}
