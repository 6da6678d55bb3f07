using Foliosync.Core;
using Foliosync.Core.Alerts;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Prices;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync.Reviews;
using Foliosync.Core.Valuations;
using Foliosync.Web.Connections;
using Foliosync.Web.Shared.Charts;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Web.Overview;

/// <summary>
/// Reads what a person looks at every morning. The line comes from stored daily values, what is held from the sheet that the table of
/// holdings uses, too: nothing here grows with the years but the line of all time.
/// </summary>
internal sealed class OverviewReader(
    Database database, PerformanceReports reports, HeldSheets sheets, FxRates rates, ConnectionsReader connections, TimeProvider clock)
{
    /// <summary>The ranges that can be chosen, as they stand in the address.</summary>
    public static IReadOnlyList<string> Ranges { get; } = ["1m", "6m", "1y", "max"];

    /// <summary>The range that is shown when none is chosen.</summary>
    public const string UsualRange = "1y";

    // A change of the day is looked for so far back: over a long weekend.
    private const int LookBack = 7;

    /// <summary>Reads it.</summary>
    /// <param name="viewer">The person.</param>
    /// <param name="portfolioId">One portfolio; null for all together.</param>
    /// <param name="range">One of <see cref="Ranges"/>; anything else is the usual one.</param>
    /// <param name="currency">ISO 4217 of all amounts; null, or anything else, for the usual one.</param>
    /// <param name="cancellationToken">Stops the queries.</param>
    /// <exception cref="NotFoundException">There is no such portfolio of this person.</exception>
    public async Task<OverviewModel> ReadAsync(Viewer viewer, Guid? portfolioId, string? range, string? currency, CancellationToken cancellationToken)
    {
        var wanted = Ranges.FirstOrDefault(r => r.Equals(range, StringComparison.OrdinalIgnoreCase)) ?? UsualRange;
        await using var db = database.Open(viewer.Rows);
        var portfolios = await db.PortfoliosAsync(cancellationToken);
        var chosen = portfolioId is null ? null : portfolios.Find(p => p.Id == portfolioId) ?? throw new NotFoundException("portfolio");
        var usual = viewer.CurrencyOf(portfolios, chosen?.Id);
        var told = currency is { Length: 3 } && currency.All(char.IsAsciiLetter) ? currency.ToUpperInvariant() : usual;
        var all = await sheets.ReadAsync(viewer.Rows, cancellationToken);
        var sheet = chosen is null ? all : all.Of(chosen.Id);
        var now = clock.GetUtcNow();
        var from = StartOf(wanted, viewer.Formats.DayOf(now));
        var worth = await Worth.LoadAsync(
            rates, told, viewer.Formats.DayOf(now), sheet.Lots.Select(l => l.Currency).Concat(sheet.Cash.Select(c => c.Currency)), cancellationToken);
        var line = sheet.Accounts.Count == 0 ? null : await reports.ValuationsAsync(
            new PerformanceQuestion { PortfolioId = chosen?.Id, From = from, Currency = told }, viewer.Rows, cancellationToken);
        return new OverviewModel
        {
            Portfolios = portfolios,
            Chosen = chosen,
            Range = wanted,
            Currency = told,
            Currencies = [.. all.Lots.Select(l => l.Currency).Concat(all.Cash.Select(c => c.Currency)).Append(usual).Append("USD").Append(told).Distinct().Order(StringComparer.Ordinal)],
            IsUsualCurrency = told == usual,
            Sheet = sheet,
            Worth = worth,
            Line = WithContributions(line, from),
            Value = line is { Days: [.., var last] } ? last.Value : null,
            Change = ChangeOf(line),
            AsOf = line?.AsOf,
            Updating = line?.Updating ?? false,
            OldPrices = sheet.Lots.Count(l => l.Price is null || now - l.PricedAt > Freshness.OldPrice),
            Connections = await connections.StatusesAsync(viewer.Rows, chosen?.Id, cancellationToken),
            Alerts = await OpenAlertsAsync(db, cancellationToken),
            Reviews = await ReviewsAsync(viewer, db, cancellationToken),
        };
    }

    // Those that the person can decide.
    private static async Task<IReadOnlyList<Guid>> ReviewsAsync(Viewer viewer, FoliosyncDb db, CancellationToken cancellationToken)
    {
        var waiting = await db.Reviews.AsNoTracking().Where(r => r.State == ReviewState.Waiting)
            .Select(r => new { r.LastRunId, r.Account!.PortfolioId }).Distinct().ToListAsync(cancellationToken);
        return [.. waiting.Where(r => viewer.MayChange(r.PortfolioId)).Select(r => r.LastRunId).Distinct()];
    }

    private static DateOnly? StartOf(string range, DateOnly today) => range switch
    {
        "1m" => today.AddMonths(-1),
        "6m" => today.AddMonths(-6),
        "1y" => today.AddYears(-1),
        _ => null,
    };

    // What was there when the range begins, and what came and went since: the distance to the value is what was gained.
    private static List<ChartPoint> WithContributions(ValuationReport? report, DateOnly? from)
    {
        var days = report?.Days ?? [];
        var points = new List<ChartPoint>(days.Count);
        decimal? put = 0m;
        foreach (var (i, day) in days.Index())
        {
            put = i == 0 && day.Day == from ? day.Value : put + day.In - day.Out;
            points.Add(new ChartPoint(day.Day, day.Value, put));
        }

        return points;
    }

    /// <summary>The last change of value that payments do not explain: of today, or of the last day on which prices moved.</summary>
    private static DayChange? ChangeOf(ValuationReport? report)
    {
        var days = report?.Days ?? [];
        for (var i = days.Count - 1; i > 0 && i >= days.Count - LookBack; i--)
        {
            if (days[i] is { Value: { } value } day && days[i - 1].Value is { } before && value - before - day.In + day.Out is var change && change != 0)
            {
                return new DayChange(day.Day, change, before + day.In is > 0 and var whole ? change / whole : null, i == days.Count - 1);
            }
        }

        return null;
    }

    private static async Task<List<Alert>> OpenAlertsAsync(FoliosyncDb db, CancellationToken cancellationToken) => await db.Alerts.AsNoTracking()
        .Where(a => a.ResolvedAt == null && a.DismissedAt == null).OrderByDescending(a => a.Id).Take(20).ToListAsync(cancellationToken);
}

