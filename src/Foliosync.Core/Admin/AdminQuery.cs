using System.Globalization;

namespace Foliosync.Core.Admin;

/// <summary>One condition on a column.</summary>
/// <param name="Column">The column.</param>
/// <param name="Operator">How it compares.</param>
/// <param name="Value">With what, as it is written in the address.</param>
public sealed record AdminFilter(AdminColumn Column, AdminOperator Operator, string Value)
{
    /// <summary>The parameter of the address, for example <c>quantity.greater</c>.</summary>
    public string Parameter => Operator == AdminOperator.Is ? Column.Name : $"{Column.Name}.{AdminOperators.NameOf(Operator)}";

    /// <summary>The values of a list; a comma in a value is written <c>\,</c>.</summary>
    public IReadOnlyList<string> Values => [.. Value.Replace("\\,", "\u0001", StringComparison.Ordinal).Split(',').Select(v => v.Replace('\u0001', ','))];

    /// <summary>The ends of a range.</summary>
    /// <exception cref="InputException">There are not two of them.</exception>
    public (string From, string To) Ends => Value.Split("..") is [{ Length: > 0 } from, { Length: > 0 } to]
        ? (from, to)
        : throw new InputException("Give both ends with two points between them, like 1..5.", Parameter);

    /// <summary>The filter of a parameter; null when there is no such column.</summary>
    /// <exception cref="InputException">Column or operator are there and do not go together, or the value is none of the column.</exception>
    public static AdminFilter? Of(AdminTable table, string parameter, string value)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(parameter);
        var found = table.Find(parameter);
        var operation = AdminOperator.Is;
        if (found is null && parameter.LastIndexOf('.') is > 0 and var dot && AdminOperators.Find(parameter[(dot + 1)..]) is { } named)
        {
            (found, operation) = (table.Find(parameter[..dot]), named);
        }

        if (found is null)
        {
            return null;
        }

        var filter = new AdminFilter(found, operation, value);
        if (!found.Operators.Contains(operation))
        {
            throw new InputException($"'{found.Name}' can be filtered by: {string.Join(", ", found.Operators.Select(AdminOperators.NameOf))}.", parameter);
        }

        filter.Check();
        return filter;
    }

    private void Check()
    {
        try
        {
            IEnumerable<string> values = Operator switch
            {
                AdminOperator.Empty => Value is "yes" or "no" ? [] : throw new InputException("Write yes or no.", Parameter),
                AdminOperator.Contains or AdminOperator.ContainsNot => [],
                AdminOperator.Between or AdminOperator.BetweenNot => [Ends.From, Ends.To],
                AdminOperator.In or AdminOperator.InNot when Values.Count > AdminQuery.MaxListed =>
                    throw new InputException($"Give at most {AdminQuery.MaxListed} values.", Parameter),
                AdminOperator.In or AdminOperator.InNot => Values,
                _ => [Value],
            };
            foreach (var value in values)
            {
                if (Column.Kind != AdminKind.Text && value.Length == 0)
                {
                    throw new InputException("Give a value.", Parameter);
                }

                _ = value.Length == 0 ? null : Column.Kind == AdminKind.Text ? value : Column.Parse(value);
            }
        }
        catch (InputException e)
        {
            throw new InputException(e.Message, Parameter);
        }
    }
}

/// <summary>A column that the list is sorted by.</summary>
/// <param name="Column">The column.</param>
/// <param name="Descending">True for the largest first.</param>
public sealed record AdminSort(AdminColumn Column, bool Descending);

/// <summary>What is asked of a list; it is the query of its address, and the same on the command line and in the API.</summary>
public sealed record AdminQuery
{
    /// <summary>The sizes of a page that are offered.</summary>
    public static readonly IReadOnlyList<int> Sizes = [20, 50, 100, 200];

    internal const int MaxListed = 1000;

    private const int DefaultSize = 50;
    private const int MaxSize = 1000;

    /// <summary>The table.</summary>
    public required AdminTable Table { get; init; }

