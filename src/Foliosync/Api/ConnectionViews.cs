using System.Text.Json;
using Foliosync.Core;
using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Api;

/// <summary>One login at one broker. Credentials never leave the server.</summary>
/// <param name="Id">Id.</param>
/// <param name="PortfolioId">The portfolio its accounts count for.</param>
/// <param name="Broker">The broker's id.</param>
/// <param name="Label">What the person calls it.</param>
/// <param name="Reads">What it reads: holdings, positions, funds, cash, transactions.</param>
/// <param name="UnsupportedReads">Of these, what the broker refuses to this login.</param>
/// <param name="State">Whether it works, and who has to act.</param>
/// <param name="Accounts">The accounts found so far.</param>
/// <param name="Session">The broker's session.</param>
/// <param name="LastSuccessAt">When it last synced; null before the first time.</param>
/// <param name="SyncInterval">The person's own time between two scheduled syncs, like 00:30:00; null to follow the broker and the instance.</param>
/// <param name="NextSyncAt">When it syncs next, a hold of its broker included; null while it waits for a person, or its broker is paused.</param>
/// <param name="Pause">Why it waits although nothing is wrong with it; null while neither it nor its broker is paused.</param>
/// <param name="LastRun">The last run; null before the first.</param>
/// <param name="ConsecutiveFailures">Faults since the last success.</param>
/// <param name="CreatedAt">When it was made.</param>
internal sealed record ConnectionView(
    Guid Id,
    Guid PortfolioId,
    string Broker,
    string Label,
    IReadOnlyList<string> Reads,
    IReadOnlyList<string> UnsupportedReads,
    ConnectionState State,
    IReadOnlyList<ConnectionAccountView> Accounts,
    SessionView Session,
    DateTimeOffset? LastSuccessAt,
    string? SyncInterval,
    DateTimeOffset? NextSyncAt,
    PauseView? Pause,
    SyncRunView? LastRun,
    int ConsecutiveFailures,
    DateTimeOffset CreatedAt)
{
    /// <summary>Views of the connections in a query, in its order.</summary>
    public static async Task<List<ConnectionView>> ReadAsync(
        FoliosyncDb db, IQueryable<BrokerConnection> connections, CancellationToken cancellationToken)
    {
        var rows = await connections.AsNoTracking().Include(c => c.Sync).Include(c => c.Accounts).AsSplitQuery().ToListAsync(cancellationToken);
        var runIds = rows.Where(c => c.Sync!.LastRunId is not null).Select(c => c.Sync!.LastRunId!.Value).ToList();
        var runs = runIds.Count == 0
            ? []
            : await db.SyncRuns.AsNoTracking().Where(r => runIds.Contains(r.Id)).ToDictionaryAsync(r => r.Id, cancellationToken);
        var holds = await db.BrokerHealth.AsNoTracking().Where(h => h.HeldUntil != null)
            .ToDictionaryAsync(h => h.BrokerId, h => h.HeldUntil!.Value, cancellationToken);
        var paused = await db.BrokerSettings.AsNoTracking().Where(b => b.PausedAt != null)
            .ToDictionaryAsync(b => b.BrokerId, b => new PauseView(PauseView.Broker, b.PausedAt, b.PauseReason), cancellationToken);
        return [.. rows.Select(c => Of(
            c,
            c.Sync!.LastRunId is { } id ? runs.GetValueOrDefault(id) : null,
            holds,
            c.Sync.State switch
            {
                ConnectionState.Paused => new PauseView(PauseView.Connection, null, c.Sync.PauseReason),
                ConnectionState.Closed => null,
                _ => paused.GetValueOrDefault(c.BrokerId),
            }))];
    }

    // A broker that is held back is not called before its time, whatever is due.
    private static DateTimeOffset? NextOf(BrokerConnection c, Dictionary<string, DateTimeOffset> holds) =>
        c.Sync!.NextSyncAt is { } next && holds.TryGetValue(c.BrokerId, out var held) && held > next ? held : c.Sync.NextSyncAt;

    private static ConnectionView Of(BrokerConnection c, SyncRun? lastRun, Dictionary<string, DateTimeOffset> holds, PauseView? pause) => new(
        c.Id,
        c.PortfolioId,
        c.BrokerId,
        c.Label,
        ReadKindNames.ToNames(c.Reads),
        ReadKindNames.ToNames(c.UnsupportedReads),
        c.Sync!.State,
        [.. c.Accounts.OrderBy(a => a.ExternalId, StringComparer.Ordinal).Select(a => new ConnectionAccountView(a.Id, a.ExternalId, a.Name))],
        new SessionView(c.SessionExpiresAt, c.Sync.SessionSince, c.Sync.SessionCheckedAt),
        c.Sync.LastSuccessAt,
        SyncIntervals.ToText(c.SyncInterval),
        pause is null ? NextOf(c, holds) : null,
        pause,
        lastRun is null ? null : SyncRunView.Of(lastRun),
        c.Sync.ConsecutiveFailures,
        c.CreatedAt);
}

