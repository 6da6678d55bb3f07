using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Tests.Connections;

/// <summary>A broker with a daily login, as strict and as simple as the tests of connections need it. No network.</summary>
internal sealed class FakeBroker : IBroker, IHoldingsSource, ICashSource, IInteractiveLogin
{
    public BrokerManifest Manifest { get; init; } = new()
    {
        Id = "fake",
        Name = "Fake",
        Country = "IN",
        Homepage = new Uri("https://fake.example/"),
        DocsUrl = new Uri("https://fake.example/docs"),
        ApiUrl = new Uri("https://api.fake.example/"),
        LoginUrl = new Uri("https://fake.example/login"),
        Hosts = ["api.fake.example"],
        SessionRule = "Lasts a day.",
        Unattended = false,
        Maturity = BrokerMaturity.Experimental,
        TimeZone = "Asia/Kolkata",
        Credentials =
        [
            new CredentialField("apiKey", "API key", CredentialKind.Text) { Pattern = "[!-~]+" },
            new CredentialField("apiSecret", "API secret", CredentialKind.Secret),
            new CredentialField("plan", "Plan", CredentialKind.Choice) { Required = false, Choices = ["free", "paid"] },
            new CredentialField("code", "Code", CredentialKind.OneTimeCode),
        ],
    };

    /// <summary>Who logs in.</summary>
    public string UserId { get; set; } = "AB1234";

    /// <summary>Thrown by every call when set.</summary>
    public BrokerException? Failure { get; set; }

    /// <summary>How many answers were exchanged for a session.</summary>
    public int Exchanges { get; private set; }

    /// <summary>What the next exchange gives.</summary>
    public string Session { get; set; } = "planted-session";

    /// <summary>How long sessions last.</summary>
    public TimeSpan SessionLength { get; set; } = TimeSpan.FromHours(12);

    public Task<BrokerIdentity> CheckAsync(BrokerSession session, CancellationToken cancellationToken) => Failure is null
        ? Task.FromResult(new BrokerIdentity(UserId, "Asha"))
        : throw Failure;

    public Task<IReadOnlyList<ReportedAccount>> ListAccountsAsync(BrokerSession session, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ReportedAccount>>([new ReportedAccount(UserId, "Asha", "INR")]);

    public Task<HoldingsReport> ReadHoldingsAsync(BrokerSession session, ReportedAccount account, CancellationToken cancellationToken) =>
        throw BrokerException.Unsupported("Not in these tests.");

    public Task<CashReport> ReadCashAsync(BrokerSession session, ReportedAccount account, CancellationToken cancellationToken) =>
        throw BrokerException.Unsupported("Not in these tests.");

    public Task<LoginStep> BeginLoginAsync(BrokerSession session, LoginRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<LoginStep>(new LoginStep.Redirect(new Uri(request.LoginPage, $"?state={request.State}")));

    public Task<LoginStep> ContinueLoginAsync(
        BrokerSession session, LoginRequest request, LoginAnswer answer, CancellationToken cancellationToken)
    {
        if (Failure is not null)
        {
            throw Failure;
        }

        Exchanges++;
        var token = new BrokerToken(new Secret(Session), session.Clock.GetUtcNow() + SessionLength);
        return Task.FromResult<LoginStep>(new LoginStep.Done(token, new BrokerIdentity(UserId, "Asha")));
    }
}
