using System.ComponentModel;
using System.Text.Json;
using Foliosync.Core;
using Foliosync.Core.Admin;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;

namespace Foliosync.Api.Admin;

/// <summary><c>/api/v1/admin</c>: every table of the admin area by the same few addresses.</summary>
internal static class AdminApi
{
    private const string Filters =
        "Filters are parameters named by columns: 'column=value', or 'column.operator=value' with not, contains, containsNot, greater, smaller, "
        + "between (1..5), betweenNot, in (a,b), inNot, empty (yes or no). Also q (search), sort (-quantity,symbol), columns (a,b), limit, after and before.";

    private const string Undoes =
        "What was changed is as before, what was made is gone, what was deleted is there again with its id. 'change' is the id of a line of the "
        + "audit log, 'batch' what the lines of a bulk change have in common. Refused when somebody has changed the row since.";

    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/admin").WithTags("Admin");
        group.MapGet("/tables", TablesAsync).WithName("listAdminTables").WithSummary("List the tables of the admin area with their columns");
        group.MapPost("/undo", UndoAsync).WithName("undoAdminChange").WithSummary("Take a change back, one or a bulk change").WithDescription(Undoes).ProducesProblem(404).ProducesProblem(409);
        group.MapPost("/instruments/merge", MergeAsync).WithName("mergeInstruments").WithSummary("Make one instrument of two that are the same").ProducesProblem(404).ProducesProblem(409);
        group.MapGet("/views", ViewsAsync).WithName("listAdminViews").WithSummary("List your saved views");
        group.MapPost("/views", SaveViewAsync).WithName("saveAdminView").WithSummary("Save a view").ProducesProblem(400).ProducesProblem(422);
        group.MapDelete("/views/{id:guid}", RemoveViewAsync).WithName("removeAdminView").WithSummary("Remove a saved view").ProducesProblem(404);
        group.MapGet("/{table}", ListAsync).WithName("listAdminRows").WithSummary("List rows").WithDescription(Filters).ProducesProblem(400).ProducesProblem(404);
        group.MapPost("/{table}", CreateAsync).WithName("createAdminRow").WithSummary("Make a row")
            .WithDescription("The body has the values by name of the column; for a user also 'secret', the password.").ProducesProblem(404).ProducesProblem(422);
        group.MapGet("/{table}/count", CountAsync).WithName("countAdminRows").WithSummary("Tell how many rows fit").WithDescription(Filters).ProducesProblem(400).ProducesProblem(404);
        group.MapGet("/{table}/lookup", LookUpAsync).WithName("lookUpAdminRows").WithSummary("Find rows by what they are called").ProducesProblem(404);
        group.MapGet("/{table}/export", ExportAsync).WithName("exportAdminRows").WithSummary("Download all rows that fit").WithDescription(Filters)
            .Produces<Stream>(200, "text/csv", "application/json").ProducesProblem(400).ProducesProblem(404);
        group.MapPost("/{table}/bulk", BulkAsync).WithName("changeAdminRows").WithSummary("Do something to several rows")
            .WithDescription("To all of them or to none: the answer names the row that refused.").ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);
        group.MapGet("/{table}/rows/{key}", GetAsync).WithName("getAdminRow").WithSummary("Get a row").ProducesProblem(404);
        group.MapPatch("/{table}/rows/{key}", ChangeAsync).WithName("changeAdminRow").WithSummary("Change a row")
            .WithDescription("The body has the values that change, by name of the column.").ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);
        group.MapDelete("/{table}/rows/{key}", DeleteAsync).WithName("deleteAdminRow").WithSummary("Delete a row")
            .WithDescription("Without confirm=true nothing is deleted if others go with it; the answer says what.").ProducesProblem(404).ProducesProblem(409);
        group.MapGet("/{table}/rows/{key}/consequences", ConsequencesAsync).WithName("getAdminConsequences").WithSummary("Tell what would go with a row").ProducesProblem(404);
        group.MapPut("/{table}/rows/{key}/secret", ReplaceSecretAsync).WithName("replaceAdminSecret").WithSummary("Replace the secret of a row").ProducesProblem(404).ProducesProblem(422);
    }

    private static async Task<Ok<AdminTablesView>> TablesAsync(HttpContext http, AdminGate gate, AdminCatalog catalog, CancellationToken cancellationToken)
    {
        var caller = await gate.OpenAsync(http, cancellationToken);
        return TypedResults.Ok(new AdminTablesView(
            [.. catalog.Tables.Where(t => caller.Rights.May(t, AdminRight.View)).Select(t => AdminTableView.Of(t, caller.Rights))]));
    }

    private static async Task<Ok<AdminPageView>> ListAsync(HttpContext http, AdminGate gate, AdminReader reader, string table, CancellationToken cancellationToken)
    {
        var (_, found) = await gate.OpenAsync(http, table, AdminRight.View, cancellationToken);
        var page = await ReadAsync(reader, QueryOf(found, http.Request.Query), cancellationToken);
        return TypedResults.Ok(new AdminPageView([.. page.Rows.Select(r => AdminRowView.Of(r, page.Columns))], page.Next, page.Previous));
    }

    private static async Task<Ok<AdminCountView>> CountAsync(HttpContext http, AdminGate gate, AdminReader reader, string table, CancellationToken cancellationToken)
    {
        var (_, found) = await gate.OpenAsync(http, table, AdminRight.View, cancellationToken);
        return TypedResults.Ok(AdminCountView.Of(await reader.CountAsync(QueryOf(found, http.Request.Query), cancellationToken)));
    }

    private static async Task<Ok<AdminLookUpView>> LookUpAsync(
        HttpContext http, AdminGate gate, AdminReader reader, string table, [Description("What it may be called, or its id.")] string? q, CancellationToken cancellationToken)
    {
        var (_, found) = await gate.OpenAsync(http, table, AdminRight.View, cancellationToken);
        return TypedResults.Ok(new AdminLookUpView([.. (await reader.LookUpAsync(found, q, cancellationToken)).Select(f => new AdminFound(f.Key, f.Name))]));
    }

    private static async Task<PushStreamHttpResult> ExportAsync(
        HttpContext http, AdminGate gate, AdminDownload download, string table, [Description("csv or json.")] string? format, CancellationToken cancellationToken)
    {
        var (_, found) = await gate.OpenAsync(http, table, AdminRight.Export, cancellationToken);
        return Download(download, QueryOf(found, http.Request.Query), format);
    }

    /// <summary>The answer that streams a download; of pages too.</summary>
    public static PushStreamHttpResult Download(AdminDownload download, AdminQuery query, string? format)
    {
        var chosen = AdminDownload.Formats.Contains(format ?? "csv") ? format ?? "csv" : throw new QueryException("format", "Choose a format: csv or json.");
        return TypedResults.Stream(
            body => download.WriteAsync(query, chosen, body, CancellationToken.None),
            chosen == "csv" ? "text/csv" : "application/json",
            $"{query.Table.Name}.{chosen}");
    }

    private static async Task<Created<AdminRowView>> CreateAsync(
        HttpContext http, AdminGate gate, AdminChanges changes, AdminActions actions, AdminReader reader, string table, JsonElement body, CancellationToken cancellationToken)
    {
        var (caller, found) = await gate.OpenAsync(http, table, AdminRight.Create, cancellationToken);
        var values = ValuesOf(body);
        string key;
        if (found.Name == "users")
        {
            values.Remove("secret", out var password);
            key = await actions.AddUserAsync(found, values, password, caller.Actor, cancellationToken);
        }
        else
        {
            key = (await changes.CreateAsync(found, values, caller.Actor, cancellationToken)).Key;
        }

        return TypedResults.Created($"/api/v1/admin/{found.Name}/rows/{key}", AdminRowView.Of(await reader.GetAsync(found, key, cancellationToken)));
    }

    private static async Task<Ok<AdminRowView>> GetAsync(HttpContext http, AdminGate gate, AdminReader reader, string table, string key, CancellationToken cancellationToken)
    {
        var (_, found) = await gate.OpenAsync(http, table, AdminRight.View, cancellationToken);
        return TypedResults.Ok(AdminRowView.Of(await reader.GetAsync(found, key, cancellationToken)));
    }

    private static async Task<Ok<AdminChangeView>> ChangeAsync(
        HttpContext http, AdminGate gate, AdminChanges changes, AdminReader reader, string table, string key, JsonElement body, CancellationToken cancellationToken)
    {
        var (caller, found) = await gate.OpenAsync(http, table, AdminRight.Change, cancellationToken);
        var change = await changes.ChangeAsync(found, key, ValuesOf(body), version: null, caller.Actor, cancellationToken);
        return TypedResults.Ok(new AdminChangeView(change, AdminRowView.Of(await reader.GetAsync(found, key, cancellationToken))));
    }

    private static async Task<NoContent> DeleteAsync(
        HttpContext http,
        AdminGate gate,
        AdminChanges changes,
        AdminForesight foresight,
        AdminReader reader,
        string table,
        string key,
        [Description("True to delete what goes with the row, too.")] bool? confirm,
        CancellationToken cancellationToken)
    {
        var (caller, found) = await gate.OpenAsync(http, table, AdminRight.Delete, cancellationToken);
        await reader.GetAsync(found, key, cancellationToken);
        if (confirm is not true && await foresight.OfDeletingAsync(found, [key], cancellationToken) is { Goes.Count: > 0 } consequences)
        {
            throw new RefusedException($"With it would go: {string.Join(", ", consequences.Goes.Select(g => $"{g.Rows.Rows} {g.Label}"))}. Add 'confirm=true' if that is meant.");
        }

        await changes.DeleteAsync(found, [key], caller.Actor, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<AdminConsequencesView>> ConsequencesAsync(
        HttpContext http, AdminGate gate, AdminForesight foresight, AdminReader reader, string table, string key, CancellationToken cancellationToken)
    {
        var (_, found) = await gate.OpenAsync(http, table, AdminRight.View, cancellationToken);
        await reader.GetAsync(found, key, cancellationToken);
        var consequences = await foresight.OfDeletingAsync(found, [key], cancellationToken);
        return TypedResults.Ok(new AdminConsequencesView(
            [.. consequences.Goes.Select(AdminConsequenceView.Of)], [.. consequences.Blocks.Select(AdminConsequenceView.Of)]));
    }

    private static async Task<NoContent> ReplaceSecretAsync(
        HttpContext http, AdminGate gate, AdminActions actions, string table, string key, AdminSecretInput body, CancellationToken cancellationToken)
    {
        var (caller, found) = await gate.OpenAsync(http, table, AdminRight.Change, cancellationToken);
        await actions.ReplaceSecretAsync(found, key, body.Value, caller.Actor, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<AdminBulkView>> BulkAsync(
        HttpContext http, AdminGate gate, AdminSelections selections, string table, AdminBulkInput body, CancellationToken cancellationToken)
    {
        var right = body.Action switch { "delete" => AdminRight.Delete, "set" => AdminRight.Change, _ => AdminRight.Act };
        var (caller, found) = await gate.OpenAsync(http, table, right, cancellationToken);
        var query = body.Matching is null ? null : QueryOf(found, QueryHelpers.ParseQuery(body.Matching));
        var keys = await selections.KeysAsync(found, body.Keys, query, body.Expected, cancellationToken);
        var done = await selections.RunAsync(found, keys, body.Action, body.Column, body.Value, caller.Actor, cancellationToken);
        return TypedResults.Ok(new AdminBulkView(done.Batch, done.Rows));
    }

    private static async Task<NoContent> UndoAsync(HttpContext http, AdminGate gate, AdminUndo undo, AdminUndoInput body, CancellationToken cancellationToken)
    {
        var caller = await gate.OpenAsync(http, cancellationToken);
        var change = body.Change ?? body.Batch ?? throw new InputException("Say what to take back: 'change' or 'batch'.", "change");
        var found = await undo.FindAsync(change, cancellationToken);
        caller.Require(found.Table, found.Needs);
        await undo.UndoAsync(found, caller.Actor, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<MergedInstruments>> MergeAsync(
        HttpContext http, AdminGate gate, InstrumentMerge merge, MergeInput body, CancellationToken cancellationToken)
    {
        var (caller, table) = await gate.OpenAsync(http, "instruments", AdminRight.Change, cancellationToken);
        caller.Require(table, AdminRight.Delete);
        return TypedResults.Ok(await merge.MergeAsync(body.From, body.Into, caller.Actor, cancellationToken));
    }

    private static async Task<Ok<AdminSavedViews>> ViewsAsync(HttpContext http, AdminGate gate, AdminViews views, CancellationToken cancellationToken)
    {
        var caller = await gate.OpenAsync(http, cancellationToken);
        return TypedResults.Ok(new AdminSavedViews([.. (await views.ListAsync(caller.UserId, cancellationToken)).Select(Of)]));
    }

    private static async Task<Created<AdminSavedView>> SaveViewAsync(
        HttpContext http, AdminGate gate, AdminViews views, AdminSavedInput body, CancellationToken cancellationToken)
    {
        var (caller, table) = await gate.OpenAsync(http, body.Table, AdminRight.View, cancellationToken);
        var address = body.Query?.TrimStart('?') ?? string.Empty;
        var view = Of(await views.SaveAsync(caller.UserId, QueryOf(table, QueryHelpers.ParseQuery(address)), body.Name, address, cancellationToken));
        return TypedResults.Created($"/api/v1/admin/views/{view.Id}", view);
    }

    private static async Task<NoContent> RemoveViewAsync(HttpContext http, AdminGate gate, AdminViews views, Guid id, CancellationToken cancellationToken)
    {
        var caller = await gate.OpenAsync(http, cancellationToken);
        await views.RemoveAsync(caller.UserId, id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static AdminSavedView Of(AdminView view) => new(view.Id, view.TableName, view.Name, view.Query);

    /// <summary>The query of an address; parameters of ours that are no part of it are left out.</summary>
    public static AdminQuery QueryOf(AdminTable table, IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> parameters)
    {
        try
        {
            return AdminQuery.Of(table, parameters.Where(p => p.Key is not "format").SelectMany(p => p.Value, (p, v) => KeyValuePair.Create(p.Key, v ?? string.Empty)));
        }
        catch (InputException e)
        {
            throw new QueryException(e.Field ?? "q", e.Message);
        }
    }

    private static async Task<AdminPage> ReadAsync(AdminReader reader, AdminQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ListAsync(query, cancellationToken);
        }
        catch (InputException e)
        {
            throw new QueryException(e.Field ?? "after", e.Message);
        }
    }

    private static Dictionary<string, string?> ValuesOf(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw new InputException("Send an object with the values by name of the column.");
        }

        return body.EnumerateObject().ToDictionary(
            p => p.Name,
            p => p.Value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String => p.Value.GetString(),
                JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number => p.Value.GetRawText(),
                _ => throw new InputException("Give a text, a number, true, false or null.", p.Name),
            },
            StringComparer.Ordinal);
    }
}
