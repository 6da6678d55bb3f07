using Foliosync.Core;
using Foliosync.Core.Alerts;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync.Reviews;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Web.Alerts;

/// <summary>Reads what a person should know or do, and what is over.</summary>
internal sealed class AlertsReader(Database database)
{
    private const int MostOpen = 200;
    private const int PageSize = 50;

    /// <summary>Reads it.</summary>
    /// <param name="viewer">The person.</param>
    /// <param name="query">What was asked for.</param>
    /// <param name="cancellationToken">Stops the queries.</param>
    /// <exception cref="NotFoundException">There is no such connection of this person.</exception>
    public async Task<AlertsModel> ReadAsync(Viewer viewer, AlertsQuery query, CancellationToken cancellationToken)
    {
        await using var db = database.Open(viewer.Rows);
        var connections = await db.Connections.AsNoTracking().OrderBy(c => c.Label).Select(c => new { c.Id, c.Label }).ToListAsync(cancellationToken);
        if (query.Connection is { } wanted && connections.TrueForAll(c => c.Id != wanted))
        {
            throw new NotFoundException("connection");
        }

        var all = db.Alerts.AsNoTracking();
        all = query.Kind is null ? all : all.Where(a => a.Kind == query.Kind);
        all = query.Connection is null ? all : all.Where(a => a.ConnectionId == query.Connection);
        var open = await all.Where(a => a.ResolvedAt == null && a.DismissedAt == null).OrderByDescending(a => a.Id).Take(MostOpen).ToListAsync(cancellationToken);
        var past = all.Where(a => a.ResolvedAt != null || a.DismissedAt != null);
        past = query.After is { } after ? past.Where(a => a.Id < after) : past;
        var over = await past.OrderByDescending(a => a.Id).Take(PageSize + 1).ToListAsync(cancellationToken);
        var reviews = await db.Reviews.AsNoTracking().Where(r => r.State == ReviewState.Waiting).OrderBy(r => r.Id)
            .Select(r => new { r.ConnectionId, r.LastRunId }).ToListAsync(cancellationToken);
        var labels = connections.ToDictionary(c => c.Id, c => c.Label);
        var runs = reviews.GroupBy(r => r.ConnectionId).ToDictionary(g => g.Key, g => g.Last().LastRunId);
        return new AlertsModel
        {
            Open = [.. open.Select(Row).OrderBy(r => r.NeedsAct ? 0 : 1)],
            Past = [.. over.Take(PageSize).Select(Row)],
            Next = over.Count > PageSize ? query with { After = over[PageSize - 1].Id } : null,
            Connections = [.. connections.Select(c => (c.Id, c.Label))],
        };

        AlertRow Row(Alert a) => new(
            a,
            a.ConnectionId is { } id ? labels.GetValueOrDefault(id) : null,
            a.ConnectionId is { } of && runs.TryGetValue(of, out var run) ? run : null);
    }
}

/// <summary>What a person asked for.</summary>
/// <param name="Kind">One kind of alerts; null for all.</param>
/// <param name="Connection">One connection; null for all.</param>
/// <param name="After">Those that are over begin after this one; null for the newest.</param>
public sealed record AlertsQuery(string? Kind = null, Guid? Connection = null, Guid? After = null)
{
    /// <summary>The page's address.</summary>
    public string ToAddress()
    {
        var given = new List<KeyValuePair<string, string?>>
        {
            new("kind", Kind), new("connection", Connection?.ToString()), new("after", After?.ToString()),
        };
        return "/alerts" + QueryString.Create(given.Where(p => p.Value is not null));
    }
}

/// <summary>What the page of alerts shows.</summary>
internal sealed record AlertsModel
{
    /// <summary>What lasts and was not put aside: first what needs the person, newest first.</summary>
    public IReadOnlyList<AlertRow> Open { get; init; } = [];

    /// <summary>What is over or was put aside, newest first.</summary>
    public IReadOnlyList<AlertRow> Past { get; init; } = [];

    /// <summary>Where older ones are; null when there are none.</summary>
    public AlertsQuery? Next { get; init; }

    /// <summary>The person's connections with their labels.</summary>
    public IReadOnlyList<(Guid Id, string Label)> Connections { get; init; } = [];
}

/// <summary>An alert with the way to what it is about.</summary>
/// <param name="Alert">The alert.</param>
/// <param name="Label">What the person calls the connection; null when it is about none, or the connection is gone.</param>
/// <param name="ReviewRun">The run whose report waits for a decision; null when none does.</param>
internal sealed record AlertRow(Alert Alert, string? Label, Guid? ReviewRun)
{
    /// <summary>True when it lasts until the person does something.</summary>
    public bool NeedsAct => Alert.Kind is AlertKinds.NeedsLogin or AlertKinds.CredentialsRejected or AlertKinds.NeedsReview
        or AlertKinds.StatementDue or AlertKinds.ChannelDead or AlertKinds.WorkersDown;

    /// <summary>True when the act is to log in at the broker.</summary>
    public bool IsLogin => Alert is { Kind: AlertKinds.NeedsLogin, ConnectionId: not null } && Label is not null;

    /// <summary>Where to act or to look; null when there is no such place.</summary>
    public string? Address => Alert.Kind switch
    {
        AlertKinds.NeedsReview when ReviewRun is { } run => $"/reviews/{run}",
        AlertKinds.StatementDue when Label is not null && Alert.SubjectId is { } account => $"/import?account={account}",
        AlertKinds.ChannelDead when Alert.SubjectId is { } channel => $"/settings/notifications/{channel}",
        AlertKinds.WorkersDown => "/status",
        AlertKinds.WorkerLost or AlertKinds.SyncsLate => "/admin/monitor",
        AlertKinds.BrokerFails => "/admin/monitor/brokers",
        _ when Label is not null => $"/connections/{Alert.ConnectionId}",
        _ => null,
    };

    /// <summary>What is done there; the key of its translation.</summary>
    public string Act => Alert.Kind switch
    {
        AlertKinds.StatementDue => "Import a file",
        AlertKinds.CredentialsRejected => "Enter new ones",
        AlertKinds.ChannelDead => "Look at the channel",
        AlertKinds.WorkersDown => "See the status",
        _ => "Look at it",
    };
}
