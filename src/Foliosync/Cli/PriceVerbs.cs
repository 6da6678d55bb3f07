using System.CommandLine;
using System.Globalization;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Prices;

namespace Foliosync.Cli;

/// <summary><c>foliosync prices …</c>: prices and exchange rates that do not come from brokers.</summary>
internal static class PriceVerbs
{
    private static readonly Option<string?> Source = new Option<string?>("--source")
    {
        Description = "Only this source",
        HelpName = "ID",
    }.AcceptOnlyFromAmong([.. PriceSource.All.Select(s => s.Id)]);

    public static Command Create() => Verb.Group(
        "prices",
        "Prices and exchange rates between the brokers' reports",
        Verb.Create("fetch", "Ask the sources that are switched on now", FetchAsync, Source),
        Verb.Create("status", "Show the sources, what they last gave and what may be done with it", StatusAsync));

    private static async Task<int> FetchAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var feeds = context.Service<PriceFeeds>();
        var sources = context.Get(Source) is { } id
            ? [PriceSource.All.Single(s => s.Id == id)]
            : PriceSource.All.Where(context.Settings.Prices.IsEnabled).ToList();
        List<Fetched> results = [];
        foreach (var source in sources)
        {
            try
            {
                results.Add(new Fetched(source.Id, await feeds.FetchAsync(source, cancellationToken), null));
            }
            catch (BrokerException e)
            {
                // One source's trouble is no reason to leave the others out.
                context.Output.Fail(e.Message);
                results.Add(new Fetched(source.Id, 0, e.Message));
            }
        }

        context.Output.Result(results, console =>
        {
            foreach (var result in results.Where(r => r.Error is null))
            {
                console.Line($"{result.Source}: {(result.Written == 0 ? "nothing new" : $"{Tables.Number(result.Written)} read")}.");
            }
        });
        return results.TrueForAll(r => r.Error is null) ? ExitCode.Fine : ExitCode.Failed;
    }

    private static async Task StatusAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var sources = (await context.Service<PriceFeeds>().StatusAsync(cancellationToken)).Select(s => new
        {
            s.Source.Id,
            s.Source.Name,
            Enabled = s.IsEnabled,
            s.NewestDay,
            s.State?.AskedAt,
            s.State?.SucceededAt,
            s.State?.NextAt,
            s.State?.Problem,
            s.Source.Terms,
        }).ToList();
        context.Output.Result(sources, console =>
        {
            var table = Tables.Create("Id", "Source", "State", "Newest day", "Last read", "Next", "Problem", "Terms");
            foreach (var source in sources)
            {
                table.Row(
                    source.Id,
                    source.Name,
                    source.Enabled ? "on" : "off",
                    source.NewestDay?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                    Tables.Instant(source.SucceededAt),
                    source.Enabled ? Tables.Instant(source.NextAt) : null,
                    source.Problem,
                    source.Terms);
            }

            console.WriteTable(table, "This program knows no sources.");
        });
    }

    private sealed record Fetched(string Source, int Written, string? Error);
}
