using System.Text.Json;
using System.Text.Json.Nodes;
using Foliosync.Core.Admin;

namespace Foliosync.Api.Admin;

/// <summary>A table of the admin area.</summary>
/// <param name="Name">In addresses.</param>
/// <param name="Label">For people.</param>
/// <param name="About">One sentence.</param>
/// <param name="Key">Columns of the key.</param>
/// <param name="Sort">Order of the list unless another is asked for.</param>
/// <param name="Rights">What the caller may do.</param>
/// <param name="Actions">What can be done to rows beside changing and deleting them.</param>
/// <param name="Secret">The secret of a row that can be replaced and never be seen; null when it has none.</param>
/// <param name="Columns">The columns.</param>
internal sealed record AdminTableView(
    string Name,
    string Label,
    string About,
    IReadOnlyList<string> Key,
    string Sort,
    IReadOnlyList<string> Rights,
    IReadOnlyList<string> Actions,
    string? Secret,
    IReadOnlyList<AdminColumnView> Columns)
{
    public static AdminTableView Of(AdminTable table, AdminRights rights) => new(
        table.Name,
        table.Spec.Label,
        table.Spec.About,
        [.. table.Key.Select(k => k.Name)],
        table.Spec.Sort,
        [.. Enum.GetValues<AdminRight>().Where(r => rights.May(table, r)).Select(r => JsonNamingPolicy.CamelCase.ConvertName(r.ToString()))],
        [.. table.Spec.Actions.Select(a => a.Name)],
        table.Spec.Secret,
        [.. table.Columns.Select(AdminColumnView.Of)]);
}

/// <summary>A column of a table.</summary>
/// <param name="Name">In addresses and rows.</param>
/// <param name="Label">For people.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Nullable">True when it may be empty.</param>
/// <param name="Operators">How it can be filtered: <c>name=value</c> for <c>is</c>, else <c>name.operator=value</c>.</param>
/// <param name="Choices">The words it may hold, when those are few.</param>
/// <param name="Refers">The table whose rows it refers to; null for none.</param>
/// <param name="Indexed">True when filtering by it is fast.</param>
/// <param name="Listed">True when lists show it unless others are asked for.</param>
/// <param name="Searched">True when <c>q</c> looks into it.</param>
/// <param name="Editable">True when it can be changed.</param>
/// <param name="Creatable">True when a new row is given it.</param>
internal sealed record AdminColumnView(
    string Name,
    string Label,
    string Kind,
    bool Nullable,
    IReadOnlyList<string> Operators,
    IReadOnlyList<string> Choices,
    string? Refers,
    bool Indexed,
    bool Listed,
    bool Searched,
    bool Editable,
    bool Creatable)
{
    public static AdminColumnView Of(AdminColumn column) => new(
        column.Name,
        column.Label,
        JsonNamingPolicy.CamelCase.ConvertName(column.Kind.ToString()),
        column.IsNullable,
        [.. column.Operators.Select(AdminOperators.NameOf)],
        column.Choices,
        column.Refers,
        column.IsIndexed,
        column.IsListed,
        column.IsSearched,
        column.IsEdited,
        column.IsCreated);
}

/// <summary>The tables that the caller may see.</summary>
internal sealed record AdminTablesView(IReadOnlyList<AdminTableView> Items);

/// <summary>A row.</summary>
/// <param name="Key">Its key, as it is written in addresses.</param>
/// <param name="Values">By name of the column: numbers with decimals, days, instants and ids as strings.</param>
internal sealed record AdminRowView(string Key, JsonObject Values)
{
    public static AdminRowView Of(AdminRecord record) =>
        new(record.Key, ToObject(record.Table.Columns.Select(c => (c, record.Values[c.Name]))));

    public static AdminRowView Of(AdminRow row, IReadOnlyList<AdminColumn> columns) => new(row.Key, ToObject(columns.Zip(row.Values)));

    private static JsonObject ToObject(IEnumerable<(AdminColumn Column, object? Value)> values) => new(
        values.Select(v => KeyValuePair.Create<string, JsonNode?>(v.Column.Name, v.Value switch
        {
            null => null,
            bool flag => JsonValue.Create(flag),
            int number => JsonValue.Create(number),
            long number => JsonValue.Create(number),
            var other => JsonValue.Create(AdminColumn.Format(other)),
        })));
}

