using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Jobs;
using Foliosync.Core.Sync;

namespace Foliosync.Core.Storage;

/// <summary>How values are written where a database has no type of its own. Entity Framework and the bulk path share it.</summary>
internal static partial class SqlValues
{
    public static long ToMicroseconds(DateTimeOffset instant) =>
        (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset FromMicroseconds(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    /// <summary>The form Entity Framework writes on SQLite: at least one decimal.</summary>
    public static string ToText(decimal value)
    {
        var text = value.ToString(CultureInfo.InvariantCulture);
        return text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";
    }

    /// <summary>The form Entity Framework writes on SQLite: upper case.</summary>
    public static string ToText(Guid value) => value.ToString("D").ToUpperInvariant();

    /// <summary>When a row was made, told by its time-ordered id, to the millisecond.</summary>
    public static DateTimeOffset InstantOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds((BinaryPrimitives.ReadInt64BigEndian(bytes) >> 16) & 0xFFFF_FFFF_FFFF);
    }

    public static string ToText(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string ToText<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    public static TEnum Parse<TEnum>(string text)
        where TEnum : struct, Enum => Enum.Parse<TEnum>(text, ignoreCase: true);

    public static string ToJson(IReadOnlyList<BrokerWarning> warnings) =>
        warnings.Count == 0 ? "[]" : JsonSerializer.Serialize(warnings, Json.Default.IReadOnlyListBrokerWarning);

    public static IReadOnlyList<BrokerWarning> WarningsFrom(string json) =>
        JsonSerializer.Deserialize(json, Json.Default.IReadOnlyListBrokerWarning) ?? [];

    public static string ToJson(IReadOnlyList<SyncStep> steps) =>
        steps.Count == 0 ? "[]" : JsonSerializer.Serialize(steps, Json.Default.IReadOnlyListSyncStep);

    public static IReadOnlyList<SyncStep> StepsFrom(string json) =>
        JsonSerializer.Deserialize(json, Json.Default.IReadOnlyListSyncStep) ?? [];

    public static string ToJson(IReadOnlyList<RunRequest> requests) =>
        requests.Count == 0 ? "[]" : JsonSerializer.Serialize(requests, Json.Default.IReadOnlyListRunRequest);

    public static IReadOnlyList<RunRequest> RequestsFrom(string json) => JsonSerializer.Deserialize(json, Json.Default.IReadOnlyListRunRequest) ?? [];

    public static string ToJson(IReadOnlyList<RunLogLine> lines) =>
        lines.Count == 0 ? "[]" : JsonSerializer.Serialize(lines, Json.Default.IReadOnlyListRunLogLine);

    public static IReadOnlyList<RunLogLine> LogFrom(string json) => JsonSerializer.Deserialize(json, Json.Default.IReadOnlyListRunLogLine) ?? [];

    public static string ToJson(IReadOnlyList<RunAtWork> runs) =>
        runs.Count == 0 ? "[]" : JsonSerializer.Serialize(runs, Json.Default.IReadOnlyListRunAtWork);

    public static IReadOnlyList<RunAtWork> RunsAtWorkFrom(string json) => JsonSerializer.Deserialize(json, Json.Default.IReadOnlyListRunAtWork) ?? [];

    public static string ToJson(IReadOnlyList<RecurringTurn> turns) => JsonSerializer.Serialize(turns, Json.Default.IReadOnlyListRecurringTurn);

    public static IReadOnlyList<RecurringTurn> TurnsFrom(string json) => JsonSerializer.Deserialize(json, Json.Default.IReadOnlyListRecurringTurn) ?? [];

    public static string ToJson(IReadOnlyList<long> counts) => JsonSerializer.Serialize(counts, Json.Default.IReadOnlyListInt64);

    public static IReadOnlyList<long> CountsFrom(string json) => JsonSerializer.Deserialize(json, Json.Default.IReadOnlyListInt64) ?? [];

    public static string ToJson(IReadOnlyList<string> texts) => JsonSerializer.Serialize(texts, Json.Default.IReadOnlyListString);

    public static IReadOnlyList<string> TextsFrom(string json) => JsonSerializer.Deserialize(json, Json.Default.IReadOnlyListString) ?? [];

    public static string ToJson(IReadOnlyList<Guid> ids) => JsonSerializer.Serialize(ids, Json.Default.IReadOnlyListGuid);

    public static IReadOnlyList<Guid> IdsFrom(string json) => JsonSerializer.Deserialize(json, Json.Default.IReadOnlyListGuid) ?? [];

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(IReadOnlyList<BrokerWarning>))]
    [JsonSerializable(typeof(IReadOnlyList<SyncStep>))]
    [JsonSerializable(typeof(IReadOnlyList<RunRequest>))]
    [JsonSerializable(typeof(IReadOnlyList<RunLogLine>))]
    [JsonSerializable(typeof(IReadOnlyList<RunAtWork>))]
    [JsonSerializable(typeof(IReadOnlyList<RecurringTurn>))]
    [JsonSerializable(typeof(IReadOnlyList<long>))]
    [JsonSerializable(typeof(IReadOnlyList<string>))]
    [JsonSerializable(typeof(IReadOnlyList<Guid>))]
    private sealed partial class Json : JsonSerializerContext;
}
