using System.Security.Cryptography;
using System.Text;
using Foliosync.Core.Connections;
using Microsoft.AspNetCore.DataProtection;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Connections;

public sealed class MasterKeyProtectionTests
{
    private static readonly byte[] Secret = Encoding.UTF8.GetBytes("who is signed in");

    [Fact]
    public void What_one_process_sealed_another_of_the_same_instance_opens()
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var one = new MasterKeyProtection(MasterKeySource.FromText(key)).CreateProtector("cookies", "session");
        var other = new MasterKeyProtection(MasterKeySource.FromText(key)).CreateProtector("cookies", "session");

        other.Unprotect(one.Protect(Secret)).ShouldBe(Secret);
        one.Protect(Secret).ShouldNotBe(one.Protect(Secret));
    }

    [Theory]
    [InlineData("cookies", "form")]
    [InlineData("cookies", "session", "more")]
    [InlineData("cookies/7:session")]
    [InlineData("cookies")]
    public void What_was_sealed_for_one_purpose_opens_for_no_other(params string[] purposes)
    {
        var protection = new MasterKeyProtection(MasterKeySource.InMemory());
        var sealedBytes = protection.CreateProtector("cookies", "session").Protect(Secret);

        Should.Throw<CryptographicException>(() => protection.CreateProtector(purposes).Unprotect(sealedBytes));
    }

    [Fact]
    public void Damaged_foreign_and_empty_texts_open_nothing()
    {
        var protector = new MasterKeyProtection(MasterKeySource.InMemory()).CreateProtector("cookies");
        var foreign = new MasterKeyProtection(MasterKeySource.InMemory()).CreateProtector("cookies").Protect(Secret);
        var damaged = protector.Protect(Secret);
        damaged[^1] ^= 1;

        foreach (var text in new[] { foreign, damaged, [], new byte[10], Secret })
        {
            Should.Throw<CryptographicException>(() => protector.Unprotect(text));
        }
    }
}
