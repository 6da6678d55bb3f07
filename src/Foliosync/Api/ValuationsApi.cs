using System.ComponentModel;
using System.Security.Claims;
using Foliosync.Core;
using Foliosync.Core.Valuations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Foliosync.Api;

/// <summary>Values by day.</summary>
/// <param name="Items">One a day, the earliest first.</param>
/// <param name="Next">Send it as <c>after</c> to get the next part; null when this was the last.</param>
/// <param name="Name">What is valued, for people.</param>
/// <param name="Currency">ISO 4217 of all amounts.</param>
/// <param name="AsOf">UTC instant at which the values were computed, the earliest of several accounts; null when none were.</param>
/// <param name="Updating">True when something has changed since and newer values are being computed.</param>
internal sealed record ValuationsView(
    IReadOnlyList<DayValue> Items, string? Next, string Name, string Currency, DateTimeOffset? AsOf, bool Updating);

/// <summary>What valuations and performance have in common: the time, and what is counted.</summary>
internal sealed record MeasureQuery
{
    [FromQuery(Name = "period"), Description("A named period that ends today: 1d, 1w, mtd, 1m, 6m, ytd, 1y or max.")]
    public string? Period { get; init; }

    [FromQuery(Name = "from"), Description("First day to measure; the first with data if not given.")]
    public DateOnly? From { get; init; }

    [FromQuery(Name = "to"), Description("Last day to measure; today if not given.")]
    public DateOnly? To { get; init; }

    [FromQuery(Name = "assetClass"), Description("Only this kind of instrument, or cash.")]
    public string? AssetClass { get; init; }

    [FromQuery(Name = "currency"), Description("ISO 4217; the portfolio's base currency, or the instrument's own, if not given.")]
    public string? Currency { get; init; }

    /// <summary>The question without its subject.</summary>
    public PerformanceQuestion Question => new() { Period = Period, From = From, To = To, AssetClass = AssetClass, Currency = Currency };
}

/// <summary>Which further part of an instrument or a portfolio is meant.</summary>
internal sealed record NarrowedBy
{
    [FromQuery(Name = "portfolioId"), Description("Only of this portfolio.")]
    public Guid? PortfolioId { get; init; }

    [FromQuery(Name = "accountId"), Description("Only of this account.")]
    public Guid? AccountId { get; init; }
}

/// <summary><c>/valuations</c> and <c>/performance</c> of portfolios, accounts and instruments.</summary>
internal static class ValuationsApi
{
    // A line of twenty years is one answer.
    private const int MostDays = 10_000;

    private const long MostFileBytes = 1024 * 1024;

    public static void Map(RouteGroupBuilder api)
    {
        MapSubject(api, "portfolios", "Portfolio", "a portfolio", (id, narrowed) => new PerformanceQuestion { PortfolioId = id, AccountId = narrowed.AccountId });
        MapSubject(api, "accounts", "Account", "an account", (id, _) => new PerformanceQuestion { AccountId = id });
        MapSubject(api, "instruments", "Instrument", "an instrument in own accounts", (id, narrowed) =>
            new PerformanceQuestion { InstrumentId = id, PortfolioId = narrowed.PortfolioId, AccountId = narrowed.AccountId });
    }

    private static void MapSubject(
        RouteGroupBuilder api, string subject, string word, string what, Func<Guid, NarrowedBy, PerformanceQuestion> questionOf)
    {
        var group = api.MapGroup($"/{subject}/{{id:guid}}").WithTags("Worth and returns");
        group.MapGet("/valuations", ValuationsAsync).WithName($"get{word}Valuations").WithSummary($"The value of {what} by day")
            .ProducesProblem(400).ProducesProblem(404);
        group.MapGet("/performance", PerformanceAsync).WithName($"get{word}Performance")
            .WithSummary($"Returns, gain and risk of {what} over a period, with a benchmark if wanted").ProducesProblem(400).ProducesProblem(404);
        group.MapPost("/performance", CompareAsync).WithName($"compare{word}Performance")
            .WithSummary($"The same, compared with a file of prices: lines of day and price, for example 2026-01-31,101.5")
            .WithMetadata(new RequestSizeLimitAttribute(MostFileBytes))
            .DisableAntiforgery() // There is no cookie that a foreign page could use.
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422);

