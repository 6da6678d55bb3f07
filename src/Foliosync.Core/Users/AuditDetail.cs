using System.Text.Json.Nodes;

namespace Foliosync.Core.Users;

/// <summary>Writes the details of audit events.</summary>
internal static class AuditDetail
{
    /// <summary>One or several values by name, as JSON.</summary>
    public static string Of(string name, string? value, params (string Name, string? Value)[] more)
    {
        var detail = new JsonObject { [name] = value };
        foreach (var (other, text) in more)
        {
            detail[other] = text;
        }

        return detail.ToJsonString();
    }
}
