using Foliosync.Core.Performance;

namespace Foliosync.Core.Valuations;

/// <summary>Works out which days a question is about.</summary>
internal static class QuestionPeriod
{
    /// <summary>The period.</summary>
    /// <param name="question">The question.</param>
    /// <param name="first">First day with data; null when there is none.</param>
    /// <param name="today">The last day there can be.</param>
    /// <exception cref="InputException">The days cannot be measured; the message says what to do.</exception>
    public static (string Name, Period Period) Of(PerformanceQuestion question, DateOnly? first, DateOnly today)
    {
        if (question.Period is { } word)
        {
            if (question.From is not null || question.To is not null)
            {
                throw new InputException("Give a named period, or from and to, and not both.", "period");
            }

            var name = PeriodWords.Find(word)
                ?? throw new InputException($"There is no period '{word}'. Choose one of: {PeriodWords.All}; or give from and to.", "period");
            return (PeriodWords.Of(name), Period.Of(name, today, first ?? today));
        }

        if (question.From is null && question.To is null)
        {
            return (PeriodWords.Of(PeriodName.SinceStart), Period.Of(PeriodName.SinceStart, today, first ?? today));
        }

        if (question.From > today)
        {
            throw new InputException($"The period begins on {ReturnIndex.Text(question.From.Value)}, which is after today, {ReturnIndex.Text(today)}. Choose an earlier day.", "from");
        }

        if (question.From > question.To)
        {
            throw new InputException(
                $"The period ends on {ReturnIndex.Text(question.To.Value)}, before it begins on {ReturnIndex.Text(question.From.Value)}. Swap from and to.", "to");
        }

        if (question.To < first)
        {
            throw new InputException($"There is no data before {ReturnIndex.Text(first.Value)}. Choose a later end of the period.", "to");
        }

        var to = question.To is { } end && end < today ? end : today;
        var from = question.From is { } start && (first is null || start > first) ? start : first ?? to;
        return ("custom", Period.Of(from < to ? from : to, to));
    }
}
