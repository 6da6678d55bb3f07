using Foliosync.Core.Connections;
using Foliosync.Core.Performance;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Valuations;

/// <summary>An account, and how far it is valued.</summary>
internal sealed record AccountFacts
{
    public required Guid Id { get; init; }

    /// <summary>Main currency.</summary>
    public required string Currency { get; init; }

    public required string BrokerId { get; init; }

    /// <summary>The broker's time zone: in it a day begins and ends.</summary>
    public required TimeZoneInfo Zone { get; init; }

    /// <summary>The broker's last report; null before the first.</summary>
    public DateTimeOffset? ReportedAt { get; init; }

    public required ValuationState State { get; init; }

    /// <summary>Reads some accounts. Those that are gone are left out.</summary>
    public static async Task<IReadOnlyList<AccountFacts>> ReadAsync(
        Database database, ReadSnapshot read, BrokerCatalog catalog, IReadOnlyCollection<Guid> accountIds, CancellationToken cancellationToken)
    {
        var found = new List<AccountFacts>(accountIds.Count);
        var script = SqlScript.For(database);
        script.Query(
            """
            select a.id, a.currency, c.broker_id, a.reported_at, s.stale_from, s.touches, s.generation, s.first_day, s.last_day, s.computed_at,
                s.reported_from, s.cash_from, s.ranges_from
            from accounts a join connections c on c.id = a.connection_id left join valuation_states s on s.account_id = a.id
            where a.id {ids} order by a.id
            """,
            accountIds,
            row => found.Add(new AccountFacts
            {
                Id = row.Id(0),
                Currency = row.GetString(1),
                BrokerId = row.GetString(2),
                Zone = catalog.ZoneOf(row.GetString(2)),
                ReportedAt = row.InstantOrNull(3),
                State = new ValuationState
                {
                    AccountId = row.Id(0),
                    StaleFrom = row.DayOrNull(4),
                    Touches = row.IsDBNull(5) ? 0 : row.GetInt64(5),
                    Generation = row.IsDBNull(6) ? 0 : row.GetInt64(6),
                    FirstDay = row.DayOrNull(7),
                    LastDay = row.DayOrNull(8),
                    ComputedAt = row.InstantOrNull(9),
                    ReportedFrom = row.DayOrNull(10),
                    CashFrom = row.DayOrNull(11),
                    RangesFrom = row.DayOrNull(12),
                },
            }));
        await script.RunAsync(read.Connection, read.Transaction, cancellationToken).ConfigureAwait(false);
        return found;
    }

    /// <summary>The day on which an instant falls for the account.</summary>
    public DateOnly DayOf(DateTimeOffset at) => Period.DayOf(at, Zone);
}
