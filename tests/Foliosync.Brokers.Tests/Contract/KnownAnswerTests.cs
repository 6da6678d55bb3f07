using System.Text;
using System.Text.Json;
using Foliosync.Brokers.Contract;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Contract;

public sealed class KnownAnswerTests
{
    private static readonly KnownAnswer Known = new("portfolio/holdings", "status", "data[].symbol", "data[].mtf.quantity", "data[].meta.*");

    [Theory]
    [InlineData("""{"status":"ok","data":[{"symbol":"A","mtf":{"quantity":1}},{"symbol":"B"}]}""")]
    [InlineData("""{"data":[]}""")]
    [InlineData("""{"data":null}""")]
    [InlineData("""{"data":[{"meta":{"anything":{"at":"all"}}}]}""")]
    public void What_is_documented_is_not_news(string answer) => FindUnknown(answer).ShouldBeEmpty();

    [Theory]
    [InlineData("""{"status":"ok","data":[{"symbol":"A"},{"symbol":"B","lien_quantity":3},{"lien_quantity":4}]}""", "data[].lien_quantity")]
    [InlineData("""{"data":[{"mtf":{"rate":{"of":1}}}]}""", "data[].mtf.rate")]
    [InlineData("""{"page":{"next":2}}""", "page")]
    public void A_new_field_is_named_once_and_nothing_below_it(string answer, string field) => FindUnknown(answer).ShouldBe([field]);

    [Theory]
    [InlineData("ABCDE1234F is a tax number")]
    [InlineData("408065")]
    [InlineData("asha@example.org")]
    public void A_key_that_is_no_name_is_not_shown(string key) =>
        FindUnknown($$"""{"data":[{"{{key}}":1}]}""").ShouldBe(["data[].(a name that is not shown)"]);

    [Fact]
    public void What_is_no_json_has_no_fields() => Should.Throw<JsonException>(() => FindUnknown("<html>"));

    [Theory]
    [InlineData("/portfolio/holdings", true)]
    [InlineData("/proxy/portfolio/holdings", true)]
    [InlineData("/portfolio/holdings/summary", false)]
    [InlineData("/myportfolio/holdings", false)]
    public void A_route_is_known_behind_any_base_address(string path, bool expected) => Known.IsAt(path).ShouldBe(expected);

    private static IReadOnlyCollection<string> FindUnknown(string answer) => Known.FindUnknown(Encoding.UTF8.GetBytes(answer));
}
