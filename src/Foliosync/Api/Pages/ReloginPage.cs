using System.Globalization;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Foliosync.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Foliosync.Api.Pages;

/// <summary>The pages of a link, made for a phone: what is due, what the broker asks, how it went.</summary>
/// <param name="t">The words, in the language of who looks at them.</param>
internal sealed class ReloginPage(TextLocalizer t)
{
    public const string ScriptName = "relogin.js";
    public const string ConnectionField = "connection";
    public const string AnswerPrefix = "answer.";

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    // A page that is left open must not ask for ever; by then the syncs are over, or somebody has to look after the server.
    private static readonly TimeSpan LookFor = TimeSpan.FromMinutes(3);

    public static string DonePath(OpenedLink link) => $"/relogin/{link.Token}/done";

    /// <summary>Logins are due. A script goes on by itself; the button is for browsers without.</summary>
    public ContentHttpResult Waiting(OpenedLink link)
    {
        var next = link.Next!;
        var due = link.Connections.Count(c => c.NeedsLogin);
        return Html.Page(t, t["Log in"], $"""
            <h1>{Html.Encode(due == 1 ? t["Log in at {0}", next.BrokerName] : t["{0} logins are due", due])}</h1>
            <p class="lead">{Html.Encode(due == 1 ? t["You log in on the broker's own page. Then your holdings sync by themselves."] : t["You log in on the brokers' own pages, one after the other. Then your holdings sync by themselves."])}</p>
            {List(link.Connections.Select(c => Row(c, c.NeedsLogin ? t["Waits for you"] : t["Logged in"], c.NeedsLogin ? "due" : "good")))}
            {Form(link, next, t["Go on to {0}", next.BrokerName], primary: true, goesOn: true)}
            <p class="note">{Html.Encode(t["Foliosync never sees your password at the broker."])}</p>
            """, script: ScriptName);
    }

    /// <summary>A broker without a login page asks here.</summary>
    public ContentHttpResult Ask(OpenedLink link, LinkedConnection connection, IReadOnlyList<CredentialField> fields, LoginFailure? failure) =>
        Html.Page(t, t["Log in"], $"""
            <h1>{Html.Encode(t["Log in at {0}", connection.BrokerName])}</h1>
            <p class="lead">{Html.Encode(connection.Label)}</p>
            {(failure is null ? null : $"<p class=\"bad\" role=\"alert\">{Html.Encode(t[failure.Message])}</p>")}
            <form method="post" action="/relogin/{link.Token}" autocomplete="off">
              <input type="hidden" name="{ConnectionField}" value="{connection.Id}">
              {string.Concat(fields.Select(Input))}
              <button type="submit" class="primary">{Html.Encode(t["Log in"])}</button>
            </form>
            """, failure?.Status ?? StatusCodes.Status200OK);

    /// <summary>The link has done what it was for, or somebody has done it elsewhere.</summary>
    public ContentHttpResult NothingLeft(OpenedLink link) => link.IsUsedUp
        ? Html.Page(t, t["This link has been used"], $"""
            <h1>{Html.Encode(t["This link has been used"])}</h1>
            <p class="lead">{Html.Encode(t["Each login it was for is done, and a link works once. There is nothing to do now; when a login is due again, a new message brings a new link."])}</p>
            {List(link.Connections.Select(Result))}
            """, StatusCodes.Status410Gone)
        : Html.Page(t, t["Nothing to do"], $"""
            <h1>{Html.Encode(t["Nothing to do"])}</h1>
            <p class="lead">{Html.Encode(t["You are logged in already."])}</p>
            {List(link.Connections.Select(Result))}
            """);

    /// <summary>How the syncs after the logins went, as far as they are.</summary>
    public ContentHttpResult Done(OpenedLink link, DateTimeOffset now)
    {
        var (title, lead) = link switch
        {
            { Next: not null } => (t["Logged in so far"], t["Another login is due."]),
            _ when RefreshAfter(link, now) is not null => (t["Logged in"], t["Your holdings are being synced. You may close this page; it goes on without it."]),
            _ when link.Connections.Any(IsUnderWay) => (t["Logged in"], t["The sync takes longer than usual. It goes on without this page; open it again later to see how it went."]),
            _ when link.Connections.All(c => c.LastRun?.State == SyncRunState.Succeeded) => (t["All done"], t["Everything is synced. You may close this page."]),
            _ when link.Connections.Any(c => c.LastRun?.State == SyncRunState.Succeeded) => (t["Logged in, not all synced"], t["The logins worked, but not every sync after them."]),
            _ => (t["Logged in, not synced"], t["The login worked, the sync after it did not."]),
        };
        return Html.Page(t, title, $"""
            <h1>{Html.Encode(title)}</h1>
            <p class="lead" role="status">{Html.Encode(lead)}</p>
            {List(link.Connections.Select(Result))}
            {(link.Next is { } next ? Form(link, next, t["Go on to {0}", next.BrokerName], primary: true, goesOn: false) : null)}
            """);
    }

