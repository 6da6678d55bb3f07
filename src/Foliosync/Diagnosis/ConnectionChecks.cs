using System.Globalization;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Diagnosis;

/// <summary>Checks of every connection: its adapter, credentials, session, and how old its data is.</summary>
internal sealed class ConnectionChecks(BrokerCatalog catalog, SyncSettings sync, TimeProvider clock)
{
    private const int MostNamed = 5;

    public async Task<IReadOnlyList<Finding>> ExamineAsync(FoliosyncDb db, CancellationToken cancellationToken)
    {
        var connections = await db.Connections.AsNoTracking().Include(c => c.Sync).OrderBy(c => c.Id).ToListAsync(cancellationToken);
        // One that is switched off is one that somebody has decided about.
        var wanted = connections.Where(c => c.Sync?.State.IsOff() != true).ToList();
        var fields = (await db.Credentials.AsNoTracking().Select(c => new { c.ConnectionId, c.Field }).ToListAsync(cancellationToken))
            .ToLookup(c => c.ConnectionId, c => c.Field);
        return
        [
            Adapters(wanted),
            Credentials(wanted, fields),
            Rejected(wanted),
            Sessions(wanted),
            Stale(wanted),
        ];
    }

    private Finding Adapters(List<BrokerConnection> connections)
    {
        var unknown = connections.Where(c => !catalog.TryFind(c.BrokerId, out _)).ToList();
        if (unknown.Count > 0)
        {
            return Finding.Failed(
                "adapters",
                $"This program has no adapter for {Names(unknown)}: {string.Join(", ", unknown.Select(c => c.BrokerId).Distinct())}.",
                "Install the version of Foliosync that has it, or remove the connections.");
        }

        var off = connections.Where(c => !catalog.SettingsOf(c.BrokerId).Enabled).ToList();
        return off.Count > 0
            ? Finding.Warning("adapters", $"The broker is switched off for {Names(off)}.", "Remove FOLIOSYNC_BROKERS__…__ENABLED, or pause the connections.")
            : Finding.Fine("adapters", $"Every connection has its adapter ({Count(connections.Count)}).");
    }

    private Finding Credentials(List<BrokerConnection> connections, ILookup<Guid, string> fields)
    {
        var missing = connections.Where(c => catalog.TryFind(c.BrokerId, out var broker)
            && broker.Manifest.Credentials.Any(f => f.Required && f.Kind != CredentialKind.OneTimeCode && !fields[c.Id].Contains(f.Key))).ToList();
        return missing.Count > 0
            ? Finding.Failed("credentials", $"Credentials are missing for {Names(missing)}.", "Enter them: PUT /api/v1/connections/ID/credentials, or remove and add the connection.")
            : Finding.Fine("credentials", "Every connection has its credentials.");
    }

    private static Finding Rejected(List<BrokerConnection> connections)
    {
        var rejected = connections.Where(c => c.Sync?.State == ConnectionState.CredentialsRejected).ToList();
        return rejected.Count > 0
            ? Finding.Failed("credentials-accepted", $"The broker refuses the credentials of {Names(rejected)}.", "Enter the right key and secret: PUT /api/v1/connections/ID/credentials.")
            : Finding.Fine("credentials-accepted", "No broker has refused credentials.");
    }

    private Finding Sessions(List<BrokerConnection> connections)
    {
        var now = clock.GetUtcNow();
        var old = connections.Where(c => c.Sync?.State == ConnectionState.NeedsLogin
            || (c.SessionExpiresAt <= now && catalog.TryFind(c.BrokerId, out var broker) && broker is not ITokenRefresh)).ToList();
        return old.Count > 0
            ? Finding.Failed("sessions", $"The broker's session is over for {Names(old)}.", $"Log in at the broker: foliosync connect login {old[0].Id}")
            : Finding.Fine("sessions", "No connection waits for a login.");
    }

    private Finding Stale(List<BrokerConnection> connections)
    {
        var now = clock.GetUtcNow();
        var stale = connections.Where(c => now - (c.Sync?.LastSuccessAt ?? c.CreatedAt) > Patience(c)).ToList();
        return stale.Count > 0
            ? Finding.Failed(
                "fresh-data",
                $"Data is old for {Names(stale)}; the last success was {Oldest(stale)}.",
                "Keep 'foliosync serve' running, or run 'foliosync sync'; the runs of the connection say why it failed.")
            : Finding.Fine("fresh-data", "No data is older than it should be.");
    }

    // Three missed turns, and never less than a day: markets close.
    private TimeSpan Patience(BrokerConnection connection)
    {
        var turns = sync.LongestGap(connection.BrokerId, connection.SyncInterval) * 3;
        return turns > TimeSpan.FromDays(1) ? turns : TimeSpan.FromDays(1);
    }

    private static string Oldest(List<BrokerConnection> stale) =>
        stale.Min(c => c.Sync?.LastSuccessAt) is { } instant && stale.All(c => c.Sync?.LastSuccessAt is not null)
            ? instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture)
            : "never";

    private static string Names(List<BrokerConnection> connections)
    {
        var named = string.Join(", ", connections.Take(MostNamed).Select(c => $"'{c.Label}'"));
        return connections.Count > MostNamed ? $"{named} and {connections.Count - MostNamed} more" : named;
    }

    private static string Count(int count) => count == 1 ? "1 connection" : $"{count} connections";
}
