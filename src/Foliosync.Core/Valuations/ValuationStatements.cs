using Foliosync.Core.Instruments;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Valuations;

/// <summary>That something has changed which an account's values are made of.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="From">
/// First day whose values may be others now. Of a changed transaction or report that is <see cref="ValuationState.LedgerReach"/> days
/// before it: see <see cref="OfLedger(Guid, DateOnly)"/>.
/// </param>
internal readonly record struct ValuationTouch(Guid AccountId, DateOnly From)
{
    /// <summary>A transaction, units or cash changed at an instant.</summary>
    public static ValuationTouch OfLedger(Guid accountId, DateTimeOffset at) => OfLedger(accountId, DateOnly.FromDateTime(at.UtcDateTime));

    /// <summary>A transaction, units or cash changed on a day.</summary>
    public static ValuationTouch OfLedger(Guid accountId, DateOnly day) => Before(accountId, day, ValuationState.LedgerReach + 1);

    /// <summary>Only prices changed, at an instant.</summary>
    public static ValuationTouch OfPrices(Guid accountId, DateTimeOffset at) => Before(accountId, DateOnly.FromDateTime(at.UtcDateTime), 1);

    /// <summary>Of several for one account, the one that reaches furthest.</summary>
    public static IReadOnlyList<ValuationTouch> Merge(IEnumerable<ValuationTouch> touches) =>
        [.. touches.GroupBy(t => t.AccountId).Select(g => new ValuationTouch(g.Key, g.Min(t => t.From))).OrderBy(t => t.AccountId)];

    // The day in the broker's time zone is at most one before that of UTC; what is computed once too often is right all the same.
    private static ValuationTouch Before(Guid accountId, DateOnly day, int days) =>
        new(accountId, day.DayNumber > days ? day.AddDays(-days) : DateOnly.MinValue);
}

/// <summary>What is written of valuations. Column names are those of the generated migrations.</summary>
internal static class ValuationStatements
{
    private const string OnTouch =
        """
        on conflict (account_id) do update set touches = valuation_states.touches + 1,
            stale_from = case when valuation_states.stale_from < excluded.stale_from then valuation_states.stale_from else excluded.stale_from end
        """;

    /// <summary>Belongs into the transaction that changes the data. Each account once.</summary>
    public static readonly RowStatement<ValuationTouch> Touch = new(
        $"""
        insert into valuation_states (account_id, stale_from, touches, generation) select r.account_id, r.day, 1, 0 from {"{rows}"} where true
        {OnTouch}
        """,
        Column.Of<ValuationTouch>("account_id", t => t.AccountId),
        Column.Of<ValuationTouch>("day", t => (DateOnly?)t.From));

    /// <summary>Belongs before prices that may be new or others than before are put: the accounts that hold the instruments are touched.</summary>
    public static readonly RowStatement<Price> TouchHolders = TouchBy("holdings");

    /// <summary>The same for accounts that only transactions tell of.</summary>
    public static readonly RowStatement<Price> TouchTraders = TouchBy("transactions");

    public static readonly RowStatement<ValuationMonth> InsertMonths = new(
        """
        insert into valuation_months (account_id, month, class, currency, data) select r.account_id, r.month, r.class, r.currency, r.data from {rows}
        """,
        Column.Of<ValuationMonth>("account_id", m => m.AccountId),
        Column.Of<ValuationMonth>("month", m => (DateOnly?)m.Month),
        Column.Of<ValuationMonth>("class", m => m.Class),
        Column.Of<ValuationMonth>("currency", m => m.Currency),
        Column.Of<ValuationMonth>("data", m => m.Data));

    /// <summary>Says that values were stored, unless others did so meanwhile; tells 1 when it did. What was touched meanwhile stays so.</summary>
    public static readonly string Store =
        """
        update valuation_states set generation = generation + 1, first_day = @first, last_day = @last, computed_at = @now,
            reported_from = @reported, cash_from = @cash, ranges_from = @ranges,
            stale_from = case when touches = @touches then null else stale_from end
        where account_id = @account and generation = @generation returning 1
        """;

    private static RowStatement<Price> TouchBy(string table) => new(
        $"""
        insert into valuation_states (account_id, stale_from, touches, generation)
        select h.account_id, min(r.day), 1, 0 from {"{rows}"} left join prices p on p.instrument_id = r.instrument_id and p.day = r.day and p.source = r.source
            join {table} h on h.instrument_id = r.instrument_id
        where p.instrument_id is null or p.value <> r.value group by h.account_id order by h.account_id
        {OnTouch}
        """,
        Column.Of<Price>("instrument_id", p => p.InstrumentId),
        Column.Of<Price>("day", p => (DateOnly?)p.Day),
        Column.Of<Price>("source", p => p.Source),
        Column.Of<Price>("value", p => p.Value));
}
