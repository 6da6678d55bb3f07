using System.Data.Common;
using System.Globalization;
using System.Text;

namespace Foliosync.Core.Admin;

/// <summary>
/// SQL over one table of the admin area, put together from columns of the model; every value is a parameter. Conditions, order and
/// place in the list are written so that an index can serve them.
/// </summary>
internal sealed class AdminStatement(AdminTable table, bool isPostgres)
{
    private readonly List<(string Name, AdminColumn? Column, object? Value)> _parameters = [];
    private readonly List<string> _conditions = [];
    private readonly SortedSet<string> _joins = new(StringComparer.Ordinal);

    /// <summary>What follows <c>select …</c>: table, joined rows and conditions.</summary>
    public string From => $" from {table.Sql} t{string.Concat(_joins.Select(j => table.Joins[j]))}{Where}";

    /// <summary>The conditions alone, for statements that change rows.</summary>
    public string Where => _conditions.Count == 0 ? string.Empty : " where " + string.Join(" and ", _conditions);

    /// <summary>The column in SQL; its row is joined if it is another's.</summary>
    public string Of(AdminColumn column)
    {
        if (column.IsJoined)
        {
            _joins.Add(column.Sql[..column.Sql.IndexOf('.', StringComparison.Ordinal)]);
        }

        return column.Sql;
    }

    /// <summary>A value as a parameter, in the form in which the column stores it.</summary>
    public string Value(AdminColumn column, object? value)
    {
        var name = $"@p{_parameters.Count.ToString(CultureInfo.InvariantCulture)}";
        _parameters.Add((name, column, value));
        return name;
    }

    /// <summary>Adds a condition in SQL.</summary>
    public AdminStatement And(string condition)
    {
        _conditions.Add(condition);
        return this;
    }

    /// <summary>Only the row of that key.</summary>
    public AdminStatement AndKey(IEnumerable<object> key)
    {
        foreach (var (column, value) in table.Key.Zip(key))
        {
            And($"{Of(column)} = {Value(column, value)}");
        }

        return this;
    }

    /// <summary>Only rows that fit filters and search.</summary>
    public AdminStatement AndFits(AdminQuery query)
    {
        foreach (var filter in query.Filters)
        {
            And(Condition(filter));
        }

        if (query.Search is { } text)
        {
            var parts = table.Columns.Where(c => c.IsSearched).Select(c => Contains(c, text)).ToList();
            if (Guid.TryParse(text, out var id))
            {
                parts.AddRange(table.Columns.Where(c => c is { Kind: AdminKind.Id, IsJoined: false }).Select(c => $"{Of(c)} = {Value(c, id)}"));
            }

            And(parts.Count == 0 ? "1 = 0" : $"({string.Join(" or ", parts)})");
        }

        return this;
    }

    /// <summary>Only rows behind a place in the list.</summary>
    public AdminStatement AndBehind(IReadOnlyList<AdminSort> order, IReadOnlyList<object?> place)
    {
        // a > x or (a = x and (b > y or …)); "a >= x" before it is what lets an index begin there.
        var behind = "1 = 0";
        for (var i = order.Count - 1; i >= 0; i--)
        {
            var (after, same) = Behind(order[i], place[i]);
            behind = $"({after} or ({same} and {behind}))";
        }

        if (place[0] is { } first && !(order[0].Column.IsNullable && NullsAreBehind(order[0])))
        {
            var (column, value) = Comparable(order[0].Column, first);
            And($"{column} {(order[0].Descending ? "<=" : ">=")} {value}");
        }

        return And(behind);
    }

    /// <summary>Only rows up to a value of the column that the list is sorted by first.</summary>
    public AdminStatement AndUpTo(AdminSort sort, object last)
    {
        var (column, value) = Comparable(sort.Column, last);
        return And($"{column} {(sort.Descending ? ">=" : "<=")} {value}");
    }

    /// <summary>The order in SQL.</summary>
    public string OrderBy(IReadOnlyList<AdminSort> order) =>
        " order by " + string.Join(", ", order.Select(s => Comparable(s.Column) + (s.Descending ? " desc" : string.Empty)));

