namespace Foliosync.Core.Performance;

/// <summary>The names of periods as people write them.</summary>
public static class PeriodWords
{
    private static readonly (string Word, PeriodName Name)[] Words =
    [
        ("1d", PeriodName.OneDay),
        ("1w", PeriodName.OneWeek),
        ("mtd", PeriodName.MonthToDate),
        ("1m", PeriodName.OneMonth),
        ("6m", PeriodName.SixMonths),
        ("ytd", PeriodName.YearToDate),
        ("1y", PeriodName.OneYear),
        ("max", PeriodName.SinceStart),
    ];

    /// <summary>All names, for messages: <c>1d, 1w, …</c>.</summary>
    public static string All { get; } = string.Join(", ", Words.Select(w => w.Word));

    /// <summary>The period of a name in any case; null when there is none of that name.</summary>
    public static PeriodName? Find(string word)
    {
        var index = Array.FindIndex(Words, w => w.Word.Equals(word, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : Words[index].Name;
    }

    /// <summary>The name of a period.</summary>
    public static string Of(PeriodName name) => Words.First(w => w.Name == name).Word;
}
