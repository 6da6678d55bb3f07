using System.Net.Http.Headers;
using System.Text;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections.Http;
using Foliosync.Core.Sync.Replays;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Sync.Replays;

public sealed class SnapshotReaderTests
{
    [Fact]
    public void What_was_recorded_is_read_back_in_order_byte_by_byte()
    {
        byte[] bytes = [0, 255, 10, 13, 0x1F];
        var recorder = new ExchangeRecorder();
        Record(recorder, "GET", "/user/profile", 200, Encoding.UTF8.GetBytes("""{"name":"अशा"}"""));
        Record(recorder, "GET", "/portfolio/holdings", 503, []);
        Record(recorder, "POST", "/portfolio/holdings", 200, bytes);

        var read = SnapshotReader.Unpack(recorder.ToCompressed());

        read.Select(e => (e.Method, e.Path, e.Status)).ShouldBe(
            [("GET", "/user/profile", 200), ("GET", "/portfolio/holdings", 503), ("POST", "/portfolio/holdings", 200)]);
        Encoding.UTF8.GetString(read[0].Body).ShouldBe("""{"name":"अशा"}""");
        read[1].Body.Length.ShouldBe(0);
        read[2].Body.ToArray().ShouldBe(bytes);
    }

    [Fact]
    public void A_run_in_which_nothing_was_asked_is_an_empty_recording() => SnapshotReader.Unpack(new ExchangeRecorder().ToCompressed()).ShouldBeEmpty();

    [Fact]
    public void A_damaged_recording_is_refused_in_a_sentence()
    {
        var recorder = new ExchangeRecorder();
        Record(recorder, "GET", "/a", 200, [.. Enumerable.Range(0, 5_000).Select(i => (byte)(i * 37))]);
        var packed = recorder.ToCompressed();

        Should.Throw<RefusedException>(() => SnapshotReader.Unpack(packed[..(packed.Length / 2)])).Message.ShouldContain("damaged");
        Should.Throw<RefusedException>(() => SnapshotReader.Unpack([1, 2, 3, 4, 5, 6, 7, 8, 9])).Message.ShouldContain("damaged");
    }

    [Fact]
    public async Task Equal_requests_get_their_answers_in_order_and_one_too_many_is_named()
    {
        var recorder = new ExchangeRecorder();
        Record(recorder, "GET", "/a", 200, Encoding.UTF8.GetBytes("1"));
        Record(recorder, "GET", "/b", 404, Encoding.UTF8.GetBytes("other"));
        Record(recorder, "GET", "/a", 200, Encoding.UTF8.GetBytes("2"));
        using var replay = new ReplayHttp("Kite", recorder.Exchanges);
        using var http = new HttpClient(replay) { BaseAddress = new Uri("https://broker.example/") };

        (await http.GetStringAsync(new Uri("a?page=1", UriKind.Relative))).ShouldBe("1");
        (await http.GetStringAsync(new Uri("a?page=2", UriKind.Relative))).ShouldBe("2");
        using var gone = await http.GetAsync(new Uri("b", UriKind.Relative));
        ((int)gone.StatusCode).ShouldBe(404);
        var missing = await Should.ThrowAsync<BrokerException>(() => http.GetStringAsync(new Uri("a?key=SECRET", UriKind.Relative)));

        missing.Kind.ShouldBe(BrokerErrorKind.InvalidData);
        missing.Message.ShouldBe("Today's Kite adapter asks for GET /a, which is not in the recording of this run. Sync again to ask the broker.");
        missing.Detail.ShouldBeNull("It is our recording that lacks it; the provider has not changed.");
    }

    private static void Record(ExchangeRecorder recorder, string method, string path, int status, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        recorder.Begin(method, path, status, content.Headers).ShouldNotBeNull().Append(body);
    }
}
