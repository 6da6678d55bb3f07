namespace Foliosync.Brokers.Contract;

/// <summary>Reads files that a person downloaded from a broker, or exported from another program.</summary>
/// <remarks>
/// <para>
/// A broker's reader is its adapter; a reader of files that belong to no broker implements this interface alone. Pure: a reader keeps
/// nothing of the file, calls nobody, and one instance serves everyone at once.
/// </para>
/// <para>
/// The stream is readable and seekable and belongs to the caller, who also limits its size. A reader may be at any place of it afterwards.
/// </para>
/// <para>
/// Personal data in a file (name, e-mail, tax or government id, postal or bank details) turns up in no report, warning or exception. The
/// only thing that is told of the person is <see cref="StatementReport.AccountExternalId"/>, to be compared and not to be shown.
/// </para>
/// </remarks>
public interface IStatementReader
{
    /// <summary>The kinds of file this adapter reads.</summary>
    IReadOnlyList<StatementFormat> Formats { get; }

    /// <summary>Says by sheets, headers and fields, never by a name, which of <see cref="Formats"/> a file has; null when it is none of them.</summary>
    /// <exception cref="BrokerException">
    /// Of kind <see cref="BrokerErrorKind.InvalidData"/> when nobody can open the file: it is protected, damaged or dangerous. There is no
    /// point in asking another reader then.
    /// </exception>
    Task<StatementFormat?> RecogniseAsync(Stream file, CancellationToken cancellationToken);

    /// <summary>Reads one file.</summary>
    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <param name="file">The file. It must stay open until <see cref="StatementReport.Transactions"/> was read to its end.</param>
    /// <param name="receivedAt">UTC instant at which the file was handed in; it stands in for a date that the file does not have.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="BrokerException">Of kind <see cref="BrokerErrorKind.InvalidData"/> when the file is not of that format.</exception>
    Task<StatementReport> ReadStatementAsync(
        StatementFormat format, Stream file, DateTimeOffset receivedAt, CancellationToken cancellationToken);
}

/// <summary>A kind of file that a reader reads.</summary>
/// <param name="Id">Permanent id, for example <c>zerodha-tradebook</c>.</param>
/// <param name="Name">For people.</param>
/// <param name="Extensions">Usual file name endings with the dot; only a hint, a file is recognised by its content.</param>
public sealed record StatementFormat(string Id, string Name, IReadOnlyList<string> Extensions);

/// <summary>What a file said. Parts the file does not speak of are null.</summary>
public sealed record StatementReport
{
    /// <summary>
    /// The account the file names by the id that the broker's own reports use; null when it names none. For a comparison with the account
    /// that the file was handed in for; it may be personal data, so it is neither shown nor logged.
    /// </summary>
    public string? AccountExternalId { get; init; }

    /// <summary>Securities held, when the file has them. Speaks of the same things as <see cref="IHoldingsSource"/>.</summary>
    public HoldingsReport? Holdings { get; init; }

    /// <summary>Mutual funds held, when the file has them. Speaks of the same things as <see cref="IFundsSource"/>.</summary>
    public HoldingsReport? Funds { get; init; }

    /// <summary>Cash, when the file has it.</summary>
    public CashReport? Cash { get; init; }

    /// <summary>
    /// Transactions page by page, when the file has them. They are read from the file while they are asked for, so that a long file needs
    /// little memory, and can be read once. A page has at most 1,000 and no cursor. An id may come twice where the file has a trade twice: it
    /// is the same one.
    /// </summary>
    /// <exception cref="BrokerException">While reading, when the file turns out to be damaged: nothing of it should be kept then.</exception>
    public IAsyncEnumerable<TransactionsPage>? Transactions { get; init; }

    /// <summary>What a person should know, naming the row. What concerns holdings, cash or a page of transactions is told there.</summary>
    public IReadOnlyList<BrokerWarning> Warnings { get; init; } = [];
}
