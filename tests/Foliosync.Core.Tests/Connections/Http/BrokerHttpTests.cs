using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Connections.Http;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Connections.Http;

public sealed class BrokerHttpTests
{
    private const string Planted = "planted-secret";

    [Fact]
    public async Task An_answer_arrives_with_status_headers_and_body()
    {
        await using var broker = await LoopbackBroker.StartAsync((context, _) =>
        {
            context.Response.StatusCode = 403;
            context.Response.Headers.RetryAfter = "7";
            return context.Response.WriteAsJsonAsync(new { path = context.Request.Path.Value });
        });

        using var answer = await broker.Open().Http.GetAsync("portfolio/holdings");

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(7));
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        (await answer.Content.ReadAsStringAsync()).ShouldBe("""{"path":"/portfolio/holdings"}""");
    }

    [Fact]
    public async Task A_base_address_with_a_path_keeps_it()
    {
        await using var broker = await LoopbackBroker.StartAsync((context, _) => context.Response.WriteAsync(context.Request.Path.Value!));

        var answer = await broker.Open(apiUrl: new Uri(broker.Address, "kite/v3")).Http.GetStringAsync("user/profile");

        answer.ShouldBe("/kite/v3/user/profile");
    }

    [Fact]
    public async Task A_foreign_host_is_refused_and_nothing_is_sent()
    {
        await using var broker = await LoopbackBroker.StartAsync((context, _) => context.Response.WriteAsync("reached"));
        var foreign = new UriBuilder(broker.Address) { Host = "localhost", Query = "token=" + Planted }.Uri;

        var error = await Should.ThrowAsync<BrokerException>(broker.Open().Http.GetAsync(foreign));

        error.Kind.ShouldBe(BrokerErrorKind.InvalidData);
        error.Message.ShouldBe("The reader of Fake tried to reach localhost, which it does not list. Nothing was sent.");
        error.ToString().ShouldNotContain(Planted);
        broker.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task Another_port_of_the_override_host_is_a_foreign_host()
    {
        await using var broker = await LoopbackBroker.StartAsync((context, _) => context.Response.WriteAsync("reached"));
        await using var other = await LoopbackBroker.StartAsync((context, _) => context.Response.WriteAsync("reached"));

        await Should.ThrowAsync<BrokerException>(broker.Open().Http.GetAsync(other.Address));

        other.Requests.ShouldBe(0);
    }

    [Theory]
    [InlineData("http://api.fake.example/")]
    [InlineData("https://api.fake.example.evil.example/")]
    [InlineData("https://fake.example/")]
    [InlineData("https://api.fake.example@evil.example/")]
    public async Task Only_the_listed_hosts_are_reached_and_only_encrypted(string address)
    {
        var network = new CountingNetwork();
        using var http = new BrokerHttp(new BrokerCatalog([new FakeBroker()], new Dictionary<string, BrokerOverride>()), TimeProvider.System, network);
        var session = http.Open(new FakeBroker(), Guid.NewGuid(), CredentialValues.Empty, token: null);

        await Should.ThrowAsync<BrokerException>(session.Http.GetAsync(new Uri(address)));
        network.Requests.ShouldBe(0);

        using var allowed = await session.Http.GetAsync("path");
        network.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var broker = await LoopbackBroker.StartAsync((context, _) =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        });

        using var answer = await broker.Open().Http.GetAsync("user/profile");

        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
        broker.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task A_cookie_of_one_answer_is_not_sent_with_the_next_request()
    {
        await using var broker = await LoopbackBroker.StartAsync((context, _) =>
        {
            context.Response.Cookies.Append("session", "of-someone");
            return context.Response.WriteAsync($"cookies: {context.Request.Headers.Cookie}");
        });
        var session = broker.Open();
        await session.Http.GetStringAsync("first");

        (await session.Http.GetStringAsync("second")).ShouldBe("cookies: ");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task Packed_answers_are_unpacked(string encoding)
    {
        await using var broker = await LoopbackBroker.StartAsync((context, _) => WritePackedAsync(context, encoding, "{\"status\":\"success\"}"u8.ToArray()));

        (await broker.Open().Http.GetStringAsync("user/profile")).ShouldBe("""{"status":"success"}""");
    }

    [Fact]
    public async Task An_answer_that_unpacks_to_more_than_the_limit_is_refused()
    {
        // 64 MB of zeros pack to a few kilobytes.
        var bomb = new byte[BrokerHttp.MaxAnswerBytes + 1];
        await using var broker = await LoopbackBroker.StartAsync((context, _) => WritePackedAsync(context, "gzip", bomb));
        using var answer = await broker.Open().Http.GetAsync("instruments", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();

        var error = await Should.ThrowAsync<BrokerException>(body.CopyToAsync(Stream.Null));

        (error.Kind, error.Message).ShouldBe((BrokerErrorKind.InvalidData, "Fake sent an answer of more than 64 MB. It was not read."));
    }

    [Fact]
    public async Task A_body_that_hangs_is_a_time_out_after_thirty_seconds()
    {
        var clock = new ManualClock();
        await using var broker = await LoopbackBroker.StartAsync(HangInTheBodyAsync, clock);
        using var answer = await broker.Open().Http.GetAsync("portfolio/holdings?token=" + Planted, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[5]);

        var reading = body.ReadAsync(new byte[100]).AsTask();
        clock.Advance(TimeSpan.FromSeconds(29));
        reading.IsCompleted.ShouldBeFalse();
        clock.Advance(TimeSpan.FromSeconds(2));

        var error = await Should.ThrowAsync<BrokerException>(reading);
        (error.Kind, error.Message, error.Detail)
            .ShouldBe((BrokerErrorKind.Transient, "Fake did not answer within 30 seconds. It is tried again later.", "time-out"));
        error.ToString().ShouldNotContain(Planted);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_a_time_out_too()
    {
        var clock = new ManualClock();
        var arrived = new TaskCompletionSource();
        await using var broker = await LoopbackBroker.StartAsync(
            async (context, _) =>
            {
                arrived.SetResult();
                await UntilAbortedAsync(context);
            },
            clock);

        var asking = broker.Open().Http.GetAsync("portfolio/holdings");
        await arrived.Task;
        clock.Advance(TimeSpan.FromSeconds(31));

        (await Should.ThrowAsync<BrokerException>(asking)).Detail.ShouldBe("time-out");
        broker.Requests.ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_stops_waiting_for_a_body_is_not_told_of_a_time_out(bool tokenGivenToTheRequestToo)
    {
        await using var broker = await LoopbackBroker.StartAsync(HangInTheBodyAsync, new ManualClock());
        using var stop = new CancellationTokenSource();
        using var answer = await broker.Open().Http.GetAsync(
            "portfolio/holdings", HttpCompletionOption.ResponseHeadersRead, tokenGivenToTheRequestToo ? stop.Token : default);
        await using var body = await answer.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[5]);

        var reading = body.ReadAsync(new byte[100], stop.Token).AsTask();
        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(reading.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task A_connection_that_breaks_is_tried_again_for_a_get()
    {
        await using var broker = await LoopbackBroker.StartAsync((context, request) =>
        {
            if (request < 3)
            {
                context.Abort();
                return Task.CompletedTask;
            }

            return context.Response.WriteAsync("third time");
        });

        (await broker.Open().Http.GetStringAsync("portfolio/holdings")).ShouldBe("third time");
        broker.Requests.ShouldBe(3);
    }

    [Fact]
    public async Task A_connection_that_breaks_three_times_is_transient()
    {
        await using var broker = await LoopbackBroker.StartAsync(AbortAsync);
        var session = broker.Open();
        session.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("token", Planted);

        var error = await Should.ThrowAsync<BrokerException>(session.Http.GetAsync("portfolio/holdings?token=" + Planted));

        (error.Kind, error.Message).ShouldBe((BrokerErrorKind.Transient, "Fake could not be reached. It is tried again later."));
        error.ToString().ShouldNotContain(Planted);
        broker.Requests.ShouldBe(3);
    }

    [Fact]
    public async Task A_post_on_a_connection_that_breaks_is_sent_once()
    {
        await using var broker = await LoopbackBroker.StartAsync(AbortAsync);
        using var form = new FormUrlEncodedContent([new("checksum", Planted)]);

        var error = await Should.ThrowAsync<BrokerException>(broker.Open().Http.PostAsync("session/token", form));

        error.Kind.ShouldBe(BrokerErrorKind.Transient);
        error.ToString().ShouldNotContain(Planted);
        broker.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_transient()
    {
        // The server hangs up only when the first half has arrived; the reset would overtake it.
        var arrived = new TaskCompletionSource();
        await using var broker = await LoopbackBroker.StartAsync(async (context, _) =>
        {
            context.Response.ContentLength = 1_000;
            await context.Response.WriteAsync("half ");
            await context.Response.Body.FlushAsync();
            await arrived.Task;
            context.Abort();
        });
        using var answer = await broker.Open().Http.GetAsync("portfolio/holdings?token=" + Planted, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[5]);

        arrived.SetResult();
        var error = await Should.ThrowAsync<BrokerException>(body.CopyToAsync(Stream.Null));

        (error.Kind, error.Message).ShouldBe((BrokerErrorKind.Transient, "The answer of Fake broke off. It is tried again later."));
        error.ToString().ShouldNotContain(Planted);
    }

    [Fact]
    public async Task An_answer_that_is_packed_badly_is_transient()
    {
        await using var broker = await LoopbackBroker.StartAsync((context, _) =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            return context.Response.WriteAsync("not gzip at all");
        });

        (await Should.ThrowAsync<BrokerException>(broker.Open().Http.GetStringAsync("user/profile"))).Kind.ShouldBe(BrokerErrorKind.Transient);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_transient()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var nobody = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        listener.Stop();
        await using var broker = await LoopbackBroker.StartAsync(AbortAsync);

        var error = await Should.ThrowAsync<BrokerException>(broker.Open(apiUrl: nobody).Http.GetAsync("user/profile?token=" + Planted));

        (error.Kind, error.Detail).ShouldBe((BrokerErrorKind.Transient, "ConnectionError"));
        error.ToString().ShouldNotContain(Planted);
    }

    [Fact]
    public async Task The_recorder_keeps_what_came_and_neither_query_nor_headers()
    {
        await using var broker = await LoopbackBroker.StartAsync((context, _) => WritePackedAsync(context, "gzip", "{\"holdings\":[]}"u8.ToArray()));
        var recorder = new ExchangeRecorder();
        var session = broker.Open(recorder);
        session.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("token", Planted);

        await session.Http.GetStringAsync("portfolio/holdings?token=" + Planted);
        using var form = new FormUrlEncodedContent([new("secret", Planted)]);
        using var _ = await session.Http.PostAsync("session/token", form);

        var kept = Unpack(recorder);
        kept.ShouldContain("GET /portfolio/holdings 200");
        kept.ShouldContain("POST /session/token 200");
        kept.ShouldContain("{\"holdings\":[]}");
        kept.ShouldNotContain(Planted);
    }

    [Fact]
    public async Task The_recorder_leaves_instrument_lists_out()
    {
        await using var broker = await LoopbackBroker.StartAsync((context, _) =>
        {
            context.Response.ContentType = "text/csv";
            return context.Response.WriteAsync("symbol,name");
        });
        var recorder = new ExchangeRecorder();

        (await broker.Open(recorder).Http.GetStringAsync("instruments")).ShouldBe("symbol,name");

        Unpack(recorder).ShouldBeEmpty();
    }

    private static Task AbortAsync(HttpContext context, int request)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    private static async Task HangInTheBodyAsync(HttpContext context, int request)
    {
        await context.Response.WriteAsync("half ");
        await context.Response.Body.FlushAsync();
        await UntilAbortedAsync(context);
    }

    private static Task UntilAbortedAsync(HttpContext context)
    {
        var aborted = new TaskCompletionSource();
        context.RequestAborted.Register(aborted.SetResult);
        return aborted.Task;
    }

    private static async Task WritePackedAsync(HttpContext context, string encoding, byte[] body)
    {
        context.Response.Headers.ContentEncoding = encoding;
        await using Stream packer = encoding == "br"
            ? new BrotliStream(context.Response.Body, CompressionLevel.Fastest)
            : new GZipStream(context.Response.Body, CompressionLevel.Fastest);
        await packer.WriteAsync(body);
    }

    private static string Unpack(ExchangeRecorder recorder)
    {
        using var packed = new MemoryStream(recorder.ToCompressed());
        using var brotli = new BrotliStream(packed, CompressionMode.Decompress);
        using var reader = new StreamReader(brotli, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private sealed class CountingNetwork : HttpMessageHandler
    {
        public int Requests { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            return Task.FromResult(new HttpResponseMessage { Content = new StringContent("ok") });
        }
    }
}
