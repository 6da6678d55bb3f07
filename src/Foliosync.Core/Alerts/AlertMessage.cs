using System.Globalization;
using System.Text;

namespace Foliosync.Core.Alerts;

/// <summary>The beginning or the end of one incident, as a part of a message.</summary>
/// <param name="Event">Raised, healed or test.</param>
/// <param name="AlertId">The incident; null for a trial.</param>
/// <param name="Kind">One of <see cref="AlertKinds"/>.</param>
/// <param name="ConnectionId">The connection; null when it is about none.</param>
/// <param name="Label">What the person calls the connection; null when it is about none.</param>
/// <param name="Message">For people.</param>
/// <param name="CreatedAt">UTC instant at which it began.</param>
/// <param name="ResolvedAt">UTC instant at which it was over; null while it lasts.</param>
internal sealed record AlertItem(
    AlertEvent Event,
    Guid? AlertId,
    string Kind,
    Guid? ConnectionId,
    string? Label,
    string Message,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ResolvedAt);

/// <summary>What one channel is told at once.</summary>
/// <param name="Id">The same when the message is sent again, so that receivers can tell.</param>
/// <param name="Event">What it tells.</param>
/// <param name="Title">One short line.</param>
/// <param name="Text">Plain text of one or more lines.</param>
/// <param name="Link">Where to act; null when that is not known.</param>
/// <param name="Items">What it is made of; at least one.</param>
internal sealed record AlertMessage(Guid Id, AlertEvent Event, string Title, string Text, Uri? Link, IReadOnlyList<AlertItem> Items)
{
    /// <summary>Words a message.</summary>
    /// <param name="id">Id of the message.</param>
    /// <param name="happened">What it tells.</param>
    /// <param name="items">What it is made of; at least one.</param>
    /// <param name="loginLink">Where to log in; null when there is no such page.</param>
    /// <param name="publicUrl">Where people reach the application; null when that is not known.</param>
    public static AlertMessage Compose(Guid id, AlertEvent happened, IReadOnlyList<AlertItem> items, Uri? loginLink, Uri? publicUrl)
    {
        var text = new StringBuilder();
        foreach (var item in items)
        {
            text.Append(items.Count > 1 ? "- " : string.Empty).Append(Line(item)).Append('\n');
        }

        var logins = items.Where(NeedsLogin).ToList();
        if (logins.Count > 0)
        {
            text.Append('\n').Append(HowToLogIn(logins, loginLink, publicUrl)).Append('\n');
        }
        else if (publicUrl is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{publicUrl}\n");
        }

        return new(id, happened, "Foliosync: " + Heading(happened, items), text.ToString(), logins.Count > 0 ? loginLink ?? publicUrl : publicUrl, items);
    }

    /// <summary>True when a person has to log in because of it.</summary>
    public static bool NeedsLogin(AlertItem item) => item is { Kind: AlertKinds.NeedsLogin, Event: AlertEvent.Raised, ResolvedAt: null };

    private static string Line(AlertItem item) => item switch
    {
        { Event: AlertEvent.Test } => item.Message,
        { ResolvedAt: { } at, Label: { } label } => string.Create(CultureInfo.InvariantCulture, $"{label} works again since {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC."),
        { ResolvedAt: { } at } => string.Create(CultureInfo.InvariantCulture, $"Over since {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC: {item.Message}"),
        _ => item.Message,
    };

    private static string Heading(AlertEvent happened, IReadOnlyList<AlertItem> items)
    {
        // One connection may have healed of several things.
        var labels = items.Select(i => i.Label).Distinct().ToList();
        var one = labels is [{ } label] ? label : null;
        var kind = items.Select(i => i.Kind).Distinct().Count() == 1 ? items[0].Kind : null;
        return happened switch
        {
            AlertEvent.Test => "this is a trial",
            AlertEvent.Digest => items.Count == 1 ? "one message today" : Counted($"{items.Count} messages today"),
            AlertEvent.Healed when one is not null => $"{one} works again",
            AlertEvent.Healed when labels.Contains(null) => "it works again",
            AlertEvent.Healed => Counted($"{labels.Count} connections work again"),
            _ when kind == AlertKinds.NeedsLogin => one is not null ? $"{one} needs a login" : Counted($"{items.Count} connections need a login"),
            _ when one is not null && kind is not null => $"{one} {Trouble(kind)}",
            _ when items.Count == 1 => "something needs you",
            _ => Counted($"{items.Count} things need you"),
        };

        static string Counted(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }

    private static string Trouble(string kind) => kind switch
    {
        AlertKinds.CredentialsRejected => "has a wrong key or secret",
        AlertKinds.Failing => "has been failing for a day",
        AlertKinds.NeedsReview => "needs a look",
        AlertKinds.ProviderChanged => "cannot be read any more",
        AlertKinds.DataStale => "is out of date",
        _ => "needs you",
    };

    private static string HowToLogIn(List<AlertItem> logins, Uri? loginLink, Uri? publicUrl)
    {
        if ((loginLink ?? publicUrl) is { } address)
        {
            return $"Log in: {address}";
        }

        var commands = logins.Select(l => $"foliosync connect login {l.ConnectionId}");
        return $"Log in on the machine of Foliosync with:\n{string.Join('\n', commands)}";
    }
}
