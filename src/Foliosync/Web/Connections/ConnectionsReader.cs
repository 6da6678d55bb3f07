using Foliosync.Api;
using Foliosync.Brokers.Contract;
using Foliosync.Core;
using Foliosync.Core.Connections;
using Foliosync.Core.Jobs;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Sync.Reviews;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Web.Connections;

/// <summary>Reads what the pages of connections and their runs show.</summary>
internal sealed class ConnectionsReader(Database database, BrokerCatalog catalog, TimeProvider clock)
{
    // So many runs are shown at once.
    private const int RunRows = 20;

    // What is due is found within seconds. When it is not, nobody is at work, which a banner says.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Overdue = TimeSpan.FromMinutes(1);

    // So many runs before a run.
    private const int EarlierRuns = 5;

    /// <summary>The brokers that can be connected.</summary>
    public IReadOnlyList<BrokerDescription> Offered => [.. BrokerDescription.AllOf(catalog).Where(b => b.Enabled)];

    /// <summary>Lets the forms of a page lead to the login of any broker.</summary>
    public void AllowLogin(HttpResponse response) =>
        SecurityHeaders.AllowLogin(response, BrokerDescription.AllOf(catalog).Select(b => catalog.SettingsOf(b.Manifest.Id).LoginUrl));

    /// <summary>All connections within reach, by label.</summary>
    public async Task<ConnectionsModel> ReadAsync(OwnerScope rows, CancellationToken cancellationToken)
    {
        await using var db = database.Open(rows);
        return new ConnectionsModel(
            await db.PortfoliosAsync(cancellationToken),
            await StatusesAsync(db, db.Connections.OrderBy(c => c.Label).ThenBy(c => c.Id), cancellationToken));
    }

    /// <summary>How connections within reach are, by label.</summary>
    /// <param name="rows">What is within reach.</param>
    /// <param name="portfolioId">Those of one portfolio; null for all.</param>
    /// <param name="cancellationToken">Stops the queries.</param>
    public async Task<IReadOnlyList<ConnectionStatus>> StatusesAsync(OwnerScope rows, Guid? portfolioId, CancellationToken cancellationToken)
    {
        await using var db = database.Open(rows);
        return await StatusesAsync(
            db, db.Connections.Where(c => portfolioId == null || c.PortfolioId == portfolioId).OrderBy(c => c.Label).ThenBy(c => c.Id), cancellationToken);
    }

    /// <summary>The portfolios within reach, the oldest first.</summary>
    public async Task<List<Portfolio>> PortfoliosAsync(OwnerScope rows, CancellationToken cancellationToken)
    {
        await using var db = database.Open(rows);
        return await db.PortfoliosAsync(cancellationToken);
    }

    /// <summary>One connection.</summary>
    /// <param name="rows">What is within reach.</param>
    /// <param name="id">The connection.</param>
    /// <param name="before">Show the runs before this one; null for the newest.</param>
    /// <param name="cancellationToken">Stops the queries.</param>
    /// <exception cref="NotFoundException">There is no such connection within reach.</exception>
    public async Task<ConnectionDetails> FindAsync(OwnerScope rows, Guid id, Guid? before, CancellationToken cancellationToken)
    {
        await using var db = database.Open(rows);
        var connection = await db.Connections.AsNoTracking().Include(c => c.Sync).Include(c => c.Accounts)
            .SingleOrDefaultAsync(c => c.Id == id, cancellationToken) ?? throw new NotFoundException("connection");
        var status = await StatusOfAsync(db, id, cancellationToken);
        var runs = db.SyncRuns.AsNoTracking().Where(r => r.ConnectionId == id);
        runs = before is { } last ? runs.Where(r => r.Id < last) : runs;
        var found = await runs.OrderByDescending(r => r.Id).Take(RunRows + 1).ToListAsync(cancellationToken);
        return new ConnectionDetails(
            connection,
            status,
            BrokerDescription.Of(catalog, connection.BrokerId),
            await db.PortfoliosAsync(cancellationToken),
            [.. found.Take(RunRows)],
            found.Count > RunRows ? found[RunRows - 1].Id : null);
    }

