using System.Text.Json;
using System.Text.Json.Serialization;

namespace Foliosync.Bench;

/// <summary>How the bench writes JSON: camelCase, no nulls.</summary>
internal static class BenchJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}
