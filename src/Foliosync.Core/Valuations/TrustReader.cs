using System.Globalization;
using Foliosync.Core.Performance;
using Foliosync.Core.Storage;
using Foliosync.Core.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Valuations;

/// <summary>Says from when on figures are told and how far they can be trusted.</summary>
internal static class TrustReader
{
    public static async Task<Trust> ReadAsync(FoliosyncDb db, MeasuredValues values, CancellationToken cancellationToken)
    {
        var period = values.Period;
        // A day in another zone begins at most one before that of UTC and ends at most one after it.
        var (from, to) = (Utc(period.Start), Utc(period.End.AddDays(2)));
        var ids = values.Accounts.Select(a => a.Id).ToList();
        var inferred = await db.Transactions.AsNoTracking()
            .Where(t => ids.Contains(t.AccountId) && t.SupersededBy == null && t.Source == TransactionSource.Inferred
                && t.TradedAt >= from && t.TradedAt < to)
            .Select(t => new { t.AccountId, t.InstrumentId, t.TradedAt, t.Confidence }).ToListAsync(cancellationToken).ConfigureAwait(false);
        var zones = values.Accounts.ToDictionary(a => a.Id);
        var confidences = inferred
            .Where(t => values.Scope.Instrument is not { } instrument || t.InstrumentId == instrument.Id)
            .Where(t => zones[t.AccountId].DayOf(t.TradedAt) is var day && day > period.Start && day <= period.End)
            .Select(t => t.Confidence).ToList();
        var reported = values.Accounts.Select(a => a.State.ReportedFrom).Max();
        var (guessed, unknown, carried, stale) = Count(values.Series, period);
        var trust = new Trust(values.First, reported, confidences.Count, confidences.Min(), guessed, unknown, carried, stale, []);
        return trust with { Notes = [.. Notes(trust, values)] };
    }

    private static (int Guessed, int Unknown, int Carried, int Stale) Count(DailySeries series, Period period)
    {
        var (guessed, unknown, carried, stale) = (0, 0, 0, 0);
        for (var day = period.Start.AddDays(1); day <= period.End; day = day.AddDays(1))
        {
            var marks = series.MarksAt(day);
            guessed += (marks & DayMarks.FlowInferred) != 0 ? 1 : 0;
            unknown += (marks & (DayMarks.PriceMissing | DayMarks.RateMissing | DayMarks.FlowUnknown)) != 0 ? 1 : 0;
            carried += (marks & DayMarks.Carried) != 0 && day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) ? 1 : 0;
            stale += (marks & DayMarks.Stale) != 0 ? 1 : 0;
        }

        return (guessed, unknown, carried, stale);
    }

    private static IEnumerable<string> Notes(Trust trust, MeasuredValues values)
    {
        if (trust.Since is not { } since)
        {
            yield return values.IsUpdating ? "Values have not been computed yet; that is being done now." : "Nothing has been held.";
            yield break;
        }

        if (since > values.Period.Start)
        {
            yield return $"Nothing is told of the time before {ReturnIndex.Text(since)}, so the figures begin there.";
        }

        if (trust.ReportedSince is { } reported && reported > values.Period.Start.AddDays(1))
        {
            yield return $"Reports of all accounts begin on {ReturnIndex.Text(reported)}; what was held before follows from the transactions.";
        }

        if (trust.InferredTransactions > 0)
        {
            var confidence = trust.LowestConfidence is { } lowest ? string.Create(CultureInfo.InvariantCulture, $", with a confidence of {lowest:0.##} or more") : string.Empty;
            yield return $"{Times(trust.InferredTransactions, "transaction was", "transactions were")} concluded from changed holdings{confidence}.";
        }

        if (trust.InferredFlowDays > 0)
        {
            yield return $"On {Times(trust.InferredFlowDays, "day", "days")} units or cash changed and no transaction says why: that counts as money that moved at the value of the day.";
        }

        if (trust.UnknownDays > 0)
        {
            yield return $"Of {Times(trust.UnknownDays, "day", "days")} a price, rate or amount is missing.";
        }

        if (trust.StaleDays > 0)
        {
            yield return $"On {Times(trust.StaleDays, "day", "days")} a price or rate is more than a week old.";
        }
    }

    private static string Times(int count, string one, string many) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many)}");

    private static DateTimeOffset Utc(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);
}
