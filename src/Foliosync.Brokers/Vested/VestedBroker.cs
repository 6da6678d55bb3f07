using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Vested;

/// <summary>Vested through the workbooks that a person downloads: Vested offers no API for personal accounts.</summary>
/// <remarks>
/// Should Vested document one, this class gets its address, its credentials and the interfaces of what it can be asked for, as any other
/// broker; the files stay as they are.
/// </remarks>
internal sealed class VestedBroker : IBroker, IStatementReader
{
    private readonly TableStatements _statements = new(new VestedHoldings(), new VestedTransactions());

    public BrokerManifest Manifest { get; } = new()
    {
        Id = "vested",
        Name = "Vested",
        Country = "IN",
        Homepage = new Uri("https://vestedfinance.com"),
        DocsUrl = new Uri("https://support.vestedfinance.com"),
        SessionRule = "Vested offers no API for personal accounts: there is nothing to log in to, upload its Holdings and Transactions reports.",
        Unattended = false,
        Maturity = BrokerMaturity.Experimental,
        TimeZone = "Etc/UTC",
    };

    public IReadOnlyList<StatementFormat> Formats => _statements.Formats;

    /// <summary>There is nobody to ask, so everybody is the same person; a connection holds one account's files.</summary>
    public Task<BrokerIdentity> CheckAsync(BrokerSession session, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(new BrokerIdentity("vested", "Vested"));
    }

    public Task<IReadOnlyList<ReportedAccount>> ListAccountsAsync(BrokerSession session, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<ReportedAccount>>([new ReportedAccount("vested", "US stocks", VestedMapping.Currency)]);
    }

    public Task<StatementFormat?> RecogniseAsync(Stream file, CancellationToken cancellationToken) =>
        _statements.RecogniseAsync(file, cancellationToken);

    public Task<StatementReport> ReadStatementAsync(
        StatementFormat format, Stream file, DateTimeOffset receivedAt, CancellationToken cancellationToken) =>
        _statements.ReadStatementAsync(format, file, receivedAt, cancellationToken);
}
