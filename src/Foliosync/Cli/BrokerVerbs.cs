using System.CommandLine;
using Foliosync.Core.Connections;
using Spectre.Console;

namespace Foliosync.Cli;

/// <summary><c>foliosync broker …</c>.</summary>
internal static class BrokerVerbs
{
    public static Command Create() => Verb.Group(
        "broker",
        "The brokers this program knows",
        Verb.Create("list", "List the brokers, what they can and what they need", ListAsync));

    private static Task ListAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var catalog = context.Service<BrokerCatalog>();
        var brokers = catalog.All.Select(b => new
        {
            b.Manifest.Id,
            b.Manifest.Name,
            b.Manifest.Country,
            b.Manifest.Homepage,
            b.Manifest.DocsUrl,
            Capabilities = BrokerCatalog.CapabilitiesOf(b),
            b.Manifest.Unattended,
            b.Manifest.Maturity,
            b.Manifest.SessionRule,
            catalog.SettingsOf(b.Manifest.Id).Enabled,
            b.Manifest.Credentials,
        }).ToList();
        context.Output.Result(brokers, console =>
        {
            var table = Tables.Create("Id", "Name", "Country", "Can", "Needs", "State");
            foreach (var broker in brokers)
            {
                table.Row(
                    broker.Id,
                    broker.Name,
                    broker.Country,
                    string.Join(", ", broker.Capabilities),
                    string.Join(", ", broker.Credentials.Select(c => c.Required ? c.Key : $"[{c.Key}]")),
                    broker.Enabled ? $"{broker.Maturity}".ToLowerInvariant() : "switched off");
            }

            console.WriteTable(table, "This program has no brokers.");
        });
        return Task.CompletedTask;
    }
}
