using System.Text.RegularExpressions;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Storage;

public sealed partial class SchemaTests
{
    private const string History = "__EFMigrationsHistory";

    // Entity Framework's own tables: the history of migrations, and a lock on SQLite.
    private const string Ours = "not like '%__EFMigrations%'";

    [Theory, EachStore]
    public async Task Every_change_of_the_model_has_its_migration(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        await using var db = database.Open();

        db.Database.HasPendingModelChanges().ShouldBeFalse("run './dev migration <name>'");
        (await database.Database.IsCurrentAsync(default)).ShouldBeTrue();
    }

    [Theory, EachStore]
    public async Task The_migrations_make_the_schema_of_the_model(Store store)
    {
        await using var migrated = await TestDatabases.CreateAsync(store);
        await using var modelled = await TestDatabases.CreateEmptyAsync(store);
        await using (var db = modelled.Open())
        {
            await db.GetService<IRelationalDatabaseCreator>().CreateTablesAsync();
        }

        var expected = await CatalogAsync(modelled);

        expected.Count.ShouldBeGreaterThan(200);
        (await CatalogAsync(migrated)).ShouldBe(expected);
    }

    [Fact]
    public async Task Both_databases_have_the_same_migrations_by_name()
    {
        await using var sqlite = FoliosyncDb.ForSqlite("Data Source=:memory:");
        await using var postgres = FoliosyncDb.ForPostgres("Host=localhost");

        Names(postgres).ShouldBe(Names(sqlite));

        // An id is the time of its making and the name.
        static IEnumerable<string> Names(FoliosyncDb db) => db.Database.GetMigrations().Select(id => id[(id.IndexOf('_', StringComparison.Ordinal) + 1)..]);
    }

    [Theory, EachStore]
    public async Task Names_are_those_that_people_type_in_sql(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);

        var names = await RowsAsync(database, store == Store.Sqlite ? SqliteNames : PostgresNames);

        names.Count.ShouldBeGreaterThan(150);
        names.Where(n => !SnakeCase().IsMatch(n)).ShouldBeEmpty();
        names.ShouldContain("holdings");
        names.ShouldContain("last_reported_at");
        names.ShouldContain("user_passkeys");
    }

    [Theory, EachStore]
    public async Task Every_decimal_and_instant_has_a_type_that_keeps_it_whole(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        await using var db = database.Open();

        var types = db.Model.GetEntityTypes().Where(e => !e.IsMappedToJson()).SelectMany(e => e.GetProperties())
            .Select(p => (Type: Nullable.GetUnderlyingType(p.ClrType) ?? p.ClrType, Column: p.GetColumnType())).ToHashSet();

        types.Where(t => t.Type == typeof(decimal)).Select(t => t.Column).ShouldBe([store == Store.Sqlite ? "TEXT" : "numeric"]);
        types.Where(t => t.Type == typeof(DateTimeOffset)).Select(t => t.Column)
            .ShouldBe([store == Store.Sqlite ? "INTEGER" : "timestamp with time zone"]);
        types.ShouldNotContain(t => t.Type == typeof(double) || t.Type == typeof(float) || t.Type == typeof(DateTime));
    }

    [Theory, EachStore]
    public async Task A_database_of_a_newer_program_is_refused_and_left_alone(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        await using (var db = database.Open())
        {
            await db.Database.ExecuteSqlRawAsync(
                $"""insert into "{History}" ("MigrationId", "ProductVersion") values ('29990101000000_Tomorrow', '99.0.0')""");
        }

        var before = await CatalogAsync(database);

        var error = await Should.ThrowAsync<DatabaseVersionException>(database.Database.MigrateAsync(default));

        error.Message.ShouldBe(
            "The database was written by a newer Foliosync (it has '29990101000000_Tomorrow'). Install that version or restore a backup.");
        await Should.ThrowAsync<DatabaseVersionException>(database.Database.IsCurrentAsync(default));
        (await CatalogAsync(database)).ShouldBe(before);
    }

    [Theory, EachStore]
    public async Task An_empty_database_is_not_current_until_it_is_migrated_and_migrating_twice_does_nothing(Store store)
    {
        await using var database = await TestDatabases.CreateEmptyAsync(store);
        (await database.Database.IsCurrentAsync(default)).ShouldBeFalse();

        await database.Database.MigrateAsync(default);
        var once = await CatalogAsync(database);
        await database.Database.MigrateAsync(default);

        (await database.Database.IsCurrentAsync(default)).ShouldBeTrue();
        (await CatalogAsync(database)).ShouldBe(once);
    }

    [Fact]
    public async Task Readers_of_a_new_sqlite_database_never_wait_for_the_writer()
    {
        await using var database = await TestDatabases.CreateEmptyAsync(Store.Sqlite);
        await database.Database.MigrateAsync(default);

        (await RowsAsync(database, "select journal_mode from pragma_journal_mode")).ShouldBe(["wal"]);
    }

    private const string SqliteNames =
        $"""
        select name from sqlite_master where name not like 'sqlite_%' and name {Ours}
        union select c.name from sqlite_master t, pragma_table_info(t.name) c where t.type = 'table' and t.name {Ours}
        """;

    private const string PostgresNames =
        $"""
        select relname from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = 'public' and relname {Ours}
        union select column_name from information_schema.columns where table_schema = 'public' and table_name {Ours}
        union select conname from pg_constraint c join pg_namespace n on n.oid = connamespace
            where nspname = 'public' and conrelid::regclass::text {Ours}
        """;

    // Everything that the catalogue says, one fact a line. The order of columns is left out: a migration can only add them at the end.
    private const string SqliteCatalog =
        $"""
        select 'column ' || t.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || coalesce(c.dflt_value, '-') || ' ' || c.pk
        from sqlite_master t, pragma_table_info(t.name) c where t.type = 'table' and t.name {Ours} and t.name not like 'sqlite_%'
        union all select 'foreign key ' || t.name || '.' || f."from" || ' ' || f."table" || '.' || f."to" || ' ' || f.on_delete
        from sqlite_master t, pragma_foreign_key_list(t.name) f where t.type = 'table'
        union all select 'index ' || t.name || ' ' || i.name || ' ' || i."unique" || ' ' || x.seqno || ' ' || coalesce(x.name, '-') || ' ' || i.partial
        from sqlite_master t, pragma_index_list(t.name) i, pragma_index_info(i.name) x
        where t.type = 'table' and t.name {Ours}
        order by 1
        """;

    private const string PostgresCatalog =
        $"""
        select 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
            || coalesce(character_maximum_length::text, '-') || ' ' || coalesce(numeric_precision::text, '-') || ' '
            || coalesce(column_default, '-') || ' ' || is_identity
        from information_schema.columns where table_schema = 'public' and table_name {Ours}
        union all select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(c.oid)
        from pg_constraint c join pg_namespace n on n.oid = connamespace where nspname = 'public' and conrelid::regclass::text {Ours}
        union all select 'index ' || indexdef from pg_indexes where schemaname = 'public' and tablename {Ours}
        union all select 'table ' || relname || ' ' || coalesce(reloptions::text, '-')
        from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = 'public' and relkind = 'r' and relname {Ours}
        order by 1
        """;

    private static Task<List<string>> CatalogAsync(TestDatabase database) =>
        RowsAsync(database, database.Store == Store.Sqlite ? SqliteCatalog : PostgresCatalog);

    private static async Task<List<string>> RowsAsync(TestDatabase database, string query)
    {
        await using var connection = await database.Database.ConnectAsync(default);
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    [GeneratedRegex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
    private static partial Regex SnakeCase();
}
