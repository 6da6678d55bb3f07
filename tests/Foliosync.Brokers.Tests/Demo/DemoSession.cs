using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Demo;
using Xunit;

namespace Foliosync.Brokers.Tests.Demo;

/// <summary>A demo login at a fixed instant, with a network that fails the test when it is touched.</summary>
internal static class DemoSession
{
    public static readonly DateTimeOffset Now = new(2026, 11, 20, 9, 30, 20, TimeSpan.Zero);

    public static DemoBroker Broker { get; } = new();

    public static BrokerSession Open(
        string? scenario = null, string? seed = null, DateTimeOffset? now = null, BrokerToken? token = null)
    {
        var credentials = new List<KeyValuePair<string, Secret>>();
        if (scenario is not null)
            credentials.Add(new("scenario", new Secret(scenario)));
        if (seed is not null)
            credentials.Add(new("seed", new Secret(seed)));

        return new BrokerSession(
            new HttpClient(new NoNetwork()), new CredentialValues(credentials), token, new StoppedClock(now ?? Now));
    }

    public static async Task<ReportedAccount> AccountAsync(BrokerSession session, string currency)
    {
        var accounts = await Broker.ListAccountsAsync(session, TestContext.Current.CancellationToken);
        return accounts.Single(account => account.Currency == currency);
    }

    public static async Task<List<ReportedTransaction>> TransactionsAsync(
        BrokerSession session, ReportedAccount account, SyncCursor? after = null)
    {
        var all = new List<ReportedTransaction>();
        await foreach (var page in Broker.ReadTransactionsAsync(session, account, after, TestContext.Current.CancellationToken))
            all.AddRange(page.Transactions);
        return all;
    }

    /// <summary>Securities and funds of an account together.</summary>
    public static async Task<List<ReportedHolding>> HoldingsAsync(BrokerSession session, ReportedAccount account)
    {
        var securities = await Broker.ReadHoldingsAsync(session, account, TestContext.Current.CancellationToken);
        var funds = await Broker.ReadFundsAsync(session, account, TestContext.Current.CancellationToken);
        return [.. securities.Holdings, .. funds.Holdings];
    }

    private sealed class NoNetwork : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("The demo broker must not use the network.");
    }

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
