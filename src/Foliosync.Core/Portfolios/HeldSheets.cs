using System.Data.Common;
using System.Text;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Performance;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Portfolios;

/// <summary>
/// Reads what people hold, a few queries however much it is, and keeps it for as long as nothing was told anew of their accounts: the same
/// person sorts, filters and turns pages.
/// </summary>
public sealed class HeldSheets(Database database, DataVersion version, BrokerCatalog catalog, TimeProvider clock)
{
    // Five thousand lots are about two megabytes.
    private const int MostKept = 8;

    // Names of instruments are learnt without a word to the accounts.
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<OwnerScope, Kept> _kept = [];

    /// <summary>What a person holds now, and what others share.</summary>
    public async ValueTask<HeldSheet> ReadAsync(OwnerScope rows, CancellationToken cancellationToken)
    {
        var now = await version.ReadAsync(cancellationToken).ConfigureAwait(false);
        var kept = Find(rows);
        if (kept?.Version == now)
        {
            return kept.Sheet;
        }

        // Something was committed somewhere, most often that a worker lives.
        await using var read = await database.BeginReadAsync(cancellationToken).ConfigureAwait(false);
        var (accounts, told) = await ReadAccountsAsync(read, rows, cancellationToken).ConfigureAwait(false);
        var isSame = kept is not null && kept.Told == told && clock.GetUtcNow() - kept.At < KeptFor;
        var sheet = isSame ? kept!.Sheet : await LoadAsync(read, accounts, cancellationToken).ConfigureAwait(false);
        Keep(rows, new Kept(now, told, isSame ? kept!.At : clock.GetUtcNow(), sheet));
        return sheet;
    }

    private DateOnly DayOf(DateTimeOffset at, string brokerId) => Period.DayOf(at, catalog.ZoneOf(brokerId));

    /// <summary>The accounts, and what changes with each report, import, payment and price of them.</summary>
    private async Task<(Dictionary<Guid, HeldAccount> Accounts, string Told)> ReadAccountsAsync(
        ReadSnapshot read, OwnerScope rows, CancellationToken cancellationToken)
    {
        var accounts = new Dictionary<Guid, HeldAccount>();
        var told = new StringBuilder();
        var script = SqlScript.For(database);
        script.Query(
            $$"""
            select a.id, a.name, a.portfolio_id, a.connection_id, c.label, c.broker_id, a.reported_at, coalesce(s.touches, 0)
            from accounts a join connections c on c.id = a.connection_id left join valuation_states s on s.account_id = a.id
            where a.owner_id = @owner {{(rows.Shared.Count == 0 ? string.Empty : "or a.portfolio_id {ids}")}} order by a.id
            """,
            rows.Shared.Count == 0 ? null : [.. rows.Shared.Select(s => s.PortfolioId)],
            row =>
            {
                var account = new HeldAccount
                {
                    Id = row.Id(0),
                    Name = row.GetString(1),
                    PortfolioId = row.Id(2),
                    ConnectionId = row.Id(3),
                    ConnectionLabel = row.GetString(4),
                    BrokerId = row.GetString(5),
                    ReportedAt = row.InstantOrNull(6),
                };
                accounts.Add(account.Id, account);
                told.Append(account).Append(account.ReportedAt?.UtcTicks).Append(' ').Append(row.GetInt64(7)).Append('\n');
            },
            ("owner", rows.UserId ?? throw new ArgumentException("Everyone holds too much.", nameof(rows))));
        await script.RunAsync(read.Connection, read.Transaction, cancellationToken).ConfigureAwait(false);
        return (accounts, told.ToString());
    }

