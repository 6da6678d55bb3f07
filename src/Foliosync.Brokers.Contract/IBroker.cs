namespace Foliosync.Brokers.Contract;

/// <summary>
/// Code for one broker. An adapter asks and translates; it never retries, sleeps, logs or stores: the engine does.
/// </summary>
/// <remarks>
/// <para>An adapter is stateless. One instance serves every user at once, from many threads.</para>
/// <para>
/// What a broker can do beyond this interface it says by implementing more of them: <see cref="IHoldingsSource"/>,
/// <see cref="IPositionsSource"/>, <see cref="IFundsSource"/>, <see cref="ICashSource"/>, <see cref="ITransactionsSource"/>,
/// <see cref="IInstrumentSource"/>, <see cref="IStatementReader"/>, <see cref="IInteractiveLogin"/>, <see cref="ITokenRefresh"/>.
/// Implementing the interface <em>is</em> the capability; there are no flags that could disagree with the code.
/// </para>
/// <para>Every method fails with <see cref="BrokerException"/> and nothing else, save <see cref="OperationCanceledException"/>.</para>
/// </remarks>
public interface IBroker
{
    /// <summary>What the engine, the forms and the documentation need to know before the first call.</summary>
    BrokerManifest Manifest { get; }

    /// <summary>Asks the broker who the credentials belong to. Called before a connection is saved and after each login.</summary>
    /// <exception cref="BrokerException">The credentials or the session do not work, or the broker cannot be asked now.</exception>
    Task<BrokerIdentity> CheckAsync(BrokerSession session, CancellationToken cancellationToken);

    /// <summary>Lists the accounts that this login can read. Never empty for a working login.</summary>
    /// <exception cref="BrokerException">The broker cannot be read; see <see cref="BrokerException.Kind"/>.</exception>
    Task<IReadOnlyList<ReportedAccount>> ListAccountsAsync(BrokerSession session, CancellationToken cancellationToken);
}
