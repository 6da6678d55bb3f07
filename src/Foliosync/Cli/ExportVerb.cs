using System.CommandLine;
using Foliosync.Core.Exports;
using Foliosync.Core.Storage;
using Foliosync.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Cli;

/// <summary><c>foliosync export</c>: transactions, holdings and cash as a file for other programs.</summary>
internal static class ExportVerb
{
    private static readonly Option<string> Format = new Option<string>("--format")
    {
        Description = "csv and json are Foliosync's own, and can be imported again",
        HelpName = string.Join('|', ExportFormats.Names),
        Required = true,
    }.AcceptOnlyFromAmong([.. ExportFormats.Names]);

    private static readonly Option<Guid?> Portfolio = Input.IdOption("--portfolio", "This portfolio; not needed when there is only one", "connect list --json");
    private static readonly Option<Guid?> Account = Input.IdOption("--account", "Only this account", "connect list --json");
    private static readonly Option<string?> File = new("--output") { Description = "The file to write; stdout if not given", HelpName = "FILE" };
    private static readonly Option<bool> Force = new("--force") { Description = "Replace the file if it is there" };
    private static readonly Option<bool> WithoutInferred = new("--without-inferred") { Description = "Leave out transactions that were concluded from snapshots" };

    public static Command Create() => Verb.Create(
        "export", "Write transactions, holdings and cash for other programs", RunAsync, Format, Portfolio, Account, File, Force, WithoutInferred);

    private static async Task RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        if (context.Get(Portfolio) is not null && context.Get(Account) is not null)
        {
            throw new UsageException("Give one of --portfolio and --account.");
        }

        var path = context.Get(File) is { } given ? Path.GetFullPath(given) : null;
        if (path is not null)
        {
            RequireFree(path, context.Get(Force));
        }

        await context.PrepareAsync(cancellationToken);
        var file = await OpenAsync(context, cancellationToken);
        if (path is null)
        {
            await using var output = Console.OpenStandardOutput();
            Warn(context, await file.WriteAsync(output, cancellationToken));
            return;
        }

        var warnings = await WriteAsync(file, path, context.Get(Force), cancellationToken);
        Warn(context, warnings);
        var bytes = new FileInfo(path).Length;
        context.Output.Result(
            new { File = path, Bytes = bytes, Warnings = warnings },
            console => console.Line($"{path} ({Tables.Number((bytes + 1023) / 1024)} KB)"));
    }

    private static async Task<ExportFile> OpenAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var exports = context.Service<LedgerExport>();
        var request = new ExportRequest(ExportFormats.Find(context.Get(Format))!.Value, !context.Get(WithoutInferred));
        if (context.Get(Account) is { } account)
        {
            return await exports.OfAccountAsync(account, request, OwnerScope.Everyone, cancellationToken);
        }

        var portfolio = context.Get(Portfolio) ?? await OnlyPortfolioAsync(context, cancellationToken);
        return await exports.OfPortfolioAsync(portfolio, request, OwnerScope.Everyone, cancellationToken);
    }

    private static async Task<Guid> OnlyPortfolioAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await using var db = context.OpenDatabase();
        var portfolios = await db.Portfolios.OrderBy(p => p.Id).Select(p => new { p.Id, p.Name }).Take(20).ToListAsync(cancellationToken);
        return portfolios switch
        {
            [var only] => only.Id,
            [] => throw new UsageException("There is no portfolio yet. Connect a broker first: foliosync connect add --help."),
            _ => throw new UsageException(
                $"Choose one with --portfolio: {string.Join(", ", portfolios.Select(p => $"{p.Id} ({p.Name})"))}."),
        };
    }

    private static void RequireFree(string path, bool force)
    {
        if (Directory.Exists(path))
        {
            throw new UsageException($"{path} is a directory. Give the name of a file in it.");
        }

        if (System.IO.File.Exists(path) && !force)
        {
            throw new UsageException($"{path} is there already. Choose another name, or add --force to replace it.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(path)))
        {
            throw new UsageException($"The directory {Path.GetDirectoryName(path)} does not exist. Make it, then try again.");
        }
    }

    /// <summary>The file gets its name when it is complete: whoever finds it can rely on it.</summary>
    private static async Task<IReadOnlyList<string>> WriteAsync(ExportFile file, string path, bool force, CancellationToken cancellationToken)
    {
        var unfinished = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            IReadOnlyList<string> warnings;
            await using (var output = PrivateFile.Open(unfinished, FileMode.CreateNew, FileShare.None))
            {
                warnings = await file.WriteAsync(output, cancellationToken);
                output.Flush(flushToDisk: true);
            }

            System.IO.File.Move(unfinished, path, force);
            return warnings;
        }
        catch
        {
            System.IO.File.Delete(unfinished);
            throw;
        }
    }

    private static void Warn(VerbContext context, IReadOnlyList<string> warnings)
    {
        foreach (var warning in warnings)
        {
            context.Output.Warn(warning);
        }
    }
}
