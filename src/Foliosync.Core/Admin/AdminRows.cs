using System.Security.Cryptography;
using System.Text;

namespace Foliosync.Core.Admin;

/// <summary>A row of a table.</summary>
/// <param name="Key">Its key as it is written in addresses.</param>
/// <param name="Values">One for each column that was asked for.</param>
public sealed record AdminRow(string Key, IReadOnlyList<object?> Values);

/// <summary>A part of a list.</summary>
/// <param name="Columns">What the values of the rows are.</param>
/// <param name="Rows">The rows.</param>
/// <param name="Next">Cursor of the part behind it; null when this is the last.</param>
/// <param name="Previous">Cursor of the part before it; null when this is the first.</param>
/// <param name="Names">What rows are called that these refer to, by table and key.</param>
public sealed record AdminPage(
    IReadOnlyList<AdminColumn> Columns, IReadOnlyList<AdminRow> Rows, string? Next, string? Previous, IReadOnlyDictionary<(string Table, string Key), string> Names);

/// <summary>One row with all that may be seen of it.</summary>
/// <param name="Table">Its table.</param>
/// <param name="Key">Its key as it is written in addresses.</param>
/// <param name="Values">By name of the column.</param>
/// <param name="Names">What rows are called that it refers to, by table and key.</param>
public sealed record AdminRecord(
    AdminTable Table, string Key, IReadOnlyDictionary<string, object?> Values, IReadOnlyDictionary<(string Table, string Key), string> Names)
{
    /// <summary>What it is called.</summary>
    public string Title => AdminReader.TitleOf(Table, c => Values.GetValueOrDefault(c.Name)) ?? Key;

    /// <summary>Changes with every change of what can be changed here; sent with a form so that a later change of somebody else is noticed.</summary>
    public string Version => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', Table.Edited.Select(c => $"{c.Name}={AdminColumn.Format(Values[c.Name])}"))))[..8]);

    /// <summary>A value in the form of addresses and forms.</summary>
    public string? Text(AdminColumn column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return AdminColumn.Format(Values.GetValueOrDefault(column.Name));
    }
}

/// <summary>How many rows there are.</summary>
/// <param name="Rows">The number.</param>
/// <param name="Certainty">How sure that is.</param>
public sealed record AdminCount(long Rows, AdminCertainty Certainty);

/// <summary>How sure a number of rows is. Counting all of a large table takes longer than anybody waits.</summary>
public enum AdminCertainty
{
    /// <summary>Counted.</summary>
    Exact,

    /// <summary>The database's own estimate.</summary>
    About,

    /// <summary>Counted up to here.</summary>
    MoreThan,
}

/// <summary>Rows that go with, or stand against, the deletion of others.</summary>
/// <param name="Label">What they are: the label of their table, English.</param>
/// <param name="Table">Name of their table in the admin area; null when it is not there.</param>
/// <param name="Rows">How many.</param>
public sealed record AdminConsequence(string Label, string? Table, AdminCount Rows);

/// <summary>What would become of others if rows were deleted.</summary>
/// <param name="Goes">What goes with them.</param>
/// <param name="Blocks">What refers to them and must go first.</param>
public sealed record AdminConsequences(IReadOnlyList<AdminConsequence> Goes, IReadOnlyList<AdminConsequence> Blocks);
