using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Valuations;

/// <summary>
/// Sees to it that every account is valued to this day, also those that nothing happens to, and those that an earlier version stored
/// without values.
/// </summary>
public sealed class ValuationClock(Database database, TimeProvider clock) : IRecurringJob
{
    /// <inheritdoc/>
    public string Name => "value-the-day";

    /// <inheritdoc/>
    public TimeSpan Every => TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // A day that has begun somewhere is over nowhere before it has begun everywhere.
        var yesterday = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddDays(-1);
        var script = SqlScript.For(database);
        script.Change(
            """
            insert into valuation_states (account_id, stale_from, touches, generation)
            select a.id, @ever, 1, 0 from accounts a where not exists (select 1 from valuation_states s where s.account_id = a.id)
            on conflict (account_id) do nothing
            """,
            ids: null,
            ("ever", DateOnly.MinValue));
        script.Change(
            "update valuation_states set stale_from = last_day, touches = touches + 1 where stale_from is null and last_day <= @yesterday",
            ids: null,
            ("yesterday", yesterday));
        await script.WriteAsync(database, cancellationToken).ConfigureAwait(false);
    }
}
