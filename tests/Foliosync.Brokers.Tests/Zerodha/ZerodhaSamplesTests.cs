using Foliosync.Brokers.Contract;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Zerodha;

/// <summary>The official mock answers of Kite Connect, read where they lie; they are not ours to copy.</summary>
public sealed class ZerodhaSamplesTests
{
    private static Kite Serving(string path, string file) => new Kite().WithBytes(path, RepositoryRoot.Sample("zerodha", file));

    [Fact]
    public async Task Holdings()
    {
        var report = await Serving("/portfolio/holdings", "holdings.json").HoldingsAsync();

        report.Holdings.Select(h => (h.Instrument.Symbol, h.Instrument.Isin, h.Instrument.Exchange, h.Quantity, h.AveragePrice, h.LastPrice, h.MarginFunded)).ShouldBe(
        [
            ("AARON", "INE721Z01010", "NSE", 1m, 161m, 352.95m, false),
            ("AARON", "INE721Z01010", "NSE", 1000m, 100m, 352.95m, true),
            ("SBIN", "INE062A01020", "BSE", 16m, 801.78125m, 762.45m, false),
        ]);
        report.Holdings.ShouldAllBe(h => h.Instrument.AssetClass == AssetClass.Equity && h.UnsettledQuantity == 0 && h.PledgedQuantity == 0);
        report.IsComplete.ShouldBeTrue();
        report.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Holdings_of_an_empty_account()
    {
        var report = await Serving("/portfolio/holdings", "holdings-empty.json").HoldingsAsync();

        report.Holdings.ShouldBeEmpty();
        report.IsComplete.ShouldBeTrue();
    }

    [Fact]
    public async Task Positions()
    {
        var report = await Serving("/portfolio/positions", "positions.json").PositionsAsync();

        var lead = report.Holdings.ShouldHaveSingleItem();
        (lead.Instrument.BrokerKey, lead.Instrument.AssetClass).ShouldBe(("MCX:LEADMINI17DECFUT", AssetClass.Future));
        (lead.Quantity, lead.Multiplier, lead.AveragePrice, lead.LastPrice).ShouldBe((1m, 1000m, 161.05m, 161.05m));
        report.IsComplete.ShouldBeTrue();
        report.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Funds()
    {
        var report = await Serving("/mf/holdings", "mf_holdings.json").FundsAsync();

        report.Holdings.Select(h => (h.Instrument.Symbol, h.Folio, h.Quantity, h.AveragePrice, h.LastPrice)).ShouldBe(
        [
            ("INF205K01NT8", "3108290884", 382.488m, 78.43m, 84.86m),
            ("INF666M01451", "5102495241", 1.334m, 1874.101138m, 2081.4984m),
            ("INF761K01884", "9104386836", 257.057m, 116.7m, 101.13m),
        ]);
        report.Holdings.ShouldAllBe(h => h.Instrument.AssetClass == AssetClass.MutualFund && h.PricedAt == null);
        report.IsComplete.ShouldBeTrue();
    }

    [Fact]
    public async Task Cash()
    {
        var report = await Serving("/user/margins", "margins.json").CashAsync();

        report.Balances.ShouldBe(
            [new ReportedCash("equity", "INR", 99725.05000000002m), new ReportedCash("commodity", "INR", 100661.7m)]);
        report.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Transactions()
    {
        var page = await Serving("/trades", "trades.json").WithBytes("/mf/orders", RepositoryRoot.Sample("zerodha", "mf_orders.json")).TransactionsAsync();

        page.Transactions.Select(t => (t.ExternalId, t.Kind, t.Quantity, t.Price, t.Amount)).ShouldBe(
        [
            ("NSE:10000000:2021-05-31", TransactionKind.Buy, 1m, 420.65m, -420.65m),
            ("CDS:40000000:2021-05-31", TransactionKind.Buy, 1m, 72.755m, null),
            ("MCX:70000000:2021-05-31", TransactionKind.Buy, 1m, 4852m, null),
            ("MCX:90000000:2021-05-31", TransactionKind.Buy, 1m, 4852m, null),
        ]);
        page.Transactions[0].TradedAt.ShouldBe(new DateTimeOffset(2021, 5, 31, 3, 46, 39, TimeSpan.Zero));
        page.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Identity_and_account()
    {
        var kite = Serving("/user/profile", "profile.json");

        (await Kite.Broker.CheckAsync(kite.Session, CancellationToken.None)).ShouldBe(new BrokerIdentity("AB1234", "AxAx Bxx"));
        (await Kite.Broker.ListAccountsAsync(kite.Session, CancellationToken.None)).ShouldBe([new ReportedAccount("AB1234", "AxAx Bxx", "INR")]);
    }

    [Fact]
    public async Task Login()
    {
        var kite = Serving("/session/token", "generate_session.json");
        var answer = new LoginAnswer(new Dictionary<string, string> { ["state"] = "s", ["status"] = "success", ["request_token"] = "r" });

        var step = await Kite.Broker.ContinueLoginAsync(
            kite.Session, new LoginRequest("s", new Uri("https://kite.zerodha.com/connect/login")), answer, CancellationToken.None);

        var done = step.ShouldBeOfType<LoginStep.Done>();
        done.Identity.ShouldBe(new BrokerIdentity("XX0000", "Kite Connect"));
        done.Token.ExpiresAt.ShouldBe(new DateTimeOffset(2021, 1, 2, 0, 30, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_documented_error()
    {
        var kite = new Kite().WithBytes(
            "/portfolio/holdings", RepositoryRoot.Sample("zerodha", "error-token-documented.json"), System.Net.HttpStatusCode.Forbidden);

        (await Should.ThrowAsync<BrokerException>(kite.HoldingsAsync)).Kind.ShouldBe(BrokerErrorKind.AuthExpired);
    }

    [Theory]
    [InlineData("instruments_all.csv")]
    [InlineData("instruments_nse.csv")]
    public async Task Instruments(string file)
    {
        var kite = Serving("/instruments", file);

        var list = await Kite.Broker.ReadInstrumentsAsync(kite.Session, CancellationToken.None).ToListAsync();

        list.ShouldContain(new ListedInstrument("CENTRALBK", "CENTRALBK-BE", "NSE", "CENTRAL BANK OF INDIA", null));
        var rows = RepositoryRoot.Sample("zerodha", file).Count(character => character == '\n');
        list.Count.ShouldBeInRange(rows - 1, rows);
    }
}
