using System.Text.Json;
using System.Text.RegularExpressions;

namespace Foliosync.Core.Sync.Replays;

/// <summary>
/// What of a broker's answer may be shown. Who somebody is, how to reach them and anything that opens something is never shown, not even
/// to the owner: comparisons are made to be passed on.
/// </summary>
internal static partial class PayloadMask
{
    public const string Hidden = "(hidden)";

    // Compared without case, underscores and hyphens.
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "email", "emailid", "username", "usershortname", "fullname", "firstname", "lastname", "clientname", "holdername", "holders",
        "nominee", "nominees", "pan", "pannumber", "aadhaar", "phone", "mobile", "mobileno", "mobilenumber", "address", "dob", "dateofbirth",
        "avatarurl", "userid", "clientid", "clientcode", "ucc", "bankaccounts", "accountnumber", "ifsc", "dpids", "dpid", "boid",
        "token", "accesstoken", "refreshtoken", "publictoken", "enctoken", "jwttoken", "feedtoken", "sessiontoken", "requesttoken",
        "apikey", "apisecret", "secret", "password", "pin", "totp", "signature", "checksum", "cookie", "authorization",
    };

    /// <summary>True when everything in a field of this name is hidden.</summary>
    public static bool Hides(string field) =>
        Names.Contains(field.Replace("_", string.Empty, StringComparison.Ordinal).Replace("-", string.Empty, StringComparison.Ordinal));

    /// <summary>A value as it may be shown: texts that look like an e-mail address or a tax number are hidden whatever the field is called.</summary>
    public static string Show(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String when value.GetString() is var text && Personal().IsMatch(text!) => Hidden,
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };

    [GeneratedRegex(@"^[^\s@]+@[^\s@]+$|^[A-Z]{5}[0-9]{4}[A-Z]$")]
    private static partial Regex Personal();
}
