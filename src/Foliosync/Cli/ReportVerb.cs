using System.CommandLine;
using System.Globalization;
using Foliosync.Core;
using Foliosync.Core.Performance;
using Foliosync.Core.Storage;
using Foliosync.Core.Valuations;
using Microsoft.EntityFrameworkCore;
using Spectre.Console;

namespace Foliosync.Cli;

/// <summary><c>foliosync report</c>: worth and returns, as a table with a sparkline, as JSON or as CSV.</summary>
internal static class ReportVerb
{
    private static readonly Option<Guid?> Portfolio = Input.IdOption("--portfolio", "Only this portfolio; all of them if not given", "report --json");
    private static readonly Option<Guid?> Account = Input.IdOption("--account", "Only this account", "accounts list");
    private static readonly Option<string?> Period = new("--period") { Description = $"{PeriodWords.All}, or FROM..TO as 2026-01-01..2026-06-30 (max)", HelpName = "PERIOD" };
    private static readonly Option<string?> Benchmark = new("--benchmark") { Description = "Compare with an instrument (id, ISIN or symbol), or a file of prices", HelpName = "NAME|FILE" };
    private static readonly Option<bool> Csv = new("--csv") { Description = "Write the values by day as CSV" };

    public static Command Create() => Verb.Create(
        "report", "Show worth, returns and gains over a period", RunAsync, Portfolio, Account, Period, Benchmark, Csv);

    private static async Task RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        if (context.Get(Csv) && context.Output.Json)
        {
            throw new UsageException("Give one of --csv and --json.");
        }

        await context.PrepareAsync(cancellationToken);
        var reports = context.Service<PerformanceReports>();
        var asked = await QuestionAsync(context, cancellationToken);
        var results = new List<(PerformanceReport Report, ValuationReport Values)>();
        foreach (var subject in await SubjectsAsync(context, cancellationToken))
        {
            var question = asked with { PortfolioId = subject.PortfolioId, AccountId = subject.AccountId };
            results.Add((
                await reports.ReportAsync(question, OwnerScope.Everyone, cancellationToken),
                await reports.ValuationsAsync(question, OwnerScope.Everyone, cancellationToken)));
        }

        if (context.Get(Csv))
        {
            WriteCsv(results);
            return;
        }

        context.Output.Result(results.ConvertAll(r => r.Report), console => ReportTable.Write(console, results));
        if (results.Exists(r => r.Report.Updating))
        {
            context.Output.Say("Something has changed since these values were computed. A running server computes them in a moment; so does 'foliosync sync'.");
        }
    }

    private static async Task<PerformanceQuestion> QuestionAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var question = new PerformanceQuestion { Period = context.Get(Period) ?? PeriodWords.Of(PeriodName.SinceStart) };
        if (question.Period.Split("..") is [var from, var to])
        {
            question = question with { Period = null, From = Day(from), To = Day(to) };
        }

        if (context.Get(Benchmark) is not { } name)
        {
            return question;
        }

        if (!File.Exists(name))
        {
            return name.Contains('/', StringComparison.Ordinal) || name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase)
                ? throw new UsageException($"There is no file {name}.")
                : question with { Benchmark = name };
        }

        using var file = File.OpenText(name);
        return question with { BenchmarkFile = await BenchmarkFile.ReadAsync(Path.GetFileName(name), file, cancellationToken) };
    }

    private static DateOnly? Day(string text) => text.Length == 0 ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw new UsageException($"'{text}' is no day; write it as 2026-01-31.");

    private static async Task<List<(Guid? PortfolioId, Guid? AccountId)>> SubjectsAsync(VerbContext context, CancellationToken cancellationToken)
    {
        if (context.Get(Portfolio) is not null || context.Get(Account) is not null)
        {
            return [(context.Get(Portfolio), context.Get(Account))];
        }

        await using var db = context.OpenDatabase();
        return await db.Portfolios.OrderBy(p => p.Name).ThenBy(p => p.Id).Select(p => p.Id).ToListAsync(cancellationToken) is { Count: > 0 } ids
            ? ids.ConvertAll(id => ((Guid?)id, (Guid?)null))
            : throw new InputException("There is no portfolio yet. 'foliosync connect add' makes one.");
    }

    private static void WriteCsv(List<(PerformanceReport Report, ValuationReport Values)> results)
    {
        Console.Out.WriteLine("name,currency,day,value,in,out,marks");
        foreach (var (report, values) in results)
        {
            foreach (var day in values.Days)
            {
                Console.Out.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Quoted(report.Name)},{values.Currency},{day.Day:yyyy-MM-dd},{Number(day.Value)},{Number(day.In)},{Number(day.Out)},{string.Join(' ', day.Marks)}"));
            }
        }
    }

    // A name is a person's text: it may hold what would divide cells, or begin like a formula.
    private static string Quoted(string name) => $"\"{(name.Length > 0 && "=+-@\t\r".Contains(name[0], StringComparison.Ordinal) ? "'" : "")}{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Number(decimal? value) => value?.ToString("0.########", CultureInfo.InvariantCulture) ?? string.Empty;
}
