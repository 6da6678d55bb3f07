using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Demo;

/// <summary>
/// An invented broker for trying things out: no network, no secrets, the same accounts for everyone, and failures on demand.
/// </summary>
internal sealed class DemoBroker : IBroker, IHoldingsSource, IFundsSource, ICashSource, ITransactionsSource, IInteractiveLogin
{
    private const string SeedKey = "seed";
    private const string SeedPattern = "[A-Za-z0-9-]{1,20}";
    private const string CodeKey = "code";
    private const int PageSize = 100;

    private static readonly TimeSpan SessionLength = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public BrokerManifest Manifest { get; } = new()
    {
        Id = "demo",
        Name = "Demo broker",
        Country = "IN",
        Homepage = new Uri("https://demo.example/"),
        DocsUrl = new Uri("https://demo.example/docs"),
        LoginUrl = new Uri("https://demo.example/login"),
        SessionRule = "No login is needed, except in the scenario \"expire\": there a login lasts one hour.",
        Unattended = true,
        Maturity = BrokerMaturity.Experimental,
        TimeZone = "Asia/Kolkata",
        Credentials =
        [
            new CredentialField(DemoScenario.CredentialKey, "Scenario", CredentialKind.Choice)
            {
                Required = false,
                Choices = DemoScenario.All,
                Help = "How the broker behaves. Start with normal, then choose a failure to see how it looks.",
            },
            new CredentialField(SeedKey, "Seed", CredentialKind.Text)
            {
                Required = false,
                Pattern = SeedPattern,
                Help = "Any number or word gives other accounts with other amounts; leave it empty for the usual ones.",
            },
        ],
    };

    /// <inheritdoc/>
    public Task<BrokerIdentity> CheckAsync(BrokerSession session, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DemoScenario.Of(session);
        return Task.FromResult(IdentityOf(session));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ReportedAccount>> ListAccountsAsync(BrokerSession session, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DemoScenario.Of(session);
        var seed = SeedOf(session);
        return Task.FromResult<IReadOnlyList<ReportedAccount>>(
            [.. DemoPlan.All.Select(plan => new ReportedAccount(WithSeed(plan.AccountId, seed), plan.Name, plan.Currency))]);
    }

    /// <inheritdoc/>
    public Task<HoldingsReport> ReadHoldingsAsync(BrokerSession session, ReportedAccount account, CancellationToken cancellationToken) =>
        ReadLotsAsync(session, account, funds: false, cancellationToken);

    /// <inheritdoc/>
    public Task<HoldingsReport> ReadFundsAsync(BrokerSession session, ReportedAccount account, CancellationToken cancellationToken) =>
        ReadLotsAsync(session, account, funds: true, cancellationToken);

    /// <inheritdoc/>
    public async Task<CashReport> ReadCashAsync(BrokerSession session, ReportedAccount account, CancellationToken cancellationToken)
    {
        await DemoScenario.EnterReadAsync(session, isHoldings: false, cancellationToken);
        var now = session.Clock.GetUtcNow();
        var ledger = LedgerOf(session, account, now);
        return new CashReport { Balances = [new ReportedCash("", account.Currency, ledger.Cash)], AsOf = now };
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<TransactionsPage> ReadTransactionsAsync(
        BrokerSession session, ReportedAccount account, SyncCursor? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await DemoScenario.EnterReadAsync(session, isHoldings: false, cancellationToken);
        var transactions = LedgerOf(session, account, session.Clock.GetUtcNow()).Transactions;

        // The ledger only ever grows at its end, so the number of transactions read is a place that stays right.
        for (var read = PlaceOf(after); read < transactions.Count; read = Math.Min(read + PageSize, transactions.Count))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = transactions.Skip(read).Take(PageSize).ToList();
            yield return new TransactionsPage(page, new SyncCursor((read + page.Count).ToString(CultureInfo.InvariantCulture)), []);
        }
    }

    /// <inheritdoc/>
    public Task<LoginStep> BeginLoginAsync(BrokerSession session, LoginRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<LoginStep>(new LoginStep.Ask(
        [
            new CredentialField(CodeKey, "One-time code", CredentialKind.OneTimeCode)
            {
                Pattern = "[0-9]{6}",
                Help = "A real broker would send you a code. Here any six digits are right.",
            },
        ]));
    }

    /// <inheritdoc/>
    public Task<LoginStep> ContinueLoginAsync(
        BrokerSession session, LoginRequest request, LoginAnswer answer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (answer.Find(CodeKey) is not { Length: 6 } code || !code.All(char.IsAsciiDigit))
            throw BrokerException.AuthExpired("The code is wrong. Type any six digits.", "WRONG_CODE");

        var expiresAt = session.Clock.GetUtcNow() + SessionLength;
        var token = new BrokerToken(new Secret($"demo-session-{expiresAt.ToUnixTimeSeconds()}"), expiresAt);
        return Task.FromResult<LoginStep>(new LoginStep.Done(token, IdentityOf(session)));
    }

    private static async Task<HoldingsReport> ReadLotsAsync(
        BrokerSession session, ReportedAccount account, bool funds, CancellationToken cancellationToken)
    {
        var scenario = await DemoScenario.EnterReadAsync(session, isHoldings: !funds, cancellationToken);
        var now = session.Clock.GetUtcNow();
        var report = new HoldingsReport
        {
            Holdings =
            [
                .. LedgerOf(session, account, now).Lots
                    .Where(lot => lot.Key.IsFund == funds)
                    .Select(lot => ToHolding(lot.Key, lot.Value, now)),
            ],
            IsComplete = true,
            AsOf = now,
        };
        return DemoScenario.Distort(scenario, report);
    }

    private static ReportedHolding ToHolding(DemoInstrument instrument, DemoLot lot, DateTimeOffset now)
    {
        var price = DemoMarket.PriceAt(instrument, now);
        return new ReportedHolding
        {
            Instrument = instrument.Reported,
            Quantity = lot.Units,
            UnsettledQuantity = lot.Unsettled,
            AveragePrice = Math.Round(lot.Cost / lot.Units, 8),
            LastPrice = price.Value,
            PricedAt = price.At,
            Folio = instrument.Folio,
        };
    }

    private static DemoLedger LedgerOf(BrokerSession session, ReportedAccount account, DateTimeOffset now)
    {
        var seed = SeedOf(session);
        var plan = DemoPlan.All.FirstOrDefault(plan => WithSeed(plan.AccountId, seed) == account.ExternalId)
            ?? throw BrokerException.Unsupported("This demo login has no such account any more. Its seed was changed.");
        return DemoLedger.Play(plan, seed, now);
    }

    private static int PlaceOf(SyncCursor? after)
    {
        if (after is null)
            return 0;

        return int.TryParse(after.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var place)
            ? place
            : throw BrokerException.InvalidData("The place to go on reading transactions is not readable.", "cursor: expected a number");
    }

    private static string? SeedOf(BrokerSession session)
    {
        var seed = session.Credentials.Find(SeedKey);
        if (string.IsNullOrEmpty(seed))
            return null;

        return Regex.IsMatch(seed, $@"^{SeedPattern}\z")
            ? seed
            : throw BrokerException.AuthExpired("The seed is not a number or a word of at most twenty letters, digits and hyphens.");
    }

    private static BrokerIdentity IdentityOf(BrokerSession session) => new(WithSeed("DEMO", SeedOf(session)), "Demo Investor");

    private static string WithSeed(string id, string? seed) => seed is null ? id : $"{id}-{seed}";
}
