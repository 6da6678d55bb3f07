using System.Collections.Concurrent;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Instruments;

/// <summary>
/// Fills in names from a broker's daily instrument list. The list is read at most once a day of the broker, streamed, and only while
/// some instrument of the broker has no name; it is never a reason to fail a sync.
/// </summary>
public sealed class InstrumentNames(Database database, TimeProvider clock)
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<string, BrokerList> _lists = new(StringComparer.Ordinal);

    /// <summary>Names the instruments among <paramref name="instrumentIds"/> that have none.</summary>
    /// <returns>A warning when the list could not be had; else null.</returns>
    public async Task<BrokerWarning?> FillAsync(
        IBroker broker, BrokerSession session, IReadOnlyCollection<Guid> instrumentIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(broker);
        if (broker is not IInstrumentSource source || instrumentIds.Count == 0)
        {
            return null;
        }

        var list = _lists.GetOrAdd(broker.Manifest.Id, _ => new BrokerList());
        var today = TodayOf(broker.Manifest);
        if (list.SeenOn(today).IsSupersetOf(instrumentIds))
        {
            return null;
        }

        await list.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Guid[] unseen = [.. instrumentIds.Except(list.SeenOn(today))];
            return await FillAsync(broker.Manifest, source, session, list, today, unseen, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            list.Gate.Release();
        }
    }

    private async Task<BrokerWarning?> FillAsync(
        BrokerManifest manifest,
        IInstrumentSource source,
        BrokerSession session,
        BrokerList list,
        DateOnly today,
        Guid[] ids,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var nameless = await db.InstrumentAliases.AsNoTracking()
            .Where(a => a.BrokerId == manifest.Id && ids.Contains(a.InstrumentId))
            .Join(db.Instruments.Where(i => i.Name == null), a => a.InstrumentId, i => i.Id, (a, i) => new { a.Key, i.Id })
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        if (nameless.Count > 0)
        {
            if (await ReadAsync(source, session, list, today, cancellationToken).ConfigureAwait(false) is { } warning)
            {
                return warning;
            }

            foreach (var missing in nameless)
            {
                if (list.Names.TryGetValue(missing.Key, out var name))
                {
                    await db.Instruments.Where(i => i.Id == missing.Id && i.Name == null)
                        .ExecuteUpdateAsync(u => u.SetProperty(i => i.Name, name), cancellationToken).ConfigureAwait(false);
                }
            }
        }

        list.Seen = new(today, [.. list.SeenOn(today), .. ids]);
        return null;
    }

    private DateOnly TodayOf(BrokerManifest manifest) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(clock.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById(manifest.TimeZone)).DateTime);

    private async Task<BrokerWarning?> ReadAsync(
        IInstrumentSource source, BrokerSession session, BrokerList list, DateOnly today, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (list.Day == today)
        {
            return null;
        }

        if (now < list.NotBefore)
        {
            return list.Problem;
        }

        try
        {
            var names = new Dictionary<string, string>(StringComparer.Ordinal);
            await foreach (var listed in source.ReadInstrumentsAsync(session, cancellationToken).ConfigureAwait(false))
            {
                // Derivatives have no names of their own and are nine tenths of the list.
                if (!string.IsNullOrWhiteSpace(listed.Name) && listed.AssetClass is not (AssetClass.Future or AssetClass.Option))
                {
                    names.TryAdd(listed.BrokerKey, listed.Name);
                }
            }

            (list.Names, list.Day) = (names, today);
            return null;
        }
        catch (BrokerException e)
        {
            list.NotBefore = now + PauseAfterFailure;
            list.Problem = new BrokerWarning("instrument-names-unavailable", $"Names of new instruments could not be read: {e.Message}");
            return list.Problem;
        }
    }

    private sealed class BrokerList
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public DateOnly? Day { get; set; }

        public Dictionary<string, string> Names { get; set; } = [];

        /// <summary>Instruments that need no second look on a day. Replaced, never changed: it is read without the gate.</summary>
        public SeenInstruments Seen { get; set; } = new(default, []);

        public DateTimeOffset NotBefore { get; set; }

        public BrokerWarning? Problem { get; set; }

        /// <summary>None on a new day: what had no name yesterday may be on today's list.</summary>
        public HashSet<Guid> SeenOn(DateOnly day) => Seen is var seen && seen.Day == day ? seen.Ids : [];
    }

    private sealed record SeenInstruments(DateOnly Day, HashSet<Guid> Ids);
}
