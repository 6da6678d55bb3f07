using System.CommandLine;
using System.Globalization;
using Foliosync.Core;
using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Jobs;
using Foliosync.Core.Sync;
using Foliosync.Hosting;
using Microsoft.EntityFrameworkCore;
using Spectre.Console;

namespace Foliosync.Cli;

/// <summary><c>foliosync sync</c>: syncs in the foreground, without any queue or server.</summary>
internal static class SyncVerb
{
    private static readonly Option<Guid?> Connection = Input.IdOption("--connection", "Only this connection, even a paused one", "connect list");
    private static readonly Option<string?> Broker = new("--broker") { Description = "Only connections of this broker", HelpName = "ID" };
    private static readonly Option<Guid?> Portfolio = Input.IdOption("--portfolio", "Only connections of this portfolio", "connect list --json");

    public static Command Create() => Verb.Create(
        "sync", "Sync now and wait for it; exit code 0 all fine, 1 some failed, 2 wrong usage or settings", RunAsync, Connection, Broker, Portfolio);

    private static async Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var request = await RequestAsync(context, cancellationToken);
        using var telemetry = Telemetry.IsWanted(context.Settings) ? Telemetry.Start(context.Settings) : null;
        var summary = await context.Output.WithProgressAsync(
            "Syncing",
            report => context.Service<SyncEngine>()
                .RunAsync(request, new Relay<SyncProgress>(p => report(p.Done, p.Total)), cancellationToken));
        await context.Service<Workers>().LeaveAsync(CancellationToken.None);
        context.Output.Result(summary, console => Show(console, summary));
        if (!cancellationToken.IsCancellationRequested)
        {
            // Whoever syncs from cron has no server that would do it.
            await context.UpdateValuesAsync(cancellationToken);
            await context.Service<HistoryRetention>().RunAsync(cancellationToken);
        }

        if (cancellationToken.IsCancellationRequested)
        {
            context.Output.Say("Stopped. What had been read is stored; the rest is as it was.");
            return ExitCode.Interrupted;
        }

        // Where no server runs, nobody else would tell.
        await context.Service<AlertDeliveries>().RunAsync(cancellationToken);
        return summary.Failed + summary.NeedsLogin + summary.NeedsReview > 0 ? ExitCode.Failed : ExitCode.Fine;
    }

    private static async Task<SyncRequest> RequestAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var connectionId = context.Get(Connection);
        var brokerId = context.Get(Broker);
        var portfolioId = context.Get(Portfolio);
        if (new object?[] { connectionId, brokerId, portfolioId }.Count(given => given is not null) > 1)
        {
            throw new UsageException("Give one of --connection, --broker and --portfolio.");
        }

        if (brokerId is not null)
        {
            var catalog = context.Service<BrokerCatalog>();
            brokerId = catalog.TryFind(brokerId, out var broker)
                ? broker.Manifest.Id
                : throw new UsageException($"There is no broker '{brokerId}'. Choose one of: {string.Join(", ", catalog.All.Select(b => b.Manifest.Id))}.");
        }

        await using var db = context.OpenDatabase();
        if (connectionId is { } connection && !await db.Connections.AnyAsync(c => c.Id == connection, cancellationToken))
        {
            throw new NotFoundException("connection");
        }

        if (portfolioId is { } portfolio && !await db.Portfolios.AnyAsync(p => p.Id == portfolio, cancellationToken))
        {
            throw new NotFoundException("portfolio");
        }

        return new SyncRequest { ConnectionId = connectionId, BrokerId = brokerId, PortfolioId = portfolioId, Trigger = SyncTrigger.Manual };
    }

    private static void Show(IAnsiConsole console, SyncSummary summary)
    {
        if (summary.Connections == 0)
        {
            console.Line("There is nothing to sync. 'foliosync connect list' shows the connections.");
            return;
        }

        var parts = new List<string> { $"{Tables.Number(summary.Succeeded)} synced" };
        AddIf(summary.NeedsLogin, summary.NeedsLogin == 1 ? "needs a login" : "need a login");
        AddIf(summary.NeedsReview, summary.NeedsReview == 1 ? "needs a look" : "need a look");
        AddIf(summary.Failed, "failed");
        AddIf(summary.Skipped, "left alone, because another process is at them or the sync was stopped");
        console.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{summary.Connections:N0} {(summary.Connections == 1 ? "connection" : "connections")} in {summary.Elapsed.TotalSeconds:N1} s: {string.Join(", ", parts)}."));

        var counts = summary.Counts;
        console.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{counts.Received:N0} rows received: {counts.Inserted:N0} new, {counts.Updated:N0} changed, {counts.Closed:N0} closed, {counts.Unchanged:N0} unchanged, {counts.Skipped:N0} skipped."));

        if (summary.Problems.Count > 0)
        {
            var table = Tables.Create("Connection", "State", "What to do");
            foreach (var problem in summary.Problems)
            {
                table.Row(problem.Label, Tables.Word(problem.State), problem.Message);
            }

            console.Write(table);
        }

        void AddIf(int count, string what)
        {
            if (count > 0)
            {
                parts.Add($"{Tables.Number(count)} {what}");
            }
        }
    }
}