    /// <summary>One run.</summary>
    /// <exception cref="NotFoundException">There is no such run within reach.</exception>
    public async Task<RunDetails> FindRunAsync(OwnerScope rows, Guid id, CancellationToken cancellationToken)
    {
        await using var db = database.Open(rows);
        var run = await db.SyncRuns.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancellationToken) ?? throw new NotFoundException("sync run");
        return new RunDetails(
            run,
            await StatusOfAsync(db, run.ConnectionId, cancellationToken),
            await ReviewDecisions.Of(db.Reviews.AsNoTracking(), run).AnyAsync(cancellationToken),
            await db.SyncRuns.AsNoTracking().Where(r => r.ConnectionId == run.ConnectionId && r.Id < id)
                .OrderByDescending(r => r.Id).Take(EarlierRuns).ToListAsync(cancellationToken),
            await RunAtWork.OfAsync(db, run, cancellationToken));
    }

    private async Task<ConnectionStatus> StatusOfAsync(FoliosyncDb db, Guid id, CancellationToken cancellationToken) =>
        (await StatusesAsync(db, db.Connections.Where(c => c.Id == id), cancellationToken)).SingleOrDefault() ?? throw new NotFoundException("connection");

    private async Task<List<ConnectionStatus>> StatusesAsync(
        FoliosyncDb db, IQueryable<BrokerConnection> connections, CancellationToken cancellationToken)
    {
        // First what is under way: a run that ends between the two queries is then shown as under way beside what came of it, and looked at
        // again. The other way round it would be shown as over beside what was before it, for ever.
        var active = await db.SyncRuns.AsNoTracking()
            .Where(r => connections.Any(c => c.Id == r.ConnectionId) && (r.State == SyncRunState.Queued || r.State == SyncRunState.Running))
            .OrderBy(r => r.Id)
            .Select(r => new ActiveRun(r.Id, r.ConnectionId, r.State))
            .ToListAsync(cancellationToken);
        var views = await ConnectionView.ReadAsync(db, connections, cancellationToken);
        var ids = views.ConvertAll(v => v.Id);
        var waiting = await db.Reviews.AsNoTracking()
            .Where(r => ids.Contains(r.ConnectionId) && r.State == ReviewState.Waiting)
            .Select(r => new WaitingReview(r.ConnectionId, r.LastRunId))
            .ToListAsync(cancellationToken);
        return views.ConvertAll(v => StatusOf(v, active.Find(r => r.ConnectionId == v.Id), waiting.Find(r => r.ConnectionId == v.Id)));
    }

    private ConnectionStatus StatusOf(ConnectionView view, ActiveRun? active, WaitingReview? review)
    {
        var broker = BrokerDescription.Of(catalog, view.Broker);
        return new ConnectionStatus
        {
            Id = view.Id,
            PortfolioId = view.PortfolioId,
            Label = view.Label,
            BrokerName = catalog.NameOf(view.Broker),
            State = view.State,
            BrokerPaused = view.Pause is { What: PauseView.Broker } pause ? pause.Reason ?? string.Empty : null,
            PauseReason = view.Pause is { What: PauseView.Connection } own ? own.Reason : null,
            FilesOnly = broker is { FilesOnly: true },
            CanLogIn = view.State != ConnectionState.Closed && (broker is { NeedsLogin: true } || (view.State == ConnectionState.NeedsLogin && broker is not null)),
            NeedsKeys = view.State == ConnectionState.CredentialsRejected
                || (view.State == ConnectionState.Closed && broker is not null && broker.Manifest.Credentials.Any(f => f.Kind != CredentialKind.OneTimeCode)),
            SessionEnds = view.Session.ExpiresAt,
            LastSuccessAt = view.LastSuccessAt,
            NextSyncAt = view.NextSyncAt,
            Problem = ProblemOf(view),
            ActiveRun = active?.Id,
            IsRunning = active is { State: SyncRunState.Running },
            Review = review?.RunId,
            IsDue = view.NextSyncAt - clock.GetUtcNow() is { } wait && wait < Soon && wait > -Overdue,
        };
    }

    // That a login is needed, or that a person paused it, says it all.
    private static string? ProblemOf(ConnectionView view) =>
        view.State == ConnectionState.NeedsLogin || view.State.IsOff() || view.LastRun is not { State: SyncRunState.Failed or SyncRunState.NeedsReview, Error: { } error }
            ? null
            : error.Message;

    private sealed record ActiveRun(Guid Id, Guid ConnectionId, SyncRunState State);

    private sealed record WaitingReview(Guid ConnectionId, Guid RunId);
}
