using Foliosync.Core.Admin;
using Microsoft.Extensions.Localization;

namespace Foliosync.Web.Admin;

/// <summary>What the audit log says, in words. Its own words are part of the API and stand in addresses.</summary>
internal static class AuditWords
{
    /// <summary>What something was done to, by how the log calls it; the keys of translations.</summary>
    public static IReadOnlyDictionary<string, string> Nouns { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["account"] = "Account",
        ["alert"] = "Alert",
        ["alertChannel"] = "Channel",
        ["alias"] = "Alias",
        ["broker"] = "Broker",
        ["cashBalance"] = "Cash",
        ["connection"] = "Connection",
        ["connections"] = "Connections",
        ["credential"] = "Credential",
        ["fxRate"] = "Exchange rate",
        ["holding"] = "Holding",
        ["instance"] = "Instance",
        ["instrument"] = "Instrument",
        ["job"] = "Job",
        ["permission"] = "Permission",
        ["portfolio"] = "Portfolio",
        ["price"] = "Price",
        ["review"] = "Review",
        ["run"] = "Run",
        ["session"] = "Signed-in browser",
        ["share"] = "Sharing",
        ["statement"] = "Statement",
        ["token"] = "API token",
        ["transaction"] = "Transaction",
        ["user"] = "User",
    };

    /// <summary>What was done, by how the log calls it; the keys of translations.</summary>
    public static IReadOnlyDictionary<string, string> Done { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["accepted"] = "accepted",
        ["added"] = "added",
        ["asked"] = "asked to run",
        ["backedUp"] = "backed up",
        ["cancelled"] = "cancelled",
        ["changed"] = "changed",
        ["claimed"] = "set up",
        ["closed"] = "closed",
        ["confirmed"] = "confirmed",
        ["created"] = "made",
        ["credentialsReplaced"] = "credentials replaced",
        ["deleted"] = "deleted",
        ["disabled"] = "shut out",
        ["dismissed"] = "put aside",
        ["emailChanged"] = "e-mail changed",
        ["ended"] = "ended",
        ["imported"] = "imported",
        ["loggedIn"] = "logged in",
        ["merged"] = "merged",
        ["noted"] = "note changed",
        ["othersEnded"] = "others ended",
        ["passwordReset"] = "password replaced",
        ["paused"] = "paused",
        ["readAnew"] = "to be compared anew",
        ["rejected"] = "rejected",
        ["removed"] = "removed",
        ["replayed"] = "replayed",
        ["resumed"] = "resumed",
        ["retried"] = "retried",
        ["revoked"] = "withdrawn",
        ["shareChanged"] = "sharing changed",
        ["shareEnded"] = "sharing ended",
        ["shared"] = "shared",
        ["signedIn"] = "signed in",
        ["syncAsked"] = "sync asked for",
        ["undone"] = "taken back",
    };

    /// <summary>A line's action, for example <c>Instrument: changed</c>.</summary>
    public static string Of(string action, IStringLocalizer<Texts> t) => action.Split('.', 2) is [var noun, var done]
        ? $"{t[Nouns.GetValueOrDefault(noun, noun)]}: {t[Done.GetValueOrDefault(done, done)]}"
        : action;

    /// <summary>From where a change came.</summary>
    public static string OfSource(string? source, IStringLocalizer<Texts> t) => source switch
    {
        "web" => t["on a page"],
        "api" => t["by the API"],
        "cli" => t["on the command line"],
        "link" => t["by a login link"],
        _ => source ?? string.Empty,
    };

    /// <summary>The column of that name, whatever table it is in, in words; the name itself when there is none.</summary>
    public static string OfColumn(string name, AdminCatalog catalog, IStringLocalizer<Texts> t) =>
        t[catalog.Tables.SelectMany(table => table.Columns).FirstOrDefault(c => c.Name == name)?.Label ?? name];
}
