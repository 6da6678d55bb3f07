using System.Globalization;
using Foliosync.Bench.Machine;
using Foliosync.Simulator;

namespace Foliosync.Bench.Soak;

/// <summary>Compares what the API tells of every connection with what the simulated broker knows to be true.</summary>
internal static class TruthComparison
{
    /// <summary>Finds the connections that differ.</summary>
    /// <param name="api">The server.</param>
    /// <param name="simulator">The broker; its market stands still.</param>
    /// <param name="since">From when on a Demo connection must have synced: it has no other truth here.</param>
    /// <param name="cancellationToken">Stops the comparison.</param>
    /// <returns>One sentence for each connection that is out of step.</returns>
    public static async Task<List<string>> FindDifferencesAsync(
        FoliosyncApi api, SimulatorProcess simulator, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var connections = await api.ListAsync<ConnectionRow>("connections", cancellationToken);
        var holdings = (await api.ListAsync<HoldingRow>("holdings", cancellationToken)).ToLookup(h => h.AccountId);
        var cash = (await api.ListAsync<CashRow>("cash-balances", cancellationToken)).ToLookup(c => c.AccountId);
        var truth = (await simulator.TruthAsync(cancellationToken)).ToDictionary(t => t.UserId);

        var differences = new List<string>();
        foreach (var connection in connections)
        {
            var difference = connection switch
            {
                { State: not "active" } => $"is {connection.State}",
                { Broker: "demo" } => connection.LastSuccessAt >= since ? null : $"last synced at {connection.LastSuccessAt:u}",
                { Accounts: [var account] } => Difference(holdings[account.Id], cash[account.Id], truth[account.ExternalId]),
                _ => $"has {connection.Accounts.Count} accounts",
            };
            if (difference is not null)
            {
                differences.Add($"{connection.Label} {difference}");
            }
        }

        return differences;
    }

    private static string? Difference(IEnumerable<HoldingRow> holdings, IEnumerable<CashRow> cash, KiteTruth truth)
    {
        var have = holdings
            .Select(h => $"{h.Symbol} {h.Exchange}: {Plain(h.Quantity)} units, {Plain(h.UnsettledQuantity)} unsettled, at {Plain(h.AveragePrice)}, worth {Plain(h.LastPrice)}")
            .Concat(cash.Select(c => $"{c.Segment}: {c.Currency} {Plain(c.Amount)}"));
        var must = truth.Holdings
            .Select(h => $"{h.Symbol} {h.Exchange}: {Plain(h.Quantity)} units, {Plain(h.UnsettledQuantity)} unsettled, at {Plain(h.AveragePrice)}, worth {Plain(h.LastPrice)}")
            .Concat(truth.Cash.Select(c => $"{c.Segment}: {c.Currency} {Plain(c.Amount)}"));

        // As lists and not as sets: a row that is there twice is a difference.
        var surplus = have.ToList();
        var missing = must.Where(m => !surplus.Remove(m)).ToList();
        return (surplus, missing) switch
        {
            ({ Count: 0 }, { Count: 0 }) => null,
            _ => $"has {surplus.Count} rows that are wrong and lacks {missing.Count}: has {surplus.FirstOrDefault() ?? "-"}; lacks {missing.FirstOrDefault() ?? "-"}",
        };
    }

    private static string Plain(string? number) => number is null ? "?" : Plain(decimal.Parse(number, CultureInfo.InvariantCulture));

    private static string Plain(decimal number) => number.ToString("0.############", CultureInfo.InvariantCulture);
}
