using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Tests;
using Foliosync.Core.Instruments;
using Foliosync.Core.Prices;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Prices;

public sealed class QuotesTests
{
    private readonly YahooQuotes _yahoo = new();
    private readonly StooqQuotes _stooq = new();

    [Fact]
    public void The_sample_of_a_chart_gives_its_closes()
    {
        using var body = new MemoryStream(RepositoryRoot.MarketSample("yahoo-chart-minimal.json"));

        // 1700000000 is 2023-11-14 22:13:20Z, 1700100000 is 2023-11-16 02:00Z, which is still the 15th in New York.
        _yahoo.Read(body, On("XNYS")).ShouldBe(
        [
            new(new(2023, 11, 14), 101.0m, "USD", DateTimeOffset.FromUnixTimeSeconds(1_700_000_000)),
            new(new(2023, 11, 15), 102.0m, "USD", DateTimeOffset.FromUnixTimeSeconds(1_700_100_000)),
        ]);
    }

    [Fact]
    public void The_sample_of_an_unknown_symbol_has_none()
    {
        using var body = new MemoryStream(RepositoryRoot.MarketSample("yahoo-chart-notfound.json"));

        _yahoo.Read(body, On("XNYS")).ShouldBeEmpty();
    }

    [Fact]
    public void Pence_become_pounds_and_a_missing_close_no_price() => _yahoo.Read(
        Chart("""{"meta":{"currency":"GBp","gmtoffset":3600},"timestamp":[1700000000,1700000001],"indicators":{"quote":[{"close":[null,123.5]}]}}"""),
        On("XLON")).ShouldBe([new(new(2023, 11, 14), 1.235m, "GBP", DateTimeOffset.FromUnixTimeSeconds(1_700_000_001))]);

    [Fact]
    public void A_chart_without_times_has_no_prices() =>
        _yahoo.Read(Chart("""{"meta":{"currency":"USD"},"indicators":{"quote":[{}]}}"""), On("XNYS")).ShouldBeEmpty();

    [Theory]
    [InlineData("Too Many Requests")]
    [InlineData("{}")]
    [InlineData("""{"chart":{"result":[{"meta":{}}]}}""")]
    public void Another_answer_than_a_chart_is_refused(string body) =>
        Should.Throw<BrokerException>(() => _yahoo.Read(Recorded.Bytes(body), On("XNYS"))).Kind.ShouldBe(BrokerErrorKind.InvalidData);

    [Theory]
    [InlineData("XNSE", "INFY", "INFY.NS?range=5d&interval=1d")]
    [InlineData("XNYS", "BRK.B", "BRK-B?range=5d&interval=1d")]
    [InlineData("XXXX", "A", null)]
    [InlineData(null, "A", null)]
    public void A_symbol_is_written_as_Yahoo_writes_it(string? mic, string symbol, string? address) =>
        _yahoo.AddressOf(On(mic, symbol), new(2026, 9, 11)).ShouldBe(address);

    [Fact]
    public void A_Stooq_file_gives_its_closes() => _stooq.Read(
        Recorded.Bytes("Date,Open,High,Low,Close,Volume\r\n2026-09-10,1,2,1,1.5,10\r\n2026-09-11,1,2,1,1.75,10\r\n"), On("XNAS"))
        .Select(q => (q.Day, q.Close, q.Currency)).ShouldBe([(new(2026, 9, 10), 1.5m, "USD"), (new(2026, 9, 11), 1.75m, "USD")]);

    [Theory]
    [InlineData("Exceeded the daily hits limit", BrokerErrorKind.RateLimited)]
    [InlineData("<html>", BrokerErrorKind.Transient)]
    [InlineData("Date,Open,High,Low,Close,Volume\nx", BrokerErrorKind.InvalidData)]
    public void What_Stooq_says_in_place_of_prices_has_a_kind(string body, BrokerErrorKind kind) =>
        Should.Throw<BrokerException>(() => _stooq.Read(Recorded.Bytes(body), On("XNAS"))).Kind.ShouldBe(kind);

    [Fact]
    public void A_symbol_unknown_to_Stooq_has_none() => _stooq.Read(Recorded.Bytes("No data"), On("XNAS")).ShouldBeEmpty();

    [Fact]
    public void A_market_whose_currency_is_not_certain_is_not_asked_for() =>
        _stooq.AddressOf(On("XLON"), new(2026, 9, 11)).ShouldBeNull("prices there come in pence or pounds");

    private static Instrument On(string? mic, string symbol = "TEST") => new() { Symbol = symbol, Mic = mic, Currency = "USD" };

    private static MemoryStream Chart(string result) => Recorded.Bytes("{\"chart\":{\"result\":[" + result + "],\"error\":null}}");
}
