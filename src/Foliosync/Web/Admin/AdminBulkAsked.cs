using Foliosync.Core.Admin;

namespace Foliosync.Web.Admin;

/// <summary>Something that a person wants to be done to several rows.</summary>
/// <param name="Action">What, as forms send it: <c>delete</c>, <c>set:column</c> or an action of the table.</param>
/// <param name="Label">What, for people.</param>
/// <param name="Keys">The rows.</param>
/// <param name="All">True when the rows were chosen as all that fit.</param>
/// <param name="Column">The column that is set; null for anything else.</param>
/// <param name="Value">What it is set to.</param>
/// <param name="Consequences">What a deletion brings with it; null for anything else.</param>
public sealed record AdminBulkAsked(
    string Action, string Label, IReadOnlyList<string> Keys, bool All, AdminColumn? Column, string? Value, AdminConsequences? Consequences)
{
    /// <summary>The column that an action sets; null when it sets none.</summary>
    public static AdminColumn? ColumnOf(AdminTable table, string action)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(action);
        return action.StartsWith("set:", StringComparison.Ordinal) ? table.Column(action[4..]) : null;
    }
}

/// <summary>A cell of a list that is being changed.</summary>
/// <param name="Key">Key of its row.</param>
/// <param name="Column">Its column.</param>
public sealed record AdminCell(string Key, AdminColumn Column)
{
    /// <summary>As it is written in addresses.</summary>
    public string Text => $"{Key}|{Column.Name}";
}
