using System.Net;
using System.Text;
using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Tests.Contract;
using Foliosync.Brokers.Zerodha;

namespace Foliosync.Brokers.Tests.Zerodha;

/// <summary>A Kite that answers what a test wants, and a broker connected to it.</summary>
internal sealed class Kite
{
    private readonly Dictionary<string, Func<HttpResponseMessage>> _answers = [];

    /// <summary>Paths in the order they were asked for.</summary>
    public List<string> Asked { get; } = [];

    public List<(string Headers, string Body)> Sent { get; } = [];

    /// <summary>A Thursday, 15:30 in India.</summary>
    public DateTimeOffset Now { get; set; } = new(2026, 1, 15, 10, 0, 0, TimeSpan.Zero);

    public BrokerToken? Token { get; set; } = new(new Secret("access"));

    public static ZerodhaBroker Broker { get; } = new();

    public static ReportedAccount Account { get; } = new("ZZ0001", "Asha", "INR");

    public BrokerSession Session => new(
        new HttpClient(new ScriptedBorder(AnswerAsync)) { BaseAddress = new Uri("https://api.kite.trade") },
        new CredentialValues([new("apiKey", new Secret("testkey")), new("apiSecret", new Secret("testsecret"))]),
        Token,
        new FixedClock(Now));

    /// <summary>Answers <paramref name="path"/> with data in Kite's envelope.</summary>
    public Kite With(string path, string data) => WithBody(path, $$"""{"status":"success","data":{{data}}}""");

    public Kite WithBody(string path, string body, HttpStatusCode status = HttpStatusCode.OK) =>
        WithBytes(path, Encoding.UTF8.GetBytes(body), status);

    public Kite WithBytes(string path, byte[] body, HttpStatusCode status = HttpStatusCode.OK)
    {
        _answers[path] = () => new HttpResponseMessage(status) { Content = new ByteArrayContent(body) };
        return this;
    }

    public Kite WithAnswer(string path, Func<HttpResponseMessage> answer)
    {
        _answers[path] = answer;
        return this;
    }

    public Task<HoldingsReport> HoldingsAsync() => Broker.ReadHoldingsAsync(Session, Account, CancellationToken.None);

    public Task<HoldingsReport> PositionsAsync() => Broker.ReadPositionsAsync(Session, Account, CancellationToken.None);

    public Task<HoldingsReport> FundsAsync() => Broker.ReadFundsAsync(Session, Account, CancellationToken.None);

    public Task<CashReport> CashAsync() => Broker.ReadCashAsync(Session, Account, CancellationToken.None);

    public async Task<TransactionsPage> TransactionsAsync() =>
        await Broker.ReadTransactionsAsync(Session, Account, after: null, CancellationToken.None).SingleAsync();

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.PathAndQuery;
        Asked.Add(path);
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        Sent.Add((request.Headers.ToString(), body));
        return _answers.TryGetValue(path, out var answer) ? answer() : throw new InvalidOperationException($"Nobody expects {path}.");
    }
}
