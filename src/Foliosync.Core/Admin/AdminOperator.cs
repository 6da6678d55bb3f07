using System.Text.Json;

namespace Foliosync.Core.Admin;

/// <summary>How a filter compares.</summary>
public enum AdminOperator
{
    /// <summary>Equals.</summary>
    Is,

    /// <summary>Does not equal; empty counts as not equal.</summary>
    Not,

    /// <summary>Contains a text, in any case.</summary>
    Contains,

    /// <summary>Does not contain a text.</summary>
    ContainsNot,

    /// <summary>Is greater or later.</summary>
    Greater,

    /// <summary>Is smaller or earlier.</summary>
    Smaller,

    /// <summary>Lies between two values, which are part of it: <c>1..5</c>.</summary>
    Between,

    /// <summary>Does not lie between two values.</summary>
    BetweenNot,

    /// <summary>Is one of a list: <c>a,b,c</c>.</summary>
    In,

    /// <summary>Is none of a list.</summary>
    InNot,

    /// <summary>Is empty (<c>yes</c>) or is not (<c>no</c>).</summary>
    Empty,
}

/// <summary>Which operators go with which column, and what they are called in addresses.</summary>
public static class AdminOperators
{
    private static readonly AdminOperator[] Words = [AdminOperator.Is, AdminOperator.Not, AdminOperator.In, AdminOperator.InNot];
    private static readonly AdminOperator[] Texts = [AdminOperator.Contains, AdminOperator.ContainsNot, .. Words];
    private static readonly AdminOperator[] Sizes = [AdminOperator.Is, AdminOperator.Not, AdminOperator.Greater, AdminOperator.Smaller, AdminOperator.Between, AdminOperator.BetweenNot, AdminOperator.In, AdminOperator.InNot];
    private static readonly AdminOperator[] Moments = [AdminOperator.Is, AdminOperator.Not, AdminOperator.Greater, AdminOperator.Smaller, AdminOperator.Between, AdminOperator.BetweenNot];

    /// <summary>In addresses, for example <c>containsNot</c>.</summary>
    public static string NameOf(AdminOperator value) => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    /// <summary>The operator of that name; null when there is none.</summary>
    public static AdminOperator? Find(string name) =>
        Enum.TryParse<AdminOperator>(name, ignoreCase: true, out var found) && !char.IsAsciiDigit(name[0]) ? found : null;

    internal static IReadOnlyList<AdminOperator> For(AdminColumn column)
    {
        AdminOperator[] operators = column.Kind switch
        {
            AdminKind.Text => Texts,
            AdminKind.Whole or AdminKind.Number or AdminKind.Day or AdminKind.Duration => Sizes,
            AdminKind.Moment => Moments,
            AdminKind.Flag => [AdminOperator.Is, AdminOperator.Not],
            AdminKind.Choice or AdminKind.Id => Words,
            _ => [],
        };
        return column.IsNullable ? [.. operators, AdminOperator.Empty] : operators;
    }
}
