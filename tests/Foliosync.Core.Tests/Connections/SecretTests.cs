using System.Text.Json;
using Foliosync.Brokers.Contract;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Connections;

public sealed class SecretTests
{
    private const string Planted = "planted-secret";

    private static readonly Secret Secret = new(Planted);

    private static readonly CredentialValues Credentials = new([new("apiSecret", Secret)]);

    private static readonly BrokerToken Token = new(Secret, DateTimeOffset.UnixEpoch, Secret);

    [Fact]
    public void A_secret_prints_as_hidden_wherever_it_lands()
    {
        Secret.ToString().ShouldBe("hidden");
        $"{Secret} {Secret,10}".ShouldBe("hidden     hidden");
        string.Concat("a ", Secret).ShouldBe("a hidden");
        Credentials.ToString().ShouldBe("apiSecret=hidden");
    }

    [Fact]
    public void Records_that_hold_secrets_print_none()
    {
        using var http = new HttpClient(new HttpClientHandler());
        var session = new BrokerSession(http, Credentials, Token, TimeProvider.System);

        Token.ToString().ShouldContain("hidden");
        Token.ToString().ShouldNotContain(Planted);
        session.ToString().ShouldNotContain(Planted);
        new LoginStep.Done(Token, new BrokerIdentity("AB1234", "Asha")).ToString().ShouldNotContain(Planted);
    }

    [Fact]
    public void Json_of_whatever_holds_secrets_has_none()
    {
        var options = new JsonSerializerOptions { IncludeFields = true };
        string[] texts =
        [
            JsonSerializer.Serialize(Secret, options),
            JsonSerializer.Serialize(Credentials, options),
            JsonSerializer.Serialize(Token, options),
            JsonSerializer.Serialize(new { Secret, Credentials, Token }, options),
            JsonSerializer.Serialize(new Dictionary<string, object> { ["a"] = Secret, ["b"] = Credentials, ["c"] = Token }, options),
        ];

        texts.ShouldAllBe(t => !t.Contains(Planted));
    }

    [Fact]
    public void Two_secrets_of_the_same_text_are_equal()
    {
        new Secret(Planted).ShouldBe(Secret);
        new Secret(Planted).GetHashCode().ShouldBe(Secret.GetHashCode());
        new Secret("other").ShouldNotBe(Secret);
    }
}