/// <summary>Why a connection waits although nothing is wrong with it.</summary>
/// <param name="What">What is paused: <c>broker</c>, by whoever runs the instance and for everyone, or <c>connection</c>.</param>
/// <param name="Since">Since when the broker is paused; null for a connection.</param>
/// <param name="Reason">The reason that was given; null when none was.</param>
internal sealed record PauseView(string What, DateTimeOffset? Since, string? Reason)
{
    public const string Broker = "broker";
    public const string Connection = "connection";
}

/// <summary>An account of a connection.</summary>
internal sealed record ConnectionAccountView(Guid Id, string ExternalId, string Name);

/// <summary>The broker's session.</summary>
/// <param name="ExpiresAt">When it ends; null when there is none or its end is not known.</param>
/// <param name="Since">When it was received; null when there is none.</param>
/// <param name="CheckedAt">When the broker last confirmed it; null when it has not yet.</param>
internal sealed record SessionView(DateTimeOffset? ExpiresAt, DateTimeOffset? Since, DateTimeOffset? CheckedAt);

/// <summary>A new connection.</summary>
/// <param name="PortfolioId">The portfolio its accounts count for.</param>
/// <param name="Broker">The broker's id.</param>
/// <param name="Label">What the person calls it; the broker's name if not given.</param>
/// <param name="Credentials">Values by key of the broker's credentials.</param>
/// <param name="Session">A session the person has already.</param>
/// <param name="Reads">What to read; everything the broker can if not given.</param>
/// <param name="SyncInterval">An own time between two scheduled syncs, like 00:30:00; as the broker and the instance suggest if not given.</param>
internal sealed record ConnectionInput(
    string? PortfolioId,
    string? Broker,
    string? Label,
    Dictionary<string, string>? Credentials,
    SessionInput? Session,
    string[]? Reads,
    string? SyncInterval);

/// <summary>A session at the broker.</summary>
/// <param name="Token">What the broker gave.</param>
/// <param name="ExpiresAt">When it ends; null when not known.</param>
internal sealed record SessionInput(string? Token, DateTimeOffset? ExpiresAt);

/// <summary>Changes of a connection; what is missing stays. An empty interval follows the broker and the instance again.</summary>
internal sealed record ConnectionPatch(string? Label, string[]? Reads, string? PortfolioId, string? SyncInterval);

/// <summary>What the person typed, for brokers that ask here.</summary>
/// <param name="Answers">Values by key of what was asked.</param>
internal sealed record LoginInput(Dictionary<string, string>? Answers);

/// <summary>The next step of a login.</summary>
/// <param name="RedirectUrl">Where to send the browser; null when the broker asks here or the login is complete.</param>
/// <param name="Ask">What to ask the person for and send back as <c>answers</c>; null when there is nothing to ask.</param>
/// <param name="Completed">True when the login is complete and a sync is queued.</param>
internal sealed record LoginView(Uri? RedirectUrl, IReadOnlyList<CredentialFieldView>? Ask, bool Completed);

/// <summary>A run that waits for a worker.</summary>
internal sealed record QueuedRun(Guid RunId);

/// <summary>Reads the credentials of a body that has them directly or under <c>credentials</c>.</summary>
internal static class CredentialsBody
{
    /// <exception cref="InputException">The body is not an object of texts. The message repeats no value.</exception>
    public static Dictionary<string, string> Read(JsonElement body)
    {
        var values = body;
        if (body.ValueKind == JsonValueKind.Object && body.TryGetProperty("credentials", out var inner) && inner.ValueKind == JsonValueKind.Object)
        {
            values = inner;
        }

        if (values.ValueKind != JsonValueKind.Object)
        {
            throw new InputException("Send the credentials as an object of names and texts.", "credentials");
        }

        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in values.EnumerateObject())
        {
            result[property.Name] = property.Value.ValueKind switch
            {
                JsonValueKind.String => property.Value.GetString()!,
                JsonValueKind.Null => string.Empty,
                _ => throw new InputException($"The credential '{property.Name}' must be a text.", $"credentials.{property.Name}"),
            };
        }

        return result;
    }
}
