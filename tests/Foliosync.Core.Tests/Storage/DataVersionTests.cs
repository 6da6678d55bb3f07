using Foliosync.Core.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Storage;

public sealed class DataVersionTests
{
    [Theory, EachStore]
    public async Task Every_commit_gives_another_version(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        await using var version = new DataVersion(database);
        var seen = new List<string> { await version.ReadAsync(default) };

        for (var i = 0; i < 3; i++)
        {
            await using var db = database.Open();
            db.Users.Add(new User { Id = Guid.NewGuid(), UserName = $"u{i}@example.org" });
            await db.SaveChangesAsync();
            seen.Add(await version.ReadAsync(default));
        }

        await using (var db = database.Open())
        {
            await db.Users.ExecuteUpdateAsync(s => s.SetProperty(u => u.Disabled, true));
        }

        seen.Add(await version.ReadAsync(default));
        seen.ShouldBeUnique();
    }

    [Theory, EachStore]
    public async Task What_is_not_committed_yet_is_seen_in_a_later_version_only(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        await using var version = new DataVersion(database);
        await using var db = database.Open();
        await using var transaction = await db.Database.BeginTransactionAsync();
        db.Users.Add(new User { Id = Guid.NewGuid(), UserName = "asha@example.org" });
        await db.SaveChangesAsync();

        var open = await version.ReadAsync(default);
        await transaction.CommitAsync();

        (await version.ReadAsync(default)).ShouldNotBe(open);
    }

    [Fact]
    public async Task Reading_alone_keeps_the_version()
    {
        await using var database = await TestDatabases.CreateAsync(Store.Sqlite);
        await using var version = new DataVersion(database);
        var before = await version.ReadAsync(default);
        await using (var db = database.Open())
        {
            await db.Users.CountAsync();
        }

        (await version.ReadAsync(default)).ShouldBe(before);
    }
}
