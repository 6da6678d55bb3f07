using Foliosync.Brokers.Contract;
using Foliosync.Core.Prices;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Prices;

public sealed class PriceHttpTests : IAsyncLifetime
{
    private PriceServer _server = null!;
    private PriceHttp _http = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PriceServer.StartAsync();
        _http = new PriceHttp(_server.Settings(PriceSource.Ecb), FakeClock.OnAWorkday());
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_file_that_has_not_changed_is_not_sent_again()
    {
        _server.With("/ecb/a.xml", Recorded.Bytes("first"));
        var state = new PriceFeedState { Source = "ecb" };
        await using (var file = await GetAsync("a.xml", state))
        {
            (await TextAsync(file!)).ShouldBe("first");
            file!.NoteIn(state);
        }

        (await GetAsync("a.xml", state)).ShouldBeNull();

        _server.With("/ecb/a.xml", Recorded.Bytes("second"));
        await using var changed = await GetAsync("a.xml", state);
        (await TextAsync(changed!)).ShouldBe("second");
    }

    [Fact]
    public async Task The_tag_of_one_file_is_not_sent_for_another()
    {
        _server.With("/ecb/b.xml", Recorded.Bytes("b"));

        await using var file = await GetAsync("b.xml", new PriceFeedState { Source = "ecb", Address = "a.xml", Etag = "\"x\"" });

        _server.Requests.Single().ShouldBe(("/ecb/b.xml", null));
    }

    [Fact]
    public async Task A_redirect_on_the_same_host_is_followed()
    {
        _server.With("/ecb/new.xml", Recorded.Bytes("new"));
        _server.Answer = http =>
        {
            _server.Answer = null;
            http.Response.Redirect("/ecb/new.xml");
            return Task.CompletedTask;
        };

        await using var file = await GetAsync("old.xml");

        (await TextAsync(file!)).ShouldBe("new");
    }

    [Fact]
    public async Task A_redirect_to_another_host_is_not_followed()
    {
        _server.Answer = http =>
        {
            http.Response.Redirect("http://169.254.169.254/latest");
            return Task.CompletedTask;
        };

        var error = await Should.ThrowAsync<BrokerException>(() => GetAsync("a.xml"));

        error.Message.ShouldBe("The reader of European Central Bank tried to reach 169.254.169.254, which it does not list. Nothing was sent.");
        _server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Redirects_without_end_are_given_up()
    {
        _server.Answer = http =>
        {
            http.Response.Redirect("/ecb/a.xml");
            return Task.CompletedTask;
        };

        (await Should.ThrowAsync<BrokerException>(() => GetAsync("a.xml"))).Kind.ShouldBe(BrokerErrorKind.Transient);
    }

    [Fact]
    public async Task A_file_without_end_is_refused()
    {
        _server.Answer = async http =>
        {
            var block = new byte[1024 * 1024];
            for (var i = 0; i <= PriceHttp.MaxBytes / block.Length; i++)
            {
                await http.Response.Body.WriteAsync(block);
            }
        };
        await using var file = await GetAsync("a.xml");

        var error = await Should.ThrowAsync<BrokerException>(() => file!.ReadAllAsync(default));

        error.Message.ShouldBe("European Central Bank sent an answer of more than 32 MB. It was not read.");
    }

    [Fact]
    public async Task A_source_that_is_asked_too_often_says_when_to_come_back()
    {
        _server.Answer = http =>
        {
            http.Response.StatusCode = 429;
            http.Response.Headers.RetryAfter = "90";
            return http.Response.WriteAsync("Too Many Requests");
        };

        var error = await Should.ThrowAsync<BrokerException>(() => GetAsync("a.xml"));

        error.Kind.ShouldBe(BrokerErrorKind.RateLimited);
        error.RetryAfter.ShouldBe(TimeSpan.FromSeconds(90));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_source_in_trouble_is_asked_again_later(int status)
    {
        _server.Answer = http =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        };

        var error = await Should.ThrowAsync<BrokerException>(() => GetAsync("a.xml"));

        error.Kind.ShouldBe(BrokerErrorKind.Transient);
        error.Message.ShouldBe($"European Central Bank gave no file (HTTP {status}). It is asked again later.");
    }

    [Fact]
    public void An_archive_that_unpacks_to_too_much_is_refused()
    {
        using var archive = Recorded.Zip("a.csv", new string('x', 1_000_000));

        Should.Throw<BrokerException>(() => SingleFileArchive.Unpack(archive, "ECB", 999_999)).Kind.ShouldBe(BrokerErrorKind.InvalidData);
    }

    [Fact]
    public void An_archive_with_several_files_is_refused()
    {
        using var archive = Recorded.Zip("a.csv", "x", files: 2);

        Should.Throw<BrokerException>(() => SingleFileArchive.Unpack(archive, "ECB", 100)).Message.ShouldContain("2 files");
    }

    [Fact]
    public void What_is_no_archive_is_refused() => Should.Throw<BrokerException>(
        () => SingleFileArchive.Unpack(Recorded.Bytes("<html>"), "ECB", 100)).Kind.ShouldBe(BrokerErrorKind.InvalidData);

    private Task<FetchedFile?> GetAsync(string file, PriceFeedState? known = null) => _http.GetAsync(PriceSource.Ecb, file, known, default);

    private static async Task<string> TextAsync(FetchedFile file)
    {
        using var reader = new StreamReader(await file.ReadAllAsync(default));
        return await reader.ReadToEndAsync();
    }
}
