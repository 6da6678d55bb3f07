using System.Globalization;
using System.Net;
using System.Text;
using Foliosync.Brokers.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

public sealed class PricesTests
{
    private const string Rates = """
        <gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
        <Cube><Cube time='2026-09-11'><Cube currency='USD' rate='1.1592'/><Cube currency='INR' rate='102.4'/></Cube></Cube></gesmes:Envelope>
        """;

    [Fact]
    public async Task Prices_fetch_reads_what_is_switched_on_and_status_shows_it()
    {
        await using var ecb = await ServeAsync(http => http.Response.WriteAsync(Rates));
        using var instance = (await TestInstance.WithUserAsync())
            .With("FOLIOSYNC_PRICES__ECB__URL", ecb.Urls.Single()).With("FOLIOSYNC_PRICES__AMFI__ENABLED", "false");

        var fetched = await instance.JsonAsync("prices", "fetch");
        var status = await instance.JsonAsync("prices", "status");

        fetched.EnumerateArray().Select(s => s.GetProperty("source").GetString()).ShouldBe(["ecb"]);
        var rows = status.EnumerateArray().ToDictionary(s => s.GetProperty("id").GetString()!);
        rows["ecb"].GetProperty("enabled").GetBoolean().ShouldBeTrue();
        rows["ecb"].GetProperty("succeededAt").GetString().ShouldNotBeNull();
        rows["yahoo"].GetProperty("enabled").GetBoolean().ShouldBeFalse();
        rows["yahoo"].GetProperty("terms").GetString()!.ShouldContain("personal use");
    }

    [Fact]
    public async Task The_samples_of_the_ECB_and_of_AMFI_give_what_they_say_however_often_they_come()
    {
        // Rates of days that nobody needs are not kept, so the sample is of yesterday here.
        var day = TimeProvider.System.GetUtcNow().AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var ecbFile = Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(RepositoryRoot.MarketSample("ecb-eurofxref-daily.xml")).Replace("2026-09-11", day, StringComparison.Ordinal));
        var amfiFile = RepositoryRoot.MarketSample("amfi-NAVAll-8-columns.txt");
        await using var ecb = await ServeAsync(http => http.Response.Body.WriteAsync(ecbFile).AsTask());
        await using var amfi = await ServeAsync(http => http.Response.Body.WriteAsync(amfiFile).AsTask());
        using var instance = (await TestInstance.WithUserAsync())
            .With("FOLIOSYNC_PRICES__ECB__URL", ecb.Urls.Single()).With("FOLIOSYNC_PRICES__AMFI__URL", amfi.Urls.Single());

        await instance.JsonAsync("prices", "fetch");
        var rates = instance.Texts("select currency || ' ' || per_euro || ' ' || day from fx_rates order by currency");
        await instance.JsonAsync("prices", "fetch");

        rates.ShouldBe([$"CZK 24.264 {day}", $"DKK 7.4748 {day}", $"NOK 10.7805 {day}", $"PLN 4.3250 {day}", $"SEK 11.2373 {day}", $"USD 1.1592 {day}"]);
        instance.Texts("select currency || ' ' || per_euro || ' ' || day from fx_rates order by currency").ShouldBe(rates);
    }

    [Fact]
    public async Task A_source_that_cannot_be_read_is_told_in_one_line_and_the_exit_code()
    {
        await using var ecb = await ServeAsync(http =>
        {
            http.Response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
            return Task.CompletedTask;
        });
        using var instance = (await TestInstance.WithUserAsync()).With("FOLIOSYNC_PRICES__ECB__URL", ecb.Urls.Single());

        var result = await instance.RunAsync("prices", "fetch", "--source", "ecb");

        result.ShouldFailWith(1, "European Central Bank gave no file (HTTP 503). It is asked again later.");
    }

    [Fact]
    public async Task A_source_that_is_off_is_not_asked()
    {
        using var instance = await TestInstance.WithUserAsync();

        var result = await instance.RunAsync("prices", "fetch", "--source", "yahoo");

        result.ShouldFailWith(2, "Yahoo Finance is switched off.");
    }

    private static async Task<WebApplication> ServeAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        server.Run(answer);
        await server.StartAsync();
        return server;
    }
}
