using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Tests.Contract;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests;

/// <summary>
/// What every broker keeps. A broker derives one class that names it, and lays its recordings into <c>Recorded</c> beside that class:
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>*.http</c>: the calls of an ordinary day; <c>empty.*.http</c>: what differs for an account without anything;
/// <c>fault.*.http</c>: one file for each fault. The form is told at <see cref="Recording"/>.</item>
/// <item><c>*.approved.txt</c>: what must be read from them, one file for each thing that the broker can read.</item>
/// <item><c>login.answer.txt</c>, <c>login.cancelled.txt</c>: what comes back from the login, <c>name=value</c> a line.</item>
/// </list>
/// Everything is set up here and nothing can be overridden but the broker. What a broker does not do is not passed over: it has to be
/// absent as a capability, and from the recordings too.
/// </remarks>
public abstract partial class BrokerContractTests
{
    /// <summary>Begins every secret of these tests; where it turns up, a secret has leaked.</summary>
    private const string Planted = "PLANTED-SECRET";

    private static readonly DateTimeOffset Now = new(2026, 1, 15, 10, 0, 0, TimeSpan.Zero);

    /// <summary>Everything that can be read, in the words of the approved files.</summary>
    public static TheoryData<string> Readings => ["identity", "holdings", "positions", "funds", "cash", "transactions", "instruments", "refresh"];

    /// <summary>The broker under test.</summary>
    protected abstract IBroker Broker { get; }

    /// <summary>What is tested, for the test that every broker is.</summary>
    internal Type TestedBroker => Broker.GetType();

    private string Folder => Broker.GetType().Namespace!.Split('.')[^1];

    private string RecordedFolder => Path.Combine(AppContext.BaseDirectory, Folder, "Recorded");

    private bool UsesNetwork => Broker.Manifest.ApiUrl is not null;

    private BrokerSession Session(HttpMessageHandler border, DateTimeOffset? now = null) => new(
        new HttpClient(border) { BaseAddress = Broker.Manifest.ApiUrl },
        new CredentialValues(Broker.Manifest.Credentials
            .Where(field => field.Required)
            .Select(field => KeyValuePair.Create(field.Key, new Secret(SampleOf(field))))),
        new BrokerToken(new Secret($"{Planted}-token"), RefreshValue: new Secret($"{Planted}-refresh")),
        new FixedClock(now ?? Now));

    private BrokerSession RecordedSession() => Session(new RecordedBorder(OrdinaryDay()));

    private static string SampleOf(CredentialField field) => field.Kind switch
    {
        CredentialKind.Secret or CredentialKind.OneTimeCode => $"{Planted}-{field.Key}",
        CredentialKind.Choice => field.Choices[0],
        _ => $"sample-{field.Key}",
    };

    private IReadOnlyList<Recording> OrdinaryDay() => Recordings(name =>
        !name.StartsWith("empty.", StringComparison.Ordinal) && !name.StartsWith("fault.", StringComparison.Ordinal));

    private IReadOnlyList<Recording> EmptyAccount() =>
        [.. Recordings(name => name.StartsWith("empty.", StringComparison.Ordinal)), .. OrdinaryDay()];

    private IReadOnlyList<Recording> Faults(string fault) =>
        Recordings(name => name.StartsWith($"fault.{fault}", StringComparison.Ordinal));

    private IReadOnlyList<Recording> Recordings(Func<string, bool> wanted) => Directory.Exists(RecordedFolder)
        ? [.. Directory.EnumerateFiles(RecordedFolder, "*.http")
            .Where(file => wanted(Path.GetFileName(file)))
            .Order(StringComparer.Ordinal)
            .Select(Recording.Read)]
        : [];

    private async Task<ReportedAccount> AccountAsync() =>
        (await Broker.ListAccountsAsync(RecordedSession(), CancellationToken.None))[0];

    /// <summary>How one thing is read and written down; null when the broker does not implement its interface.</summary>
    private Func<BrokerSession, ReportedAccount, CancellationToken, Task<string>>? Find(string reading) => reading switch
    {
        "identity" => async (session, _, token) =>
            ReportText.Of(await Broker.CheckAsync(session, token), await Broker.ListAccountsAsync(session, token)),
        "holdings" when Broker is IHoldingsSource source => async (session, account, token) =>
            ReportText.Of(await source.ReadHoldingsAsync(session, account, token)),
        "positions" when Broker is IPositionsSource source => async (session, account, token) =>
            ReportText.Of(await source.ReadPositionsAsync(session, account, token)),
        "funds" when Broker is IFundsSource source => async (session, account, token) =>
            ReportText.Of(await source.ReadFundsAsync(session, account, token)),
        "cash" when Broker is ICashSource source => async (session, account, token) =>
            ReportText.Of(await source.ReadCashAsync(session, account, token)),
        "transactions" when Broker is ITransactionsSource source => async (session, account, token) =>
            ReportText.Of(await source.ReadTransactionsAsync(session, account, after: null, token).ToListAsync(token)),
        "instruments" when Broker is IInstrumentSource source => async (session, _, token) =>
            ReportText.Of(await source.ReadInstrumentsAsync(session, token).ToListAsync(token)),
        "refresh" when Broker is ITokenRefresh source => async (session, _, token) =>
            ReportText.Of(await source.RefreshAsync(session, token)),
        _ => null,
    };

    private IEnumerable<string> ImplementedReadings() => Readings.Select(row => row.Data).Where(reading => Find(reading) is not null);

    /// <summary>Runs one reading and returns what it failed with; null when it succeeded.</summary>
    private async Task<Exception?> FailureOfAsync(string reading, HttpMessageHandler border, CancellationToken cancellationToken = default)
    {
        var read = Find(reading).ShouldNotBeNull();
        var account = await AccountAsync();
        return await Record.ExceptionAsync(() => read(Session(border), account, cancellationToken));
    }

    /// <summary>Nothing to check, provided that nothing was recorded for it either.</summary>
    private void NotApplicable(string reading) => File.Exists(ApprovedFile(reading)).ShouldBeFalse(
        $"{reading} was approved once, but the broker does not implement it any more.");

    /// <summary>Nothing to check for a broker that is not read over the network.</summary>
    private void NotApplicableOffline()
    {
        Broker.Manifest.Hosts.ShouldBeEmpty("Hosts are listed, but there is no address to call.");
        Recordings(_ => true).ShouldBeEmpty("Calls were recorded, but there is no address to call.");
    }

    private string ApprovedFile(string reading) => Path.Combine(RecordedFolder, $"{reading}.approved.txt");

    private void ShouldBeApproved(string text, string reading)
    {
        var approved = ApprovedFile(reading);
        if (File.Exists(approved) && File.ReadAllText(approved).ReplaceLineEndings("\n") == text)
        {
            return;
        }

        var received = Path.Combine(RecordedFolder, $"{reading}.received.txt");
        Directory.CreateDirectory(RecordedFolder);
        File.WriteAllText(received, text);
        var expected = File.Exists(approved) ? File.ReadAllText(approved).ReplaceLineEndings("\n") : "";
        text.Split('\n').ShouldBe(expected.Split('\n'), $"If the new text is right, copy {received} to {Folder}/Recorded/{reading}.approved.txt.");
    }
}
