using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Instruments;

/// <summary>How an instrument is shown.</summary>
/// <param name="Name">Null when it has none.</param>
/// <param name="Currency">ISO 4217.</param>
public sealed record NamedInstrument(string? Name, string Currency)
{
    /// <summary>Adds the query that fills <paramref name="names"/>.</summary>
    internal static void Load(SqlScript script, IReadOnlyCollection<Guid> ids, Dictionary<Guid, NamedInstrument> names) => script.Query(
        "select id, name, currency from instruments where id {ids}",
        ids,
        row => names[row.Id(0)] = new NamedInstrument(row.TextOrNull(1), row.GetString(2)));
}
