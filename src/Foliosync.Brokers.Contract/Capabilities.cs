namespace Foliosync.Brokers.Contract;

/// <summary>The broker reports securities held in the account: shares, exchange-traded funds, bonds.</summary>
public interface IHoldingsSource
{
    /// <summary>Reads everything the account holds, as one report.</summary>
    /// <exception cref="BrokerException">Nothing could be read. An error is never turned into an empty report.</exception>
    Task<HoldingsReport> ReadHoldingsAsync(BrokerSession session, ReportedAccount account, CancellationToken cancellationToken);
}

/// <summary>
/// The broker reports open positions apart from holdings: derivatives, and purchases of the day that are not holdings yet.
/// Units of the same instrument that both this and <see cref="IHoldingsSource"/> report are added up by the engine,
/// so the two must never report the same unit.
/// </summary>
public interface IPositionsSource
{
    /// <summary>Reads the open positions that count as owned.</summary>
    /// <exception cref="BrokerException">Nothing could be read.</exception>
    Task<HoldingsReport> ReadPositionsAsync(BrokerSession session, ReportedAccount account, CancellationToken cancellationToken);
}

/// <summary>The broker reports mutual fund units apart from holdings.</summary>
public interface IFundsSource
{
    /// <summary>Reads every mutual fund holding, one row for each fund and folio.</summary>
    /// <exception cref="BrokerException">Nothing could be read.</exception>
    Task<HoldingsReport> ReadFundsAsync(BrokerSession session, ReportedAccount account, CancellationToken cancellationToken);
}

/// <summary>The broker reports cash balances.</summary>
public interface ICashSource
{
    /// <summary>Reads every cash balance of the account. Collateral and credit lines are not cash.</summary>
    /// <exception cref="BrokerException">Nothing could be read.</exception>
    Task<CashReport> ReadCashAsync(BrokerSession session, ReportedAccount account, CancellationToken cancellationToken);
}

/// <summary>The broker reports transactions.</summary>
public interface ITransactionsSource
{
    /// <summary>
    /// Reads transactions page by page, oldest page first. The engine stores a page's cursor together with the page, so a run that
    /// breaks off goes on from the last stored page. Repeating transactions that were read before is allowed and changes nothing.
    /// </summary>
    /// <param name="session">The open session.</param>
    /// <param name="account">The account to read.</param>
    /// <param name="after">The cursor of the last page that was stored, or null for the first read.</param>
    /// <param name="cancellationToken">Stops the read between two pages.</param>
    /// <exception cref="BrokerException">The next page could not be read.</exception>
    IAsyncEnumerable<TransactionsPage> ReadTransactionsAsync(
        BrokerSession session, ReportedAccount account, SyncCursor? after, CancellationToken cancellationToken);
}

/// <summary>
/// The broker publishes a list of instruments with their names and types. The engine reads it at most once a day for each broker
/// (a day in <see cref="BrokerManifest.TimeZone"/>), and only when an instrument without a name turns up; a failure is a warning.
/// </summary>
public interface IInstrumentSource
{
    /// <summary>Streams the list; nothing is kept in memory by the adapter.</summary>
    /// <exception cref="BrokerException">The list cannot be had now.</exception>
    IAsyncEnumerable<ListedInstrument> ReadInstrumentsAsync(BrokerSession session, CancellationToken cancellationToken);
}

/// <summary>A person logs in on the broker's own page; the answer comes back by browser redirect or by typed fields.</summary>
public interface IInteractiveLogin
{
    /// <summary>Starts a login. Returns a redirect that carries <see cref="LoginRequest.State"/>, or fields to ask for.</summary>
    /// <exception cref="BrokerException">The login cannot be started with these credentials.</exception>
    Task<LoginStep> BeginLoginAsync(BrokerSession session, LoginRequest request, CancellationToken cancellationToken);

    /// <summary>Goes on with what came back, until <see cref="LoginStep.Done"/>.</summary>
    /// <exception cref="BrokerException">
    /// Of kind <see cref="BrokerErrorKind.AuthExpired"/> when the person cancelled, the answer is old or the secret is wrong.
    /// </exception>
    Task<LoginStep> ContinueLoginAsync(
        BrokerSession session, LoginRequest request, LoginAnswer answer, CancellationToken cancellationToken);
}

/// <summary>The broker can renew a session without a person.</summary>
public interface ITokenRefresh
{
    /// <summary>Trades the present token for a new one.</summary>
    /// <exception cref="BrokerException">Of kind <see cref="BrokerErrorKind.AuthExpired"/> when a person must log in again.</exception>
    Task<BrokerToken> RefreshAsync(BrokerSession session, CancellationToken cancellationToken);
}
