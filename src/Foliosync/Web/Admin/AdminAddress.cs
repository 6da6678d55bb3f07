using Foliosync.Core;
using Foliosync.Core.Admin;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Foliosync.Web.Admin;

/// <summary>Addresses of the admin area's pages.</summary>
internal static class AdminAddress
{
    // What pages say to themselves beside the query.
    private static readonly string[] OfPages = ["add", "op", "value", "cell", "done", "batch"];

    /// <summary>The query of a list's address.</summary>
    /// <exception cref="InputException">A part of it cannot be used.</exception>
    public static AdminQuery QueryOf(AdminTable table, IQueryCollection parameters) => AdminQuery.Of(table, Pairs(parameters));

    /// <summary>The address of a list.</summary>
    public static string List(AdminQuery query) => With($"/admin/{query.Table.Name}", query.ToParameters());

    /// <summary>The address of a list from its beginning, with something added for the page itself.</summary>
    public static string List(AdminQuery query, string name, string value) => With($"/admin/{query.Table.Name}", query.ToParameters().Append(new(name, value)));

    /// <summary>A list of one table narrowed by one column.</summary>
    public static string List(AdminTable table, AdminColumn column, string value) => With($"/admin/{table.Name}", [new(column.Name, value)]);

    /// <summary>The download of a list.</summary>
    public static string Export(AdminQuery query, string format) =>
        With($"/api/v1/admin/{query.Table.Name}/export", (query with { After = null, Before = null }).ToParameters().Append(new("format", format)));

    /// <summary>The address of a row.</summary>
    public static string Row(string table, string key, string? part = null) => part is null ? $"/admin/{table}/row/{key}" : $"/admin/{table}/row/{key}/{part}";

    /// <summary>The address of a row that was just made, or that something was done to, where that can be taken back.</summary>
    public static string Done(string address, Guid? change) => change is { } id ? QueryHelpers.AddQueryString(address, "done", id.ToString()) : address;

    /// <summary>The address of a list that somebody kept.</summary>
    public static string Of(AdminView view) => view.Query.Length == 0 ? $"/admin/{view.TableName}" : $"/admin/{view.TableName}?{view.Query}";

    /// <summary>Where a list can be kept.</summary>
    public static string Keep(AdminQuery query) => QueryHelpers.AddQueryString("/admin/views", new Dictionary<string, string?>
    {
        ["table"] = query.Table.Name,
        ["query"] = List(query with { After = null, Before = null }).Split('?', 2).ElementAtOrDefault(1) ?? string.Empty,
    });

    private static string With(string path, IEnumerable<KeyValuePair<string, string>> parameters) =>
        // Dots, commas and colons mean nothing special in a query; left as they are, people can read it.
        QueryHelpers.AddQueryString(path, parameters.Select(p => KeyValuePair.Create<string, string?>(p.Key, p.Value)))
            .Replace("%2C", ",", StringComparison.Ordinal).Replace("%3A", ":", StringComparison.Ordinal);

    private static IEnumerable<KeyValuePair<string, string>> Pairs(IEnumerable<KeyValuePair<string, StringValues>> parameters) =>
        parameters.Where(p => !OfPages.Contains(p.Key)).SelectMany(p => p.Value, (p, v) => KeyValuePair.Create(p.Key, v ?? string.Empty));
}
