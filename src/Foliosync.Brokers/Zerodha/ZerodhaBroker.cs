using System.Runtime.CompilerServices;
using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Zerodha;

/// <summary>Zerodha through Kite Connect v3, read-only, and the files of Console for the time before.</summary>
internal sealed class ZerodhaBroker : IBroker, IHoldingsSource, IPositionsSource, IFundsSource, ICashSource, ITransactionsSource,
    IInstrumentSource, IStatementReader, IInteractiveLogin
{
    public const string ApiKey = "apiKey";
    public const string ApiSecret = "apiSecret";

    private const string PrintableText = "[!-~]+";

    private readonly TableStatements _statements = new(
        new ZerodhaTradebook(), new ZerodhaLedger(), new ZerodhaHoldingsStatement(), new ZerodhaKiteHoldings());

    public BrokerManifest Manifest { get; } = new()
    {
        Id = "zerodha",
        Name = "Zerodha",
        Country = "IN",
        Homepage = new Uri("https://zerodha.com"),
        DocsUrl = new Uri("https://kite.trade/docs/connect/v3/"),
        ApiUrl = new Uri("https://api.kite.trade"),
        LoginUrl = new Uri("https://kite.zerodha.com/connect/login"),
        Hosts = ["api.kite.trade"],
        Credentials =
        [
            new CredentialField(ApiKey, "API key", CredentialKind.Text)
            {
                Help = "Of your own app at developers.kite.trade. The free Personal plan is enough.",
                Pattern = PrintableText,
            },
            new CredentialField(ApiSecret, "API secret", CredentialKind.Secret)
            {
                Help = "Beside the API key at developers.kite.trade.",
                Pattern = PrintableText,
            },
        ],
        RateLimit = new RateLimit(10, TimeSpan.FromSeconds(1), ApiKey),
        SessionRule = "A login lasts until 06:00 in India; logging in once each trading day is required by law.",
        Unattended = false,
        Maturity = BrokerMaturity.Experimental,
        TimeZone = "Asia/Kolkata",
        // The market closes at 15:30; by then the trades of the day are all there, and they are told on this day only.
        SyncTimes = [new TimeOnly(15, 45)],
        HistoryDepth = TimeSpan.Zero,
        AverageIsFifo = true,
        KnownAnswers = ZerodhaFields.All,
    };

    public async Task<BrokerIdentity> CheckAsync(BrokerSession session, CancellationToken cancellationToken)
    {
        var profile = await ZerodhaApi.GetAsync(session, "user/profile", ZerodhaJson.Default.Profile, cancellationToken);
        return profile.UserId.Length > 0
            ? ZerodhaLogin.IdentityOf(profile.UserId, profile.UserName)
            : throw ZerodhaErrors.Unreadable("user/profile", "data.user_id");
    }

    /// <summary>A Zerodha login has one account.</summary>
    public async Task<IReadOnlyList<ReportedAccount>> ListAccountsAsync(BrokerSession session, CancellationToken cancellationToken)
    {
        var identity = await CheckAsync(session, cancellationToken);
        return [new ReportedAccount(identity.UserId, identity.DisplayName, ZerodhaMapping.Currency)];
    }

    public async Task<HoldingsReport> ReadHoldingsAsync(
        BrokerSession session, ReportedAccount account, CancellationToken cancellationToken)
    {
        var rows = await ZerodhaApi.GetAsync(session, ZerodhaHoldings.Path, ZerodhaJson.Default.Holdings, cancellationToken);
        return ZerodhaHoldings.Report(rows, session.Clock.GetUtcNow());
    }

    public async Task<HoldingsReport> ReadPositionsAsync(
        BrokerSession session, ReportedAccount account, CancellationToken cancellationToken)
    {
        var positions = await ZerodhaApi.GetAsync(session, ZerodhaPositionLots.Path, ZerodhaJson.Default.Positions, cancellationToken);
        var rows = positions.Net ?? throw ZerodhaErrors.Unreadable(ZerodhaPositionLots.Path, "data.net");

        // Yesterday's purchases may be listed among the holdings by now, and still among the positions.
        var settling = ZerodhaTime.IsBeforeTrading(session.Clock.GetUtcNow()) && ZerodhaPositionLots.HasPurchases(rows)
            ? await ZerodhaApi.GetAsync(session, ZerodhaHoldings.Path, ZerodhaJson.Default.Holdings, cancellationToken)
            : null;
        return ZerodhaPositionLots.Report(rows, settling, session.Clock.GetUtcNow());
    }

    public async Task<HoldingsReport> ReadFundsAsync(
        BrokerSession session, ReportedAccount account, CancellationToken cancellationToken)
    {
        var rows = await ZerodhaApi.GetAsync(session, ZerodhaFunds.Path, ZerodhaJson.Default.Funds, cancellationToken);
        return ZerodhaFunds.Report(rows, session.Clock.GetUtcNow());
    }

    public async Task<CashReport> ReadCashAsync(BrokerSession session, ReportedAccount account, CancellationToken cancellationToken)
    {
        var margins = await ZerodhaApi.GetAsync(session, ZerodhaCash.Path, ZerodhaJson.Default.Margins, cancellationToken);
        return ZerodhaCash.Report(margins, session.Clock.GetUtcNow());
    }

    /// <summary>One page without a cursor: Kite only ever tells today's trades and the fund orders of a week.</summary>
    public async IAsyncEnumerable<TransactionsPage> ReadTransactionsAsync(
        BrokerSession session, ReportedAccount account, SyncCursor? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var trades = await ZerodhaApi.GetAsync(session, ZerodhaTrades.Path, ZerodhaJson.Default.Trades, cancellationToken);
        yield return ZerodhaTrades.Page(trades, await FindFundOrdersAsync(session, cancellationToken));
    }

    public IAsyncEnumerable<ListedInstrument> ReadInstrumentsAsync(BrokerSession session, CancellationToken cancellationToken) =>
        ZerodhaInstruments.ReadAsync(session, cancellationToken);

    public IReadOnlyList<StatementFormat> Formats => _statements.Formats;

    public Task<StatementFormat?> RecogniseAsync(Stream file, CancellationToken cancellationToken) =>
        _statements.RecogniseAsync(file, cancellationToken);

    public Task<StatementReport> ReadStatementAsync(
        StatementFormat format, Stream file, DateTimeOffset receivedAt, CancellationToken cancellationToken) =>
        _statements.ReadStatementAsync(format, file, receivedAt, cancellationToken);

    public Task<LoginStep> BeginLoginAsync(BrokerSession session, LoginRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<LoginStep>(ZerodhaLogin.Begin(session, request));
    }

    public Task<LoginStep> ContinueLoginAsync(
        BrokerSession session, LoginRequest request, LoginAnswer answer, CancellationToken cancellationToken) =>
        ZerodhaLogin.ContinueAsync(session, request, answer, cancellationToken);

    /// <summary>Null when this login may not read funds: its trades are still worth having.</summary>
    private static async Task<ZerodhaRows<ZerodhaFundOrder>?> FindFundOrdersAsync(
        BrokerSession session, CancellationToken cancellationToken)
    {
        try
        {
            return await ZerodhaApi.GetAsync(session, ZerodhaTrades.FundOrdersPath, ZerodhaJson.Default.FundOrders, cancellationToken);
        }
        catch (BrokerException failure) when (failure.Kind is BrokerErrorKind.Unsupported)
        {
            return null;
        }
    }
}
