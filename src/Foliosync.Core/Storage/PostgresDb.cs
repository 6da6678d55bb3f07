using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Foliosync.Core.Storage;

/// <summary>The model on PostgreSQL. Decimals are <c>numeric</c> without a fixed scale, so every value survives; instants are UTC.</summary>
public sealed class PostgresDb(DbContextOptions<PostgresDb> options, OwnerScope scope) : FoliosyncDb(options, scope)
{
    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<Utc>();

    private sealed class Utc() : ValueConverter<DateTimeOffset, DateTimeOffset>(
        instant => instant.ToUniversalTime(), instant => instant);
}
