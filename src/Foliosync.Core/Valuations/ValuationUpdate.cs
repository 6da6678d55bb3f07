using Foliosync.Brokers.Contract;
using Foliosync.Core.Performance;
using Foliosync.Core.Storage;

namespace Foliosync.Core.Valuations;

/// <summary>New values of an account, ready to be stored.</summary>
/// <param name="Account">The account as it was read.</param>
/// <param name="State">What is known of its values now.</param>
/// <param name="From">The first month that is replaced, with all after it.</param>
/// <param name="Months">The months that take their place.</param>
internal sealed record ValuationUpdate(AccountFacts Account, ValuationState State, DateOnly From, IReadOnlyList<ValuationMonth> Months)
{
    /// <summary>The class name of what belongs to no instrument.</summary>
    public const string Cash = "cash";

    /// <summary>Everything.</summary>
    public static ValuationUpdate OfAll(AccountFacts account, AccountLedger ledger)
    {
        var buckets = Buckets.Of(ledger.Input);
        var first = buckets.Days == 0 ? (DateOnly?)null : buckets.FirstDay;
        return new ValuationUpdate(account, Known(account, ledger, first), DateOnly.MinValue, Write(account.Id, buckets, []));
    }

    /// <summary>The days from the first of the input on.</summary>
    /// <param name="account">The account.</param>
    /// <param name="ledger">What the values are computed from.</param>
    /// <param name="kept">The month of the first day, as it is stored: its days before are kept.</param>
    public static ValuationUpdate OfRange(AccountFacts account, AccountLedger ledger, IReadOnlyList<ValuationMonth> kept)
    {
        var buckets = Buckets.Of(ledger.Input);
        return new ValuationUpdate(
            account, Known(account, ledger, account.State.FirstDay), MonthOf(buckets.FirstDay), Write(account.Id, buckets, kept));
    }

    public static string NameOf(AssetClass? assetClass) => assetClass is { } known ? SqlValues.ToText(known) : Cash;

    public static AssetClass? ClassOf(string name) => name == Cash ? null : SqlValues.Parse<AssetClass>(name);

    private static ValuationState Known(AccountFacts account, AccountLedger ledger, DateOnly? first) => new()
    {
        AccountId = account.Id,
        FirstDay = first,
        LastDay = ledger.Input.Last,
        ReportedFrom = ledger.Account.ReportedFrom,
        CashFrom = ledger.Account.CashFrom,
        RangesFrom = ledger.RangesFrom,
    };

    private static List<ValuationMonth> Write(Guid accountId, Buckets buckets, IReadOnlyList<ValuationMonth> kept)
    {
        if (buckets.Days == 0)
        {
            return [];
        }

        // Whole months, so that the days that are kept have a place.
        var from = MonthOf(buckets.FirstDay);
        var shift = buckets.FirstDay.DayNumber - from.DayNumber;
        var whole = new Buckets(from, buckets.Days + shift);
        foreach (var month in kept)
        {
            MonthCode.Decode(month.Data, whole.Of(accountId, ClassOf(month.Class), month.Currency), 0, shift);
        }

        foreach (var bucket in buckets.All)
        {
            var target = whole.Of(accountId, bucket.Class, bucket.Currency);
            bucket.Values.CopyTo(target.Values, shift);
            bucket.Marks.CopyTo(target.Marks, shift);
            foreach (var flows in bucket.Flows.GroupBy(f => (f.Day, f.Kind, f.Currency)))
            {
                target.Add(flows.Key.Day + shift, flows.Key.Kind, flows.Sum(f => f.Amount), flows.Key.Currency);
            }
        }

        return [.. whole.All.SelectMany(MonthsOf)];
    }

    private static IEnumerable<ValuationMonth> MonthsOf(Bucket bucket)
    {
        var flows = bucket.Flows.ToLookup(f => MonthOf(bucket.First.AddDays(f.Day)));
        var days = bucket.Values.Length;
        for (var (month, start) = (bucket.First, 0); start < days;)
        {
            var next = month.AddMonths(1);
            var length = Math.Min(next.DayNumber - month.DayNumber, days - start);
            var values = bucket.Values.AsMemory(start, length);
            var marks = bucket.Marks.AsMemory(start, length);
            if (flows.Contains(month) || values.Span.ContainsAnyExcept(0m) || marks.Span.ContainsAnyExcept(DayMarks.None))
            {
                yield return new ValuationMonth
                {
                    AccountId = bucket.AccountId,
                    Month = month,
                    Class = NameOf(bucket.Class),
                    Currency = bucket.Currency,
                    Data = MonthCode.Encode(values.Span, marks.Span, [.. flows[month].Select(f => f with { Day = f.Day - start })]),
                };
            }

            (month, start) = (next, start + length);
        }
    }

    private static DateOnly MonthOf(DateOnly day) => new(day.Year, day.Month, 1);
}
