using System.Runtime.CompilerServices;
using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Tests.Sync;

/// <summary>A broker that says exactly what a test tells it to. No network. Each login reads its own script, named by its api key.</summary>
internal class ScriptedBroker : IBroker, IHoldingsSource, IFundsSource, ICashSource, ITransactionsSource, IInteractiveLogin
{
    private readonly Dictionary<string, Script> _scripts = [];

    public BrokerManifest Manifest => new()
    {
        Id = Id,
        Name = "Scripted",
        Country = "IN",
        Homepage = new Uri("https://scripted.example/"),
        DocsUrl = new Uri("https://scripted.example/docs"),
        LoginUrl = new Uri("https://scripted.example/login"),
        SessionRule = "Lasts a day.",
        Unattended = false,
        Maturity = BrokerMaturity.Experimental,
        TimeZone = "Asia/Kolkata",
        Credentials = [new CredentialField("apiKey", "API key", CredentialKind.Text)],
    };

    protected virtual string Id => "scripted";

    /// <summary>What one login is told.</summary>
    public sealed class Script
    {
        public string UserId { get; set; } = "AB1234";

        public List<ReportedHolding> Holdings { get; set; } = [];

        public List<ReportedHolding> Funds { get; set; } = [];

        public List<ReportedCash> Cash { get; set; } = [];

        public List<ReportedTransaction> Transactions { get; set; } = [];

        public bool IsComplete { get; set; } = true;

        public List<BrokerWarning> Warnings { get; set; } = [];

        public int SkippedRows { get; set; }

        /// <summary>Thrown instead of an answer, by the name of the read.</summary>
        public Dictionary<string, Exception> Failures { get; } = [];

        /// <summary>Awaited before holdings are read.</summary>
        public Func<CancellationToken, Task> BeforeHoldings { get; set; } = _ => Task.CompletedTask;

        public int HoldingsReads { get; set; }

        /// <summary>Thrown when holdings were asked for, which counts as a read.</summary>
        public Exception? FailAfterRead { get; set; }
    }

    public Script this[string apiKey]
    {
        get
        {
            lock (_scripts)
            {
                return _scripts.TryGetValue(apiKey, out var script) ? script : _scripts[apiKey] = new Script();
            }
        }
    }

    public Task<BrokerIdentity> CheckAsync(BrokerSession session, CancellationToken cancellationToken)
    {
        var script = Open(session, "check");
        return Task.FromResult(new BrokerIdentity(script.UserId, "Asha"));
    }

    public Task<IReadOnlyList<ReportedAccount>> ListAccountsAsync(BrokerSession session, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ReportedAccount>>([new ReportedAccount(Open(session, "accounts").UserId, "Asha", "INR")]);

    public async Task<HoldingsReport> ReadHoldingsAsync(BrokerSession session, ReportedAccount account, CancellationToken cancellationToken)
    {
        var script = Open(session, "holdings");
        script.HoldingsReads++;
        await script.BeforeHoldings(cancellationToken);
        if (script.FailAfterRead is { } failure)
        {
            throw failure;
        }

        return new HoldingsReport
        {
            Holdings = [.. script.Holdings],
            IsComplete = script.IsComplete,
            SkippedRows = script.SkippedRows,
            AsOf = session.Clock.GetUtcNow(),
            Warnings = [.. script.Warnings],
        };
    }

    public Task<HoldingsReport> ReadFundsAsync(BrokerSession session, ReportedAccount account, CancellationToken cancellationToken) =>
        Task.FromResult(new HoldingsReport { Holdings = [.. Open(session, "funds").Funds], IsComplete = true, AsOf = session.Clock.GetUtcNow() });

    public Task<CashReport> ReadCashAsync(BrokerSession session, ReportedAccount account, CancellationToken cancellationToken) =>
        Task.FromResult(new CashReport { Balances = [.. Open(session, "cash").Cash], AsOf = session.Clock.GetUtcNow() });

    public async IAsyncEnumerable<TransactionsPage> ReadTransactionsAsync(
        BrokerSession session, ReportedAccount account, SyncCursor? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        yield return new TransactionsPage([.. Open(session, "transactions").Transactions], null, []);
    }

    public Task<LoginStep> BeginLoginAsync(BrokerSession session, LoginRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<LoginStep>(new LoginStep.Redirect(new Uri(request.LoginPage, "?state=" + request.State)));

    public Task<LoginStep> ContinueLoginAsync(
        BrokerSession session, LoginRequest request, LoginAnswer answer, CancellationToken cancellationToken) =>
        Task.FromResult<LoginStep>(new LoginStep.Done(
            new BrokerToken(new Secret("session"), session.Clock.GetUtcNow().AddHours(12)), new BrokerIdentity(Open(session, "login").UserId, "Asha")));

    private Script Open(BrokerSession session, string read)
    {
        var script = this[session.Credentials.Require("apiKey")];
        return script.Failures.TryGetValue(read, out var failure) ? throw failure : script;
    }
}

/// <summary>The same, with a session that the broker renews without a person. The session before it is refused.</summary>
internal sealed class RenewingBroker : ScriptedBroker, ITokenRefresh, IHoldingsSource
{
    private int _renewals;

    protected override string Id => "renewing";

    async Task<HoldingsReport> IHoldingsSource.ReadHoldingsAsync(BrokerSession session, ReportedAccount account, CancellationToken cancellationToken) =>
        session.Token!.Value.Reveal() == "t"
            ? throw BrokerException.AuthExpired("The session is over.")
            : await ReadHoldingsAsync(session, account, cancellationToken);

    public Task<BrokerToken> RefreshAsync(BrokerSession session, CancellationToken cancellationToken) =>
        Task.FromResult(new BrokerToken(new Secret("renewed " + ++_renewals), session.Clock.GetUtcNow().AddDays(1), new Secret("next")));
}
