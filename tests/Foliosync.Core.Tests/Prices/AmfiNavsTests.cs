using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Tests;
using Foliosync.Core.Prices;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Prices;

public sealed class AmfiNavsTests
{
    [Fact]
    public async Task The_sample_gives_every_scheme_under_each_of_its_isins()
    {
        using var file = new MemoryStream(RepositoryRoot.MarketSample("amfi-NAVAll-8-columns.txt"));
        var day = new DateOnly(2026, 8, 27);

        (await AmfiNavs.ReadAsync(file, default).ToListAsync()).ShouldBe(
        [
            new("INF846K01WO1", "135762", day, 30.4829m, "INR"),
            new("INF846K01WS2", "135763", day, 28.1333m, "INR"),
            new("INF846K01WQ6", "135763", day, 28.1333m, "INR"),
            new("INF179K01XQ0", "119063", day, 86.4000m, "INR"),
            new("INF109K01CR9", "111988", new(2022, 9, 16), 10.1065m, "INR"),
        ]);
    }

    [Theory]
    [InlineData("Scheme Code;ISIN Div Payout/ ISIN Growth;ISIN Div Reinvestment;Scheme Name;Net Asset Value;Date", "1;INF000000001;-;A;10.5;01-Sep-2026")]
    [InlineData("Scheme Code;NAV Name;Plan;Option;ISIN Div Payout/ISIN Growth;ISIN Div Reinvestment;Net Asset Value;Date", "1;A;;;INF000000001;;10.5;01-Sep-2026")]
    [InlineData("Scheme Code;ISIN Div Payout/ ISIN Growth;ISIN Div Reinvestment;Scheme Name;Net Asset Value;Repurchase Price;Sale Price;Date", "1;INF000000001;-;A;10.5;9;11;01-Sep-2026")]
    public async Task Columns_are_found_by_their_names(string header, string row) =>
        (await ReadAsync($"{header}\r\n\r\n{row}\r\n")).ShouldBe([new FilePrice("INF000000001", "1", new(2026, 9, 1), 10.5m, "INR")]);

    [Theory]
    [InlineData("N.A.")]
    [InlineData("0")]
    [InlineData("0.0000")]
    public async Task No_value_is_no_price(string nav) => (await ReadAsync(Row("1", "INF000000001", nav))).ShouldBeEmpty();

    [Theory]
    [InlineData(" ")]
    [InlineData("360 ONE Mutual Fund")]
    [InlineData("Open Ended Schemes(Equity Scheme - Large Cap Fund)")]
    public async Task Lines_between_the_rows_are_passed_over(string line) =>
        (await ReadAsync(Row("1", "INF000000001", "10.5") + line + "\r\n" + "2;INF000000002;-;B;;;7;01-Sep-2026")).Count.ShouldBe(2);

    [Theory]
    [InlineData("<html><body>Invalid mf</body></html>")]
    [InlineData("")]
    [InlineData("Scheme Code;Scheme Name;Value\r\n1;A;3\r\n")]
    public async Task Another_file_is_refused(string text) =>
        (await Should.ThrowAsync<BrokerException>(() => ReadAsync(text))).Kind.ShouldBe(BrokerErrorKind.InvalidData);

    internal static string Row(string code, string isin, string nav, string day = "01-Sep-2026") =>
        "Scheme Code;ISIN Div Payout/ ISIN Growth;ISIN Div Reinvestment;Scheme Name;Plan;Option;Net Asset Value;Date\r\n"
        + $"{code};{isin};-;A;;;{nav};{day}\r\n";

    private static async Task<List<FilePrice>> ReadAsync(string text) => await AmfiNavs.ReadAsync(Recorded.Bytes(text), default).ToListAsync();
}
