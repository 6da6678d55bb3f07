using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Foliosync.Brokers.Contract;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Zerodha;

public sealed class ZerodhaErrorsTests
{
    private const string Path = "/portfolio/holdings";

    private static Task<BrokerException> FailAsync(HttpStatusCode status, string body) =>
        Should.ThrowAsync<BrokerException>(() => new Kite().WithBody(Path, body, status).HoldingsAsync());

    [Theory]
    [InlineData("TokenException", 403, BrokerErrorKind.AuthExpired)]
    [InlineData("TokenException", 500, BrokerErrorKind.AuthExpired)]
    [InlineData("PermissionException", 403, BrokerErrorKind.Unsupported)]
    [InlineData("UserException", 403, BrokerErrorKind.AuthExpired)]
    [InlineData("TwoFAException", 403, BrokerErrorKind.AuthExpired)]
    [InlineData("InputException", 400, BrokerErrorKind.InvalidData)]
    [InlineData("OrderException", 500, BrokerErrorKind.InvalidData)]
    [InlineData("MarginException", 400, BrokerErrorKind.InvalidData)]
    [InlineData("HoldingException", 400, BrokerErrorKind.InvalidData)]
    [InlineData("NetworkException", 502, BrokerErrorKind.Transient)]
    [InlineData("NetworkException", 503, BrokerErrorKind.Transient)]
    [InlineData("NetworkException", 504, BrokerErrorKind.Transient)]
    [InlineData("NetworkException", 429, BrokerErrorKind.RateLimited)]
    [InlineData("DataException", 502, BrokerErrorKind.Transient)]
    [InlineData("DataException", 504, BrokerErrorKind.Transient)]
    [InlineData("GeneralException", 500, BrokerErrorKind.Transient)]
    [InlineData("GeneralException", 400, BrokerErrorKind.Transient)]
    [InlineData("GeneralException", 403, BrokerErrorKind.Transient)]
    public async Task The_error_type_decides_before_the_status(string type, int status, BrokerErrorKind kind)
    {
        var failure = await FailAsync((HttpStatusCode)status, $$"""{"status":"error","message":"Something.","error_type":"{{type}}"}""");

        failure.Kind.ShouldBe(kind);
        failure.Message.ShouldEndWith(".");
        $"{failure.BrokerCode} {failure.Detail}".ShouldContain(type);
    }

    [Theory]
    [InlineData(401, "Incorrect `api_key` or `access_token`.", BrokerErrorKind.AuthExpired)]
    [InlineData(403, "Invalid session credentials", BrokerErrorKind.AuthExpired)]
    [InlineData(403, "Not for you.", BrokerErrorKind.Unsupported)]
    [InlineData(401, "", BrokerErrorKind.Unsupported)]
    [InlineData(429, "Too many requests", BrokerErrorKind.RateLimited)]
    [InlineData(400, "Bad", BrokerErrorKind.InvalidData)]
    [InlineData(404, "Route not found", BrokerErrorKind.InvalidData)]
    [InlineData(405, "Method not allowed", BrokerErrorKind.InvalidData)]
    [InlineData(410, "Gone", BrokerErrorKind.InvalidData)]
    [InlineData(500, "Oops", BrokerErrorKind.Transient)]
    [InlineData(503, "Maintenance", BrokerErrorKind.Transient)]
    [InlineData(302, "Elsewhere", BrokerErrorKind.Transient)]
    public async Task Without_a_known_error_type_the_status_decides(int status, string message, BrokerErrorKind kind)
    {
        string[] bodies =
        [
            $$"""{"status":"error","message":"{{message}}","data":null}""",
            $$"""{"status":"error","message":"{{message}}","error_type":"BrandNewException"}""",
        ];
        foreach (var body in bodies)
        {
            (await FailAsync((HttpStatusCode)status, body)).Kind.ShouldBe(kind);
        }
    }

    [Theory]
    [InlineData(200, "<html>down</html>", BrokerErrorKind.Transient)]
    [InlineData(200, "", BrokerErrorKind.Transient)]
    [InlineData(200, "{\"status\":\"success\",\"data\":[{\"trad", BrokerErrorKind.Transient)]
    [InlineData(403, "<html>blocked</html>", BrokerErrorKind.Transient)]
    [InlineData(502, "Bad Gateway", BrokerErrorKind.Transient)]
    [InlineData(502, "", BrokerErrorKind.Transient)]
    [InlineData(429, "slow down", BrokerErrorKind.RateLimited)]
    [InlineData(429, "", BrokerErrorKind.RateLimited)]
    [InlineData(404, "", BrokerErrorKind.InvalidData)]
    [InlineData(404, "<html>not here</html>", BrokerErrorKind.InvalidData)]
    [InlineData(410, "<html>not here</html>", BrokerErrorKind.InvalidData)]
    [InlineData(500, "[1]", BrokerErrorKind.Transient)]
    public async Task A_body_that_is_not_json_is_transient_whatever_the_status_save_429_and_an_address_that_is_gone(int status, string body, BrokerErrorKind kind) =>
        (await FailAsync((HttpStatusCode)status, body)).Kind.ShouldBe(kind);

