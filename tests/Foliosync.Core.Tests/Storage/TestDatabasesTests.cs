using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Storage;

public sealed class TestDatabasesTests
{
    [Theory, EachStore]
    public async Task Each_test_has_a_database_of_its_own(Store store)
    {
        await using var first = await TestDatabases.CreateAsync(store);
        await using var second = await TestDatabases.CreateAsync(store);

        await using (var db = first.Open())
        {
            db.Users.Add(new User { Id = Guid.NewGuid(), UserName = "a@example.org" });
            await db.SaveChangesAsync();
            (await db.Users.CountAsync()).ShouldBe(1);
        }

        await using var other = second.Open();
        (await other.Users.CountAsync()).ShouldBe(0);
    }
}
