using Foliosync.Core.Connections;
using Foliosync.Core.Jobs;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Sync;

namespace Foliosync.Web.Connections;

/// <summary>How a connection is, as its pages show it.</summary>
public sealed record ConnectionStatus
{
    public required Guid Id { get; init; }

    public required Guid PortfolioId { get; init; }

    /// <summary>What the person calls it.</summary>
    public required string Label { get; init; }

    /// <summary>The broker's name; its id when there is no adapter any more.</summary>
    public required string BrokerName { get; init; }

    /// <summary>Whether it works, and who has to act.</summary>
    public required ConnectionState State { get; init; }

    /// <summary>Why an operator has paused its broker; null while it is not paused, or when the connection itself is switched off.</summary>
    public string? BrokerPaused { get; init; }

    /// <summary>Why somebody has paused the connection itself; null while it is not paused, and when no reason was given.</summary>
    public string? PauseReason { get; init; }

    /// <summary>True when only files feed it, so that nothing can be synced.</summary>
    public required bool FilesOnly { get; init; }

    /// <summary>True when a login is of use: the session is over, or the broker has sessions that a person renews.</summary>
    public required bool CanLogIn { get; init; }

    /// <summary>True when new credentials are of use: the broker refuses those there are, or there are none any more.</summary>
    public required bool NeedsKeys { get; init; }

    /// <summary>UTC instant from which the session is over; null when there is none or it does not end.</summary>
    public required DateTimeOffset? SessionEnds { get; init; }

    /// <summary>UTC instant of the last good sync; null before the first.</summary>
    public required DateTimeOffset? LastSuccessAt { get; init; }

    /// <summary>UTC instant of the next sync; null while it waits for a person.</summary>
    public required DateTimeOffset? NextSyncAt { get; init; }

    /// <summary>What the last run complained of, in one sentence; null when all is well or a person knows already.</summary>
    public required string? Problem { get; init; }

    /// <summary>The run that is queued or at work; null when none is.</summary>
    public required Guid? ActiveRun { get; init; }

    /// <summary>True when <see cref="ActiveRun"/> is at work and does not only wait for its turn.</summary>
    public required bool IsRunning { get; init; }

    /// <summary>The run whose report waits for a decision; null when none does.</summary>
    public required Guid? Review { get; init; }

    /// <summary>True when a run begins about now by itself.</summary>
    public required bool IsDue { get; init; }

    /// <summary>True while what is shown is soon another: a sync is queued, at work, or about to be.</summary>
    public bool IsBusy => ActiveRun is not null || IsDue;
}

/// <summary>All connections of a person.</summary>
internal sealed record ConnectionsModel(IReadOnlyList<Portfolio> Portfolios, IReadOnlyList<ConnectionStatus> Connections)
{
    /// <summary>By portfolio, in the order in which they were made; without those that have none.</summary>
    public IEnumerable<(Portfolio Portfolio, IReadOnlyList<ConnectionStatus> Connections)> Groups =>
        from portfolio in Portfolios
        let connections = Connections.Where(c => c.PortfolioId == portfolio.Id).ToList()
        where connections.Count > 0
        select (portfolio, (IReadOnlyList<ConnectionStatus>)connections);

    /// <summary>True while what is shown of any of them is soon another.</summary>
    public bool IsBusy => Connections.Any(c => c.IsBusy);
}

/// <summary>One connection with everything its page shows.</summary>
/// <param name="Connection">With its accounts.</param>
/// <param name="Status">How it is.</param>
/// <param name="Broker">Its broker; null when there is no adapter any more.</param>
/// <param name="Portfolios">All portfolios of the person.</param>
/// <param name="Runs">Newest first.</param>
/// <param name="OlderThan">The run after which there are more; null when these were all.</param>
internal sealed record ConnectionDetails(
    BrokerConnection Connection,
    ConnectionStatus Status,
    BrokerDescription? Broker,
    IReadOnlyList<Portfolio> Portfolios,
    IReadOnlyList<SyncRun> Runs,
    Guid? OlderThan);

/// <summary>One run with everything its page shows.</summary>
/// <param name="Run">The run.</param>
/// <param name="Connection">How its connection is now.</param>
/// <param name="HasReview">True when its report waited, or waits, for a decision.</param>
/// <param name="Earlier">The runs before it, newest first.</param>
/// <param name="AtWork">How far it is; null when nobody is at it, or its worker has not told yet.</param>
internal sealed record RunDetails(SyncRun Run, ConnectionStatus Connection, bool HasReview, IReadOnlyList<SyncRun> Earlier, RunAtWork? AtWork)
{
    /// <summary>True until the run is over.</summary>
    public bool IsBusy => Run.State is SyncRunState.Queued or SyncRunState.Running;
}
