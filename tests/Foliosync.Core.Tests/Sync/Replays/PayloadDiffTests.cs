using System.Text;
using Foliosync.Core.Sync.Replays;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Sync.Replays;

public sealed class PayloadDiffTests
{
    private const string Infy = """{"tradingsymbol":"INFY","exchange":"NSE","isin":"INE009A01021","quantity":10}""";
    private const string Tcs = """{"tradingsymbol":"TCS","exchange":"NSE","isin":"INE467B01029","quantity":5}""";

    [Fact]
    public void The_same_answer_has_no_changes() => Of($"[{Infy},{Tcs}]", $"[{Infy},{Tcs}]").ShouldBeEmpty();

    [Fact]
    public void Rows_in_another_order_are_no_change() => Of($"[{Infy},{Tcs}]", $"[{Tcs},{Infy}]").ShouldBeEmpty();

    [Fact]
    public void A_number_written_otherwise_is_no_change() => Of("""[{"quantity":10}]""", """[{"quantity":10.0}]""").ShouldBeEmpty();

    [Fact]
    public void A_changed_field_is_named_by_what_tells_its_row_apart() =>
        Of($$"""{"status":"success","data":[{{Infy}},{{Tcs}}]}""", $$"""{"status":"success","data":[{{Tcs}},{{Infy.Replace("10}", "15}", StringComparison.Ordinal)}}]}""")
            .ShouldBe([new PayloadChange("GET /h", "data[isin=INE009A01021].quantity", "10", "15")]);

    [Fact]
    public void Rows_of_one_isin_are_told_apart_by_as_few_names_as_needed()
    {
        var bse = Infy.Replace("NSE", "BSE", StringComparison.Ordinal);

        Of($"[{Infy},{bse}]", $"[{Infy},{bse.Replace("10}", "11}", StringComparison.Ordinal)}]").Select(c => c.Field)
            .ShouldBe(["[isin=INE009A01021 tradingsymbol=INFY exchange=BSE].quantity"]);
    }

    [Fact]
    public void Rows_that_nothing_tells_apart_go_by_their_place() =>
        Of("""[{"x":1},{"x":1}]""", """[{"x":1},{"x":2}]""").ShouldBe([new PayloadChange("GET /h", "[1].x", "1", "2")]);

    [Fact]
    public void A_row_that_is_gone_or_new_shows_each_of_its_fields() => Of($"[{Tcs}]", $"[{Infy}]")
        .Where(c => c.Field.EndsWith("quantity", StringComparison.Ordinal)).ShouldBe(
        [
            new PayloadChange("GET /h", "[isin=INE467B01029].quantity", "5", null),
            new PayloadChange("GET /h", "[isin=INE009A01021].quantity", null, "10"),
        ]);

    [Fact]
    public void Null_and_missing_are_not_the_same() =>
        Of("""{"folio":null}""", "{}").ShouldBe([new PayloadChange("GET /h", "folio", "null", null)]);

    [Fact]
    public void A_list_that_became_an_object_says_so() =>
        Of("""{"data":[1,2]}""", """{"data":{"a":1}}""").ShouldBe([new PayloadChange("GET /h", "data", "(a list of 2)", "(an object)")]);

    [Fact]
    public void An_answer_that_is_no_json_is_told_apart_as_a_whole() =>
        Of("[]", "<html>").ShouldBe([new PayloadChange("GET /h", "(the whole answer)", "(2 bytes)", "(6 bytes)")]);

    [Fact]
    public void Asked_for_one_symbol_only_its_rows_are_shown()
    {
        var before = $$"""{"time":1,"data":[{{Infy}},{{Tcs}}]}""";
        var after = before.Replace("10}", "11}", StringComparison.Ordinal).Replace("5}", "6}", StringComparison.Ordinal).Replace("\"time\":1", "\"time\":2", StringComparison.Ordinal);

        Of(before, after, "infy").Select(c => c.Field).ShouldBe(["data[isin=INE009A01021].quantity"]);
        Of(before, after).Count.ShouldBe(3);
    }

    [Theory]
    [InlineData("email")]
    [InlineData("user_name")]
    [InlineData("userName")]
    [InlineData("PAN")]
    [InlineData("phone")]
    [InlineData("bank_accounts")]
    [InlineData("access_token")]
    [InlineData("api_key")]
    [InlineData("enctoken")]
    public void Personal_and_secret_fields_are_never_shown(string field)
    {
        var changes = Of($$$"""{"data":{"{{{field}}}":"PLANTED-1"}}""", $$$"""{"data":{"{{{field}}}":["PLANTED-2",{"deep":"PLANTED-3"}]}}""");

        changes.ShouldBe([new PayloadChange("GET /h", $"data.{field}", PayloadMask.Hidden, PayloadMask.Hidden)]);
    }

    [Fact]
    public void What_looks_like_an_address_or_a_tax_number_is_hidden_wherever_it_stands() =>
        Of("""{"a":"asha@example.org","b":"x"}""", """{"a":"other@example.org","b":"ABCDE1234F"}""").ShouldBe(
        [
            new PayloadChange("GET /h", "a", PayloadMask.Hidden, PayloadMask.Hidden),
            new PayloadChange("GET /h", "b", "x", PayloadMask.Hidden),
        ]);

    [Fact]
    public void What_tells_rows_apart_hides_the_same() => Of("""[{"id":"asha@example.org","x":1}]""", """[{"id":"asha@example.org","x":2}]""")
        .ShouldAllBe(c => !c.Field.Contains("asha"));

    private static IReadOnlyList<PayloadChange> Of(string before, string after, string? symbol = null) =>
        PayloadDiff.Of("GET /h", Encoding.UTF8.GetBytes(before), Encoding.UTF8.GetBytes(after), symbol);
}