    [Theory]
    [InlineData(404, "GeneralException")]
    [InlineData(410, "GeneralException")]
    [InlineData(404, "NetworkException")]
    public async Task A_route_that_is_gone_is_a_changed_provider_although_kite_calls_it_trouble(int status, string type)
    {
        var failure = await FailAsync((HttpStatusCode)status, $$"""{"status":"error","message":"Route not found","error_type":"{{type}}"}""");

        failure.Kind.ShouldBe(BrokerErrorKind.InvalidData);
        failure.Detail.ShouldBe($"portfolio/holdings: {status}");
    }

    [Theory]
    [InlineData("""{"status":"success","data":{"INFY":{"quantity":1}}}""", "portfolio/holdings: $.data")]
    [InlineData("""{"status":"success","data":"many"}""", "portfolio/holdings: $.data")]
    [InlineData("""{"status":"success"}""", "portfolio/holdings: data")]
    [InlineData("""{"status":"success","data":[{"tradingsymbol":"INFY","exchange":"NSE"}]}""", "portfolio/holdings: data[].quantity")]
    [InlineData("""{"status":"success","data":[{"tradingsymbol":"INFY","exchange":"NSE","quantity":{"settled":1}}]}""", "portfolio/holdings: data[].quantity")]
    [InlineData("""[{"tradingsymbol":"INFY","exchange":"NSE","quantity":1}]""", "portfolio/holdings: $")]
    public async Task An_answer_of_another_shape_names_route_and_field(string body, string place)
    {
        var failure = await FailAsync(HttpStatusCode.OK, body);

        failure.Kind.ShouldBe(BrokerErrorKind.InvalidData);
        failure.Detail.ShouldNotBeNull().ShouldStartWith(place);
    }

    [Fact]
    public async Task An_error_under_a_good_status_is_an_error()
    {
        var failure = await FailAsync(HttpStatusCode.OK, """{"status":"error","message":"No.","data":null,"error_type":"TokenException"}""");

        failure.Kind.ShouldBe(BrokerErrorKind.AuthExpired);
        failure.BrokerCode.ShouldBe("TokenException");
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("Thu, 15 Jan 2026 10:01:30 GMT", 90)]
    [InlineData("Thu, 15 Jan 2026 09:00:00 GMT", 0)]
    [InlineData(null, null)]
    public async Task A_rate_limit_says_how_long_to_wait(string? header, int? seconds)
    {
        var kite = new Kite().WithAnswer(Path, () =>
        {
            var response = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
            response.Headers.RetryAfter = header is null ? null : RetryConditionHeaderValue.Parse(header);
            return response;
        });

        var failure = await Should.ThrowAsync<BrokerException>(kite.HoldingsAsync);

        failure.Kind.ShouldBe(BrokerErrorKind.RateLimited);
        failure.RetryAfter.ShouldBe(seconds is { } wait ? TimeSpan.FromSeconds(wait) : null);
    }

    [Fact]
    public async Task A_broken_compression_is_transient()
    {
        var kite = new Kite().WithAnswer(Path, () => new HttpResponseMessage
        {
            Content = new StreamContent(new GZipStream(new MemoryStream("no gzip at all"u8.ToArray()), CompressionMode.Decompress)),
        });

        (await Should.ThrowAsync<BrokerException>(kite.HoldingsAsync)).Kind.ShouldBe(BrokerErrorKind.Transient);
    }

    [Fact]
    public async Task Without_a_session_nothing_is_sent_and_the_user_is_asked_to_log_in()
    {
        var kite = new Kite { Token = null };

        var failure = await Should.ThrowAsync<BrokerException>(kite.HoldingsAsync);

        failure.Kind.ShouldBe(BrokerErrorKind.AuthExpired);
        failure.Message.ShouldContain("Log in to Zerodha");
        kite.Asked.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("with\nnewline")]
    [InlineData("with blank")]
    [InlineData("ünïcode")]
    public async Task A_session_that_fits_no_header_is_no_session(string token)
    {
        var kite = new Kite { Token = new BrokerToken(new Secret(token)) };

        (await Should.ThrowAsync<BrokerException>(kite.HoldingsAsync)).Kind.ShouldBe(BrokerErrorKind.AuthExpired);
    }

    [Fact]
    public async Task Every_call_carries_version_authorisation_and_program()
    {
        var kite = new Kite().With(Path, "[]");

        await kite.HoldingsAsync();

        var headers = kite.Sent.ShouldHaveSingleItem().Headers;
        headers.ShouldContain("X-Kite-Version: 3");
        headers.ShouldContain("Authorization: token testkey:access");
        headers.ShouldContain("User-Agent: Foliosync");
        Encoding.ASCII.GetByteCount(headers).ShouldBe(headers.Length);
    }
}