    /// <summary>After which time the page of the results looks again; null when it need not.</summary>
    public static TimeSpan? RefreshAfter(OpenedLink link, DateTimeOffset now) =>
        link.Next is null && link.Connections.Any(c => IsUnderWay(c) && now - (c.UsedAt ?? c.LastRun?.QueuedAt ?? now) < LookFor) ? Look : null;

    /// <summary>A login did not come to its end.</summary>
    public ContentHttpResult Refused(LoginFailure failure, OpenedLink? link, LinkedConnection? tried)
    {
        var waiting = link?.Connections.Where(c => c.NeedsLogin).ToList() ?? [];
        var buttons = waiting.Select(c => c.Id == tried?.Id || waiting.Count == 1
            ? Form(link!, c, t["Try again"], primary: true, goesOn: false)
            : Form(link!, c, t["Log in: {0}", c.Label], primary: false, goesOn: false));
        return Html.Page(t, t["Not logged in"], $"""
            <h1>{Html.Encode(t["Not logged in"])}</h1>
            {(tried is null ? null : $"<p class=\"lead\">{Html.Encode(tried.Label)}</p>")}
            <p>{Html.Encode(t[failure.Message])}</p>
            {string.Concat(buttons)}
            """, failure.Status);
    }

    private static bool IsUnderWay(LinkedConnection c) => c.UsedAt is not null && c.LastRun is null or { State: SyncRunState.Queued or SyncRunState.Running };

    private string Result(LinkedConnection c)
    {
        var (text, look) = c switch
        {
            { NeedsLogin: true } => (t["Waits for you"].Value, "due"),
            { LastRun: null, UsedAt: null } => (t["Not synced yet"], "quiet"),
            { LastRun: null or { State: SyncRunState.Queued } } => (t["Waits for its turn to sync"], "busy"),
            { LastRun.State: SyncRunState.Running } => (t["Is being synced"], "busy"),
            { LastRun: { State: SyncRunState.Succeeded, FinishedAt: { } at } run } => (t["Synced at {0}: {1}", TimeOf(c, at), ChangesOf(run)], "good"),
            { LastRun.State: SyncRunState.Cancelled } => (t["Stopped before its end; it runs again by itself"], "due"),
            _ => (t[c.LastRun.ErrorMessage ?? "Not synced; the connection in Foliosync tells why."], "bad"),
        };
        return Row(c, text, look);
    }

    private static string TimeOf(LinkedConnection c, DateTimeOffset at) => string.Create(
        CultureInfo.InvariantCulture, $"{TimeZoneInfo.ConvertTime(at, TimeZoneInfo.FindSystemTimeZoneById(c.TimeZone)):HH:mm} ({c.TimeZone})");

    private string ChangesOf(SyncRun run) => (run.Inserted + run.Updated + run.Closed) switch
    {
        0 => t["nothing has changed"],
        1 => t["one change"],
        var n => t["{0} changes", n],
    };

    private static string List(IEnumerable<string> rows) => $"""<ul class="logins">{string.Concat(rows)}</ul>""";

    private static string Row(LinkedConnection c, string text, string look) => $"""
        <li class="{look}"><strong>{Html.Encode(c.Label)}</strong>{(c.Label.Contains(c.BrokerName, StringComparison.OrdinalIgnoreCase) ? null : $" <span>· {Html.Encode(c.BrokerName)}</span>")}<p>{Html.Encode(text)}</p></li>
        """;

    private static string Form(OpenedLink link, LinkedConnection c, string text, bool primary, bool goesOn) => $"""
        <form method="post" action="/relogin/{link.Token}"{(goesOn ? " data-go-on" : null)}>
          <input type="hidden" name="{ConnectionField}" value="{c.Id}">
          <button type="submit"{(primary ? " class=\"primary\"" : null)}>{Html.Encode(text)}</button>
        </form>
        """;

    private string Input(CredentialField field)
    {
        var id = "answer-" + field.Key;
        var attributes = $"""id="{id}" name="{AnswerPrefix}{field.Key}"{(field.Required ? " required" : null)}{(field.Help is null ? null : $" aria-describedby=\"{id}-help\"")}""";
        var control = field.Kind switch
        {
            CredentialKind.Choice => $"<select {attributes}>{string.Concat(field.Choices.Select(c => $"<option>{Html.Encode(c)}</option>"))}</select>",
            CredentialKind.OneTimeCode => $"""<input {attributes} type="text" inputmode="numeric" autocomplete="one-time-code">""",
            CredentialKind.Secret => $"""<input {attributes} type="password" autocomplete="off">""",
            _ => $"""<input {attributes} type="text" autocomplete="off">""",
        };
        return $"""
            <label for="{id}">{Html.Encode(t[field.Label])}</label>
            {control}
            {(field.Help is null ? null : $"<p class=\"note\" id=\"{id}-help\">{Html.Encode(t[field.Help])}</p>")}
            """;
    }
}