        Task<Ok<ValuationsView>> ValuationsAsync(
            ClaimsPrincipal user,
            PerformanceReports reports,
            Guid id,
            [AsParameters] MeasureQuery query,
            [AsParameters] NarrowedBy narrowed,
            [Description("True for the value of each account and class.")] bool? parts,
            [Description("How many days at most: 1 to 10000, all if not given.")] int? limit,
            [Description("The value of next from the page before.")] string? after,
            CancellationToken cancellationToken) =>
            ListAsync(
                reports, Caller.Of(user), Merge(questionOf(id, narrowed), query) with { WithExplanation = parts ?? false }, limit, after, cancellationToken);

        Task<Ok<PerformanceReport>> PerformanceAsync(
            ClaimsPrincipal user,
            PerformanceReports reports,
            Guid id,
            [AsParameters] MeasureQuery query,
            [AsParameters] NarrowedBy narrowed,
            [Description("An instrument to compare with: its id, ISIN or symbol.")] string? benchmark,
            [Description("True for the lines by day behind the figures.")] bool? lines,
            [Description("True for flows, sub-periods, prices and rates behind the figures.")] bool? explain,
            CancellationToken cancellationToken) =>
            ReportAsync(
                reports,
                Caller.Of(user),
                Merge(questionOf(id, narrowed), query) with { Benchmark = benchmark, WithLines = lines ?? false, WithExplanation = explain ?? false },
                cancellationToken);

        async Task<Ok<PerformanceReport>> CompareAsync(
            ClaimsPrincipal user,
            PerformanceReports reports,
            Guid id,
            IFormFile? file,
            [AsParameters] MeasureQuery query,
            [AsParameters] NarrowedBy narrowed,
            [Description("True for the lines by day behind the figures.")] bool? lines,
            [Description("True for flows, sub-periods, prices and rates behind the figures.")] bool? explain,
            CancellationToken cancellationToken)
        {
            if (file is null)
            {
                throw new InputException("Send the file of prices in the form field 'file'.", "file");
            }

            using var text = new StreamReader(file.OpenReadStream());
            var prices = await BenchmarkFile.ReadAsync("Prices of the file", text, cancellationToken);
            return TypedResults.Ok(await reports.ReportAsync(
                Merge(questionOf(id, narrowed), query) with { BenchmarkFile = prices, WithLines = lines ?? false, WithExplanation = explain ?? false },
                Caller.Of(user).Rows,
                cancellationToken));
        }
    }

    private static PerformanceQuestion Merge(PerformanceQuestion subject, MeasureQuery query) => query.Question with
    {
        PortfolioId = subject.PortfolioId,
        AccountId = subject.AccountId,
        InstrumentId = subject.InstrumentId,
    };

    private static async Task<Ok<PerformanceReport>> ReportAsync(
        PerformanceReports reports, Caller caller, PerformanceQuestion question, CancellationToken cancellationToken) =>
        TypedResults.Ok(await AnswerAsync(() => reports.ReportAsync(question, caller.Rows, cancellationToken)));

    // All of the question stands in the address.
    private static async Task<T> AnswerAsync<T>(Func<Task<T>> answer)
    {
        try
        {
            return await answer();
        }
        catch (InputException e)
        {
            throw new QueryException(e.Field!, e.Message);
        }
    }

    private static async Task<Ok<ValuationsView>> ListAsync(
        PerformanceReports reports, Caller caller, PerformanceQuestion question, int? limit, string? after, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > MostDays)
        {
            throw new QueryException("limit", $"The limit must be a number from 1 to {MostDays}.");
        }

        var cursor = new PageQuery { After = after }.AfterDay;
        var report = await AnswerAsync(() => reports.ValuationsAsync(question, caller.Rows, cancellationToken));
        var days = report.Days.Where(d => cursor is not { } last || d.Day > last.Day).Take((limit ?? MostDays) + 1).ToList();
        var isCut = days.Count > (limit ?? MostDays);
        if (isCut)
        {
            days.RemoveAt(days.Count - 1);
        }

        return TypedResults.Ok(new ValuationsView(
            days, isCut ? PageQuery.CursorOf(days[^1].Day, "day") : null, report.Name, report.Currency, report.AsOf, report.Updating));
    }
}