    /// <summary>A command with the parameters given so far.</summary>
    public DbCommand Command(DbConnection connection, string text, DbTransaction? transaction = null)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        command.Transaction = transaction;
        foreach (var (name, column, value) in _parameters)
        {
            if (column is not null)
            {
                command.Parameters.Add(column.Mapping.CreateParameter(command, name, value, nullable: true));
                continue;
            }

            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private string Condition(AdminFilter filter)
    {
        var column = filter.Column;
        return filter.Operator switch
        {
            AdminOperator.Empty => $"{Of(column)} is {(filter.Value == "yes" ? "null" : "not null")}",
            AdminOperator.Contains => Contains(column, filter.Value),
            AdminOperator.ContainsNot => OrEmpty(column, $"not {Contains(column, filter.Value)}"),
            AdminOperator.In => In(column, filter.Values),
            AdminOperator.InNot => OrEmpty(column, $"not {In(column, filter.Values)}"),
            AdminOperator.Not => OrEmpty(column, $"not {Equal(column, filter.Value)}"),
            AdminOperator.Greater => column.Kind == AdminKind.Moment && column.ParseMoment(filter.Value) is var (from, until)
                ? Compare(column, until > from ? ">=" : ">", until)
                : Compare(column, ">", column.Parse(filter.Value)!),
            AdminOperator.Smaller => Compare(column, "<", column.Parse(filter.Value)!),
            AdminOperator.Between => Between(column, filter.Ends),
            AdminOperator.BetweenNot => OrEmpty(column, $"not {Between(column, filter.Ends)}"),
            _ => Equal(column, filter.Value),
        };
    }

    private string Equal(AdminColumn column, string value) => column.Kind == AdminKind.Moment && column.ParseMoment(value) is var (from, until) && until > from
        ? $"({Compare(column, ">=", from)} and {Compare(column, "<", until)})"
        : Compare(column, "=", column.Kind == AdminKind.Text ? value : column.Parse(value)!);

    private string Between(AdminColumn column, (string From, string To) ends)
    {
        if (column.Kind != AdminKind.Moment)
        {
            return $"({Compare(column, ">=", column.Parse(ends.From)!)} and {Compare(column, "<=", column.Parse(ends.To)!)})";
        }

        var (start, (last, until)) = (column.ParseMoment(ends.From).From, column.ParseMoment(ends.To));
        return $"({Compare(column, ">=", start)} and {(until > last ? Compare(column, "<", until) : Compare(column, "<=", last))})";
    }

    private string In(AdminColumn column, IReadOnlyList<string> values) =>
        $"({Comparable(column)} in ({string.Join(", ", values.Select(v => Comparable(column, column.Kind == AdminKind.Text ? v : column.Parse(v)!).Value))}))";

    private string OrEmpty(AdminColumn column, string condition) => column.IsNullable ? $"({Of(column)} is null or {condition})" : condition;

    private string Compare(AdminColumn column, string operation, object value)
    {
        var (left, right) = Comparable(column, value);
        return $"{left} {operation} {right}";
    }

    private string Contains(AdminColumn column, string text)
    {
        var name = $"@p{_parameters.Count.ToString(CultureInfo.InvariantCulture)}";
        var pattern = new StringBuilder(text).Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_");
        _parameters.Add((name, null, $"%{pattern}%"));
        return $"({Of(column)} {(isPostgres ? "ilike" : "like")} {name} escape '\\')";
    }

    private (string After, string Same) Behind(AdminSort sort, object? place)
    {
        var column = Of(sort.Column);
        if (place is null)
        {
            return (NullsAreBehind(sort) ? "1 = 0" : $"{column} is not null", $"{column} is null");
        }

        var (left, right) = Comparable(sort.Column, place);
        var after = $"{left} {(sort.Descending ? "<" : ">")} {right}";
        return (sort.Column.IsNullable && NullsAreBehind(sort) ? $"({after} or {column} is null)" : after, $"{left} = {right}");
    }

    // Left as each database sorts them, so that its indexes serve: PostgreSQL takes nothing for the largest, SQLite for the smallest.
    private bool NullsAreBehind(AdminSort sort) => isPostgres != sort.Descending;

    // SQLite keeps decimals as text, which does not sort; the nearest double does.
    private bool IsTextNumber(AdminColumn column) => !isPostgres && column.Kind == AdminKind.Number;

    private string Comparable(AdminColumn column) => IsTextNumber(column) ? $"cast({Of(column)} as real)" : Of(column);

    private (string Column, string Value) Comparable(AdminColumn column, object value) => IsTextNumber(column)
        ? (Comparable(column), $"cast({Value(column, value)} as real)")
        : (Of(column), Value(column, value));
}
