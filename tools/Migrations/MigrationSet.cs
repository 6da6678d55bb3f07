using System.Text;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Migrations.Design;
using Microsoft.EntityFrameworkCore.Sqlite.Design.Internal;
using Microsoft.Extensions.DependencyInjection;
using Npgsql.EntityFrameworkCore.PostgreSQL.Design.Internal;

namespace Foliosync.Migrations;

/// <summary>The migrations of one database: its context, and what its provider needs to write C# for it.</summary>
/// <param name="Name">The set's folder and the last part of its namespace.</param>
/// <param name="Open">Makes a context. Only its model is read; no connection is ever opened.</param>
/// <param name="Design">The provider's services for design time.</param>
internal sealed record MigrationSet(string Name, Func<FoliosyncDb> Open, IDesignTimeServices Design)
{
    private const string RootNamespace = "Foliosync.Core.Storage";

    /// <summary>Every database that Foliosync can keep its data in.</summary>
    public static IReadOnlyList<MigrationSet> All { get; } =
    [
#pragma warning disable EF1001 // Internal API: the one way to scaffold without the command line tool, which cannot be restored.
        new("Sqlite", () => FoliosyncDb.ForSqlite("Data Source=:memory:"), new SqliteDesignTimeServices()),
        new("Postgres", () => FoliosyncDb.ForPostgres("Host=localhost"), new NpgsqlDesignTimeServices()),
#pragma warning restore EF1001
    ];

    /// <summary>True when the model differs from what the last migration left.</summary>
    public bool ModelChanged()
    {
        using var db = Open();
        return db.Database.HasPendingModelChanges();
    }

    /// <summary>True when the set has a migration of that name.</summary>
    public bool Has(string migration, DirectoryInfo storage)
    {
        var folder = Folder(storage);
        return folder.Exists && folder.EnumerateFiles($"*_{migration}.cs").Any();
    }

    /// <summary>Compares the model with the last migration and writes what lies between them.</summary>
    /// <returns>The files written, the migration first.</returns>
    public IReadOnlyList<string> Write(string migration, DirectoryInfo storage)
    {
        using var db = Open();
        var services = new ServiceCollection().AddEntityFrameworkDesignTimeServices().AddDbContextDesignTimeServices(db);
        Design.ConfigureDesignTimeServices(services);

        using var provider = services.BuildServiceProvider();
        using var scope = provider.CreateScope();
        var scaffolder = scope.ServiceProvider.GetRequiredService<IMigrationsScaffolder>();
        var written = scaffolder.Save(
            storage.FullName,
            scaffolder.ScaffoldMigration(migration, RootNamespace, $"Migrations.{Name}", "C#"),
            Folder(storage).FullName,
            dryRun: false);

        string[] files = [written.MigrationFile!, written.MetadataFile!, written.SnapshotFile!];
        foreach (var file in files)
        {
            LikeTheRestOfTheTree(file);
        }

        return files;
    }

    private DirectoryInfo Folder(DirectoryInfo storage) => new(Path.Combine(storage.FullName, "Migrations", Name));

    /// <summary>The scaffolder writes a byte order mark and the platform's line ends; .editorconfig asks for neither.</summary>
    private static void LikeTheRestOfTheTree(string file) => File.WriteAllText(
        file,
        File.ReadAllText(file).ReplaceLineEndings("\n"),
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
}