/// <summary>A part of a list.</summary>
/// <param name="Items">The rows.</param>
/// <param name="Next">Send it as <c>after</c> to get the next part; null when this was the last.</param>
/// <param name="Previous">Send it as <c>before</c> to get the part before; null when this was the first.</param>
internal sealed record AdminPageView(IReadOnlyList<AdminRowView> Items, string? Next, string? Previous);

/// <summary>How many rows fit.</summary>
/// <param name="Rows">The number.</param>
/// <param name="Certainty"><c>exact</c>, <c>about</c> (the database's estimate) or <c>moreThan</c> (counted up to here).</param>
internal sealed record AdminCountView(long Rows, string Certainty)
{
    public static AdminCountView Of(AdminCount count) => new(count.Rows, JsonNamingPolicy.CamelCase.ConvertName(count.Certainty.ToString()));
}

/// <summary>Rows that go with a deletion or stand against it.</summary>
/// <param name="Label">What they are.</param>
/// <param name="Rows">How many.</param>
/// <param name="Certainty">How sure that is.</param>
internal sealed record AdminConsequenceView(string Label, long Rows, string Certainty)
{
    public static AdminConsequenceView Of(AdminConsequence c) => new(c.Label, c.Rows.Rows, JsonNamingPolicy.CamelCase.ConvertName(c.Rows.Certainty.ToString()));
}

/// <summary>What would become of other rows if one were deleted.</summary>
internal sealed record AdminConsequencesView(IReadOnlyList<AdminConsequenceView> Goes, IReadOnlyList<AdminConsequenceView> Blocks);

/// <summary>Rows that somebody may mean.</summary>
internal sealed record AdminLookUpView(IReadOnlyList<AdminFound> Items);

/// <summary>A row that somebody may mean.</summary>
internal sealed record AdminFound(string Key, string Name);

/// <summary>A row that was changed.</summary>
/// <param name="Change">Takes it back, sent as <c>change</c> to <c>undo</c>; null when nothing was to change.</param>
/// <param name="Row">The row now.</param>
internal sealed record AdminChangeView(Guid? Change, AdminRowView Row);

/// <summary>Something to do to several rows.</summary>
/// <param name="Action"><c>delete</c>, <c>set</c>, or an action of the table.</param>
/// <param name="Keys">The rows; or leave it out and give <c>matching</c>.</param>
/// <param name="Matching">The query of a list, for example <c>state=failed</c>: every row that fits.</param>
/// <param name="Expected">With <c>matching</c>: how many rows there should be. If it is another number, nothing is done.</param>
/// <param name="Column">With <c>set</c>: the column.</param>
/// <param name="Value">With <c>set</c>: its value; null for none.</param>
internal sealed record AdminBulkInput(string Action, IReadOnlyList<string>? Keys, string? Matching, long? Expected, string? Column, string? Value);

/// <summary>What was done to several rows.</summary>
/// <param name="Batch">Takes it back, sent as <c>batch</c> to <c>undo</c>; null when it cannot be taken back.</param>
/// <param name="Rows">How many rows it was done to.</param>
internal sealed record AdminBulkView(Guid? Batch, int Rows);

/// <summary>A change to take back: one, or a bulk change.</summary>
internal sealed record AdminUndoInput(Guid? Change, Guid? Batch);

/// <summary>A secret to put in place of another.</summary>
internal sealed record AdminSecretInput(string Value);

/// <summary>Two instruments that are the same.</summary>
/// <param name="From">The one that goes.</param>
/// <param name="Into">The one that stays.</param>
internal sealed record MergeInput(Guid From, Guid Into);

/// <summary>A list that somebody wants to find again.</summary>
internal sealed record AdminSavedView(Guid Id, string Table, string Name, string Query);

/// <summary>A list to keep.</summary>
internal sealed record AdminSavedInput(string Table, string Name, string? Query);

/// <summary>Lists that somebody wants to find again.</summary>
internal sealed record AdminSavedViews(IReadOnlyList<AdminSavedView> Items);
