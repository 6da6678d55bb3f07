using Foliosync.Core.Admin;
using Microsoft.Extensions.Localization;

namespace Foliosync.Web.Admin;

/// <summary>Names of what the admin area has names in code for, and values as a person writes them.</summary>
internal static class AdminWords
{
    /// <summary>An operator, as it stands between column and value.</summary>
    public static string Of(AdminOperator value, IStringLocalizer<Texts> t) => value switch
    {
        AdminOperator.Not => t["is not"],
        AdminOperator.Contains => t["contains"],
        AdminOperator.ContainsNot => t["does not contain"],
        AdminOperator.Greater => t["is greater than"],
        AdminOperator.Smaller => t["is smaller than"],
        AdminOperator.Between => t["is between"],
        AdminOperator.BetweenNot => t["is not between"],
        AdminOperator.In => t["is one of"],
        AdminOperator.InNot => t["is none of"],
        AdminOperator.Empty => t["is empty"],
        _ => t["is"],
    };

    /// <summary>A filter in words.</summary>
    public static string Of(AdminFilter filter, IReadOnlyDictionary<(string Table, string Key), string> names, IStringLocalizer<Texts> t)
    {
        var label = t[filter.Column.Label];
        if (filter.Operator == AdminOperator.Empty)
        {
            return $"{label} {(filter.Value == "yes" ? t["is empty"] : t["is not empty"])}";
        }

        var value = filter.Column.Refers is { } table && names.TryGetValue((table, filter.Value), out var name) ? name : filter.Value;
        return $"{label} {Of(filter.Operator, t)} {value}";
    }

    /// <summary>How many rows, as sure as it is.</summary>
    public static string Of(AdminCount count, Formats formats, IStringLocalizer<Texts> t) => (count.Certainty, count.Rows) switch
    {
        (AdminCertainty.About, var rows) => t["about {0} rows", formats.Number(Rounded(rows))],
        (AdminCertainty.MoreThan, var rows) => t["more than {0} rows", formats.Number(rows)],
        (_, 1) => t["1 row"],
        (_, var rows) => t["{0} rows", formats.Number(rows)],
    };

    /// <summary>A value as the person writes such.</summary>
    public static string Of(AdminColumn column, object? value, Formats formats, IStringLocalizer<Texts> t) => value switch
    {
        null => string.Empty,
        bool flag => flag ? t["yes"] : t["no"],
        decimal number => formats.Units(number),
        int or long => formats.Number(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)),
        DateOnly day => formats.Day(day),
        DateTimeOffset moment => formats.Moment(moment),
        _ => AdminColumn.Format(value) ?? string.Empty,
    };

    /// <summary>The tone of a state's badge.</summary>
    public static string? ToneOf(string? word) => word switch
    {
        "active" or "succeeded" => "good",
        "needsLogin" or "needsReview" or "queued" or "running" => "warn",
        "failed" or "failing" or "credentialsRejected" => "bad",
        "paused" or "cancelled" or "member" or "readOnly" or "read" or "write" => "quiet",
        "admin" => "info",
        _ => null,
    };

    // An estimate does not know its last digits.
    private static long Rounded(long rows)
    {
        var unit = 1L;
        while (rows / unit >= 1000)
        {
            unit *= 10;
        }

        return rows / unit * unit;
    }
}