/// <summary>What the overview shows.</summary>
internal sealed record OverviewModel
{
    public required IReadOnlyList<Portfolio> Portfolios { get; init; }

    /// <summary>The portfolio that is shown; null for all together.</summary>
    public required Portfolio? Chosen { get; init; }

    public required string Range { get; init; }

    public required string Currency { get; init; }

    /// <summary>Currencies that can be chosen.</summary>
    public required IReadOnlyList<string> Currencies { get; init; }

    /// <summary>False when the person asked for another currency than the usual one.</summary>
    public required bool IsUsualCurrency { get; init; }

    public required HeldSheet Sheet { get; init; }

    public required Worth Worth { get; init; }

    public required IReadOnlyList<ChartPoint> Line { get; init; }

    /// <summary>Value of today; null when it is not known.</summary>
    public required decimal? Value { get; init; }

    public required DayChange? Change { get; init; }

    public required DateTimeOffset? AsOf { get; init; }

    public required bool Updating { get; init; }

    /// <summary>Holdings without a price, or with an old one.</summary>
    public required int OldPrices { get; init; }

    public required IReadOnlyList<ConnectionStatus> Connections { get; init; }

    public required IReadOnlyList<Alert> Alerts { get; init; }

    /// <summary>Runs whose report waits for a decision.</summary>
    public required IReadOnlyList<Guid> Reviews { get; init; }

    /// <summary>True while the first sync is at work, or the first values are being computed: soon there is more to see.</summary>
    public bool IsBeingFilled => HasNothingYet ? Connections.Any(c => c.ActiveRun is not null) : Updating && Line.Count(p => p.Value is not null) < 2;

    /// <summary>True while nothing was told of any account: a broker lists them before it is read for the first time.</summary>
    public bool HasNothingYet => Sheet.Lots.Count == 0 && Sheet.Cash.Count == 0 && Sheet.Accounts.All(a => a.ReportedAt is null);

    /// <summary>What the range gained: value less what was put in.</summary>
    public decimal? RangeGain => Line.Count > 0 && Line[^1] is { Value: { } value, Beside: { } put } ? value - put : null;

    /// <summary>What is known of the value: what the stored values say, else what is held and has a price and a rate.</summary>
    public decimal KnownValue => Value ?? Sheet.Lots.Sum(l => Worth.Of(l.Value, l.Currency) ?? 0m) + Cash;

    /// <summary>Holdings and balances without a price or a rate.</summary>
    public int WithoutValue => Sheet.Lots.Count(l => Worth.Of(l.Value, l.Currency) is null) + Sheet.Cash.Count(c => Worth.Of(c.Amount, c.Currency) is null);

    /// <summary>Gain of everything whose cost and price are known.</summary>
    public decimal Gain => Sheet.Lots.Sum(l => Worth.Of(l.Gain, l.Currency) ?? 0m);

    /// <summary>What that cost.</summary>
    public decimal GainCost => Sheet.Lots.Sum(l => l.Value is null ? 0m : Worth.Of(l.Cost, l.Currency) ?? 0m);

    /// <summary>Holdings whose cost is not known.</summary>
    public int WithoutCost => Sheet.Lots.Count(l => l.Cost is null);

    /// <summary>Own money.</summary>
    public decimal Cash => Sheet.Cash.Sum(c => Worth.Of(c.Amount, c.Currency) ?? 0m);

    /// <summary>Parts of what is held and of cash, by some name.</summary>
    public IEnumerable<Slice> Slices(Func<HeldLot, string> nameOf, Func<HeldCash, string?> cashNameOf) =>
        Sheet.Lots.Select(l => (Name: (string?)nameOf(l), Amount: Worth.Of(l.Value, l.Currency) ?? 0m))
            .Concat(Sheet.Cash.Select(c => (Name: cashNameOf(c), Amount: Worth.Of(c.Amount, c.Currency) ?? 0m)))
            .Where(p => p.Name is not null)
            .GroupBy(p => p.Name!, StringComparer.Ordinal)
            .Select(g => new Slice(g.Key, g.Sum(p => p.Amount)));
}

/// <summary>How the value changed on a day, payments left out.</summary>
/// <param name="Day">The day.</param>
/// <param name="Amount">In the currency of the page.</param>
/// <param name="Fraction">Of what was there; null when nothing was.</param>
/// <param name="IsToday">True when it is the last day there is.</param>
internal sealed record DayChange(DateOnly Day, decimal Amount, decimal? Fraction, bool IsToday);