    private async Task<HeldSheet> LoadAsync(ReadSnapshot read, Dictionary<Guid, HeldAccount> accounts, CancellationToken cancellationToken)
    {
        if (accounts.Count == 0)
        {
            return new HeldSheet([], [], []);
        }

        var lots = new List<(HeldLot Lot, DateTimeOffset Since)>();
        var cash = new List<HeldCash>();
        var classes = Enum.GetValues<AssetClass>().ToDictionary(c => SqlValues.ToText(c), StringComparer.Ordinal);
        var second = SqlScript.For(database);
        second.Query(
            """
            select h.id, h.account_id, h.instrument_id, h.symbol, h.exchange, h.lot, h.quantity, h.unsettled_quantity, h.pledged_quantity, h.average_price,
                h.cost_basis, h.last_price, h.priced_at, h.last_reported_at, h.multiplier, h.since, i.name, i.isin, i.asset_class, i.currency
            from holdings h join instruments i on i.id = h.instrument_id where h.account_id {ids}
            """,
            accounts.Keys,
            row => lots.Add((LotOf(row, accounts[row.Id(1)], classes), row.Instant(15))));
        second.Query(
            "select account_id, segment, currency, amount, as_of from cash_balances where account_id {ids}",
            accounts.Keys,
            row => cash.Add(new HeldCash(accounts[row.Id(0)], row.GetString(1), row.GetString(2), row.Number(3), row.Instant(4))));
        await second.RunAsync(read.Connection, read.Transaction, cancellationToken).ConfigureAwait(false);
        var before = await PricesBeforeAsync(read, lots, cancellationToken).ConfigureAwait(false);
        return new HeldSheet(
            [.. accounts.Values],
            lots.ConvertAll(l => before.TryGetValue((l.Lot.InstrumentId, l.Lot.Account.BrokerId), out var price) && !ChangedSince(l.Lot, l.Since)
                ? l.Lot with { PriceBefore = price }
                : l.Lot),
            cash);
    }

    private static HeldLot LotOf(DbDataReader row, HeldAccount account, Dictionary<string, AssetClass> classes)
    {
        var reported = row.InstantOrNull(13) ?? account.ReportedAt;
        return new HeldLot
        {
            Id = row.Id(0),
            Account = account,
            InstrumentId = row.Id(2),
            Symbol = row.GetString(3),
            Exchange = row.TextOrNull(4),
            Lot = row.GetString(5),
            Quantity = row.Number(6),
            Unsettled = row.Number(7),
            Pledged = row.Number(8),
            AveragePrice = row.NumberOrNull(9),
            Cost = row.NumberOrNull(10),
            Price = row.NumberOrNull(11),
            PricedAt = row.InstantOrNull(12) ?? reported,
            ReportedAt = reported,
            Multiplier = row.Number(14),
            Name = row.TextOrNull(16),
            Isin = row.TextOrNull(17),
            AssetClass = classes[row.GetString(18)],
            Currency = row.GetString(19),
        };
    }

    // A split or a purchase of that day would look like a change of price of all units.
    private bool ChangedSince(HeldLot lot, DateTimeOffset since) =>
        lot.PricedAt is { } at && DayOf(since, lot.Account.BrokerId) >= DayOf(at, lot.Account.BrokerId);

    /// <summary>The broker's price of the day before, of all instruments that are priced on one day at once.</summary>
    private async Task<Dictionary<(Guid InstrumentId, string BrokerId), decimal>> PricesBeforeAsync(
        ReadSnapshot read, List<(HeldLot Lot, DateTimeOffset Since)> lots, CancellationToken cancellationToken)
    {
        var found = new Dictionary<(Guid, string), decimal>();
        var script = SqlScript.For(database);
        var priced = lots.Where(l => l.Lot is { Price: not null, PricedAt: not null })
            .GroupBy(l => (l.Lot.Account.BrokerId, Day: DayOf(l.Lot.PricedAt!.Value, l.Lot.Account.BrokerId)), l => l.Lot.InstrumentId);
        foreach (var some in priced)
        {
            var brokerId = some.Key.BrokerId;
            script.Query(
                """
                select i.id, (select p.value from prices p where p.instrument_id = i.id and p.day < @day and p.source = @broker order by p.day desc limit 1)
                from instruments i where i.id {ids}
                """,
                some.ToHashSet(),
                row =>
                {
                    if (row.NumberOrNull(1) is { } price)
                    {
                        found[(row.Id(0), brokerId)] = price;
                    }
                },
                ("day", some.Key.Day),
                ("broker", brokerId));
        }

        await script.RunAsync(read.Connection, read.Transaction, cancellationToken).ConfigureAwait(false);
        return found;
    }

    private Kept? Find(OwnerScope rows)
    {
        lock (_gate)
        {
            return _kept.GetValueOrDefault(rows);
        }
    }

    private void Keep(OwnerScope rows, Kept kept)
    {
        lock (_gate)
        {
            if (_kept.Count >= MostKept && !_kept.ContainsKey(rows))
            {
                _kept.Clear();
            }

            _kept[rows] = kept;
        }
    }

    /// <summary>What was read, and of which state of the data.</summary>
    private sealed record Kept(string Version, string Told, DateTimeOffset At, HeldSheet Sheet);
}
