using System.Text;
using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Users;

public sealed class UserSecretsTests
{
    [Theory, EachStore]
    public async Task The_key_of_an_app_opens_after_the_master_key_was_rotated(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var folder = TestFolders.Create("foliosync-keys-");
        var file = Path.Combine(folder, "master.key");
        MasterKeySource.CreateFile(file);
        var source = MasterKeySource.FromFile(file);
        var vault = new Vault(source);
        var user = (await new UserAccounts(database, FakeClock.OnAWorkday()).AddAsync("a@example.org", null, UserRole.Member, Actor.CommandLine, default)).User;
        var field = UserSecrets.FieldOf("own", "key");
        await using (var db = database.Open(OwnerScope.Everyone))
        {
            db.UserTokens.Add(new IdentityUserToken<Guid>
            {
                UserId = user.Id,
                LoginProvider = "own",
                Name = "key",
                Value = Convert.ToBase64String(vault.Seal("ABC"u8, user.Id, field)),
            });
            await db.SaveChangesAsync();
        }

        var before = source.Keys.CurrentId;
        var result = await new KeyRotation(database, source, vault, TimeProvider.System).RunAsync(null, default);

        result.Complete.ShouldBeTrue();
        result.Rewrapped.ShouldBe(1);
        source.Keys.CurrentId.ShouldNotBe(before);
        await using var again = database.Open(OwnerScope.Everyone);
        var stored = Convert.FromBase64String((await again.UserTokens.SingleAsync()).Value!);
        Vault.KeyIdOf(stored).ShouldBe(source.Keys.CurrentId);
        Encoding.UTF8.GetString(vault.OpenBytes(stored, user.Id, field)).ShouldBe("ABC");
    }
}
