using System.Text.Json;
using System.Text.Json.Serialization;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Sync;

namespace Foliosync.Core.Statements;

/// <summary>What the holdings and cash of a file replaced, so that its import can be undone.</summary>
internal sealed partial record Replaced
{
    /// <summary>Time of the account's report before.</summary>
    public DateTimeOffset? ReportedAt { get; init; }

    /// <summary>Fingerprint of the account's report before.</summary>
    public byte[]? Fingerprint { get; init; }

    /// <summary>The run of the account's report before.</summary>
    public Guid? ReportRunId { get; init; }

    /// <summary>Where the account's history started before; null when it had none.</summary>
    public DateTimeOffset? FirstReportedAt { get; init; }

    /// <summary>Time of the account's report after.</summary>
    public required DateTimeOffset ReportedAtAfter { get; init; }

    /// <summary>Fingerprint of the account's report after.</summary>
    public required byte[] FingerprintAfter { get; init; }

    /// <summary>Holdings that it opened.</summary>
    public required IReadOnlyList<Guid> Opened { get; init; }

    /// <summary>Holdings that it changed or closed, as they were.</summary>
    public required IReadOnlyList<Holding> Holdings { get; init; }

    /// <summary>Periods that it ended.</summary>
    public required IReadOnlyList<Guid> Periods { get; init; }

    /// <summary>Balances that it opened.</summary>
    public required IReadOnlyList<Guid> CashOpened { get; init; }

    /// <summary>Balances that it changed or closed, as they were.</summary>
    public required IReadOnlyList<CashBalance> Cash { get; init; }

    /// <summary>What the changes replace in what was stored.</summary>
    public static Replaced Of(ClaimedAccount account, AccountReading after, AccountState before, AccountChanges changes)
    {
        var changed = changes.Changed.Concat(changes.Closed).Select(h => h.Id).ToHashSet();
        var cashChanged = changes.CashChanged.Concat(changes.CashClosed).Select(c => c.Id).ToHashSet();
        return new Replaced
        {
            ReportedAt = account.ReportedAt,
            Fingerprint = account.Fingerprint,
            ReportRunId = account.ReportRunId,
            FirstReportedAt = account.FirstReportedAt,
            ReportedAtAfter = after.Report.AsOf,
            FingerprintAfter = after.Fingerprint,
            Opened = [.. changes.Opened.Select(h => h.Id)],
            Holdings = [.. before.Holdings.Where(h => changed.Contains(h.Id))],
            Periods = [.. changes.Ended.Select(p => p.Id)],
            CashOpened = [.. changes.CashOpened.Select(c => c.Id)],
            Cash = [.. before.Cash.Where(c => cashChanged.Contains(c.Id))],
        };
    }

    public string ToJson() => JsonSerializer.Serialize(this, ReplacedJson.Default.Replaced);

    public static Replaced FromJson(string json) => JsonSerializer.Deserialize(json, ReplacedJson.Default.Replaced)!;

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonSerializable(typeof(Replaced))]
    private sealed partial class ReplacedJson : JsonSerializerContext;
}
