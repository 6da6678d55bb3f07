using System.Globalization;
using Foliosync.Brokers.Contract;
using Foliosync.Core;
using Foliosync.Core.Connections;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Foliosync.Api;

/// <summary>A broker that can be connected.</summary>
internal sealed record BrokerView(
    string Id,
    string Name,
    string Country,
    Uri Homepage,
    Uri DocsUrl,
    IReadOnlyList<string> Capabilities,
    bool Unattended,
    BrokerMaturity Maturity,
    string SessionRule,
    string TimeZone,
    IReadOnlyList<string> SyncTimes,
    int? HistoryDays,
    bool Enabled,
    IReadOnlyList<CredentialFieldView> Credentials)
{
    public static BrokerView Of(BrokerDescription broker) => new(
        broker.Manifest.Id,
        broker.Manifest.Name,
        broker.Manifest.Country,
        broker.Manifest.Homepage,
        broker.Manifest.DocsUrl,
        broker.Capabilities,
        broker.Manifest.Unattended,
        broker.Manifest.Maturity,
        broker.Manifest.SessionRule,
        broker.Manifest.TimeZone,
        [.. broker.Manifest.SyncTimes.Select(t => t.ToString("HH:mm", CultureInfo.InvariantCulture))],
        broker.Manifest.HistoryDepth is { } depth ? (int)depth.TotalDays : null,
        broker.Enabled,
        [.. broker.Manifest.Credentials.Select(CredentialFieldView.Of)]);
}

/// <summary>One thing that a person must give to connect or to log in.</summary>
internal sealed record CredentialFieldView(
    string Key, string Label, CredentialKind Kind, bool Required, string? Help, string? Pattern, IReadOnlyList<string> Choices)
{
    public static CredentialFieldView Of(CredentialField f) => new(f.Key, f.Label, f.Kind, f.Required, f.Help, f.Pattern, f.Choices);
}

/// <summary><c>/api/v1/brokers</c>.</summary>
internal static class BrokersApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/brokers").WithTags("Brokers");
        group.MapGet("/", List).WithName("listBrokers").WithSummary("List brokers, what they can do and what they ask for");
        group.MapGet("/{broker}", Get).WithName("getBroker").WithSummary("Get a broker").ProducesProblem(404);
    }

    private static Ok<Page<BrokerView>> List(BrokerCatalog catalog) =>
        TypedResults.Ok(new Page<BrokerView>([.. BrokerDescription.AllOf(catalog).Select(BrokerView.Of)], null));

    private static Ok<BrokerView> Get(BrokerCatalog catalog, string broker) =>
        BrokerDescription.AllOf(catalog).FirstOrDefault(b => b.Manifest.Id.Equals(broker, StringComparison.OrdinalIgnoreCase)) is { } found
            ? TypedResults.Ok(BrokerView.Of(found))
            : throw new NotFoundException("broker");
}