    /// <summary>Conditions; all of them hold.</summary>
    public IReadOnlyList<AdminFilter> Filters { get; init; } = [];

    /// <summary>Text of the search box; null for none.</summary>
    public string? Search { get; init; }

    /// <summary>Order that was asked for; empty for that of the table.</summary>
    public IReadOnlyList<AdminSort> Sort { get; init; } = [];

    /// <summary>Columns that were asked for; empty for those of the table.</summary>
    public IReadOnlyList<AdminColumn> Chosen { get; init; } = [];

    /// <summary>Rows a page.</summary>
    public int Size { get; init; } = DefaultSize;

    /// <summary>The cursor after which the page begins; null for the first page.</summary>
    public string? After { get; init; }

    /// <summary>The cursor before which the page ends; null for the first page.</summary>
    public string? Before { get; init; }

    /// <summary>The columns to show.</summary>
    public IReadOnlyList<AdminColumn> Shown => Chosen.Count > 0 ? Chosen : Table.Listed;

    /// <summary>The order of the rows: what was asked for, and the key, so that no two rows are in the same place.</summary>
    public IReadOnlyList<AdminSort> Order
    {
        get
        {
            var order = Sort.Count > 0 ? [.. Sort] : ParseSort(Table, Table.Spec.Sort).ToList();
            var last = order[^1].Descending;
            order.AddRange(Table.Key.Where(k => order.All(s => s.Column != k)).Select(k => new AdminSort(k, last)));
            return order;
        }
    }

    /// <summary>True when anything narrows the list.</summary>
    public bool IsNarrowed => Filters.Count > 0 || Search is not null;

    /// <summary>Reads the parameters of an address.</summary>
    /// <exception cref="InputException">One of them cannot be used; the field is its name.</exception>
    public static AdminQuery Of(AdminTable table, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var query = new AdminQuery { Table = table };
        foreach (var (name, value) in parameters.Where(p => p.Value.Length > 0))
        {
            query = name switch
            {
                "q" => query with { Search = value.Trim() is { Length: > 0 } text ? text : null },
                "sort" => query with { Sort = ParseSort(table, value) },
                "columns" => query with { Chosen = [.. query.Chosen, .. value.Split(',').Select(table.Column)] },
                "limit" => query with { Size = ParseSize(value) },
                "after" => query with { After = value },
                "before" => query with { Before = value },
                _ => query with
                {
                    Filters = [.. query.Filters, AdminFilter.Of(table, name, value) ?? throw new InputException(
                        $"There is no column '{name}' in {table.Name}. There are: {string.Join(", ", table.Columns.Select(c => c.Name))}.", name)],
                },
            };
        }

        return query;
    }

    /// <summary>The parameters of the address that asks this.</summary>
    public IEnumerable<KeyValuePair<string, string>> ToParameters()
    {
        if (Search is not null)
        {
            yield return new("q", Search);
        }

        foreach (var filter in Filters)
        {
            yield return new(filter.Parameter, filter.Value);
        }

        if (Sort.Count > 0)
        {
            yield return new("sort", string.Join(',', Sort.Select(s => (s.Descending ? "-" : string.Empty) + s.Column.Name)));
        }

        if (Chosen.Count > 0)
        {
            yield return new("columns", string.Join(',', Chosen.Select(c => c.Name)));
        }

        if (Size != DefaultSize)
        {
            yield return new("limit", Size.ToString(CultureInfo.InvariantCulture));
        }

        if (After is not null)
        {
            yield return new("after", After);
        }

        if (Before is not null)
        {
            yield return new("before", Before);
        }
    }

    private static List<AdminSort> ParseSort(AdminTable table, string text) =>
        [.. text.Split(',').Select(s => s.StartsWith('-') ? new AdminSort(table.Column(s[1..]), true) : new AdminSort(table.Column(s), false)).DistinctBy(s => s.Column)];

    private static int ParseSize(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size is >= 1 and <= MaxSize
        ? size
        : throw new InputException($"The limit must be a number from 1 to {MaxSize}.", "limit");
}
