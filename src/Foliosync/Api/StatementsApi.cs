using System.ComponentModel;
using System.Security.Claims;
using Foliosync.Brokers.Contract;
using Foliosync.Core;
using Foliosync.Core.Statements;
using Foliosync.Core.Valuations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Foliosync.Api;

/// <summary>What came of a file, or would come of it.</summary>
/// <param name="RunId">The run that imported it; null for a dry run.</param>
/// <param name="AccountId">The account.</param>
/// <param name="DryRun">True when nothing was changed.</param>
/// <param name="Format">Id of the format that was recognised.</param>
/// <param name="FormatName">Its name for people.</param>
/// <param name="AsOf">What the holdings and cash in the file are of; null when it has none.</param>
/// <param name="FirstDay">Day of its first transaction; null when it has none.</param>
/// <param name="LastDay">Day of its last transaction; null when it has none.</param>
/// <param name="Rows">Rows read.</param>
/// <param name="New">Rows that are new.</param>
/// <param name="Known">Rows that were there as they are in the file.</param>
/// <param name="Conflicting">Transactions that were known and said otherwise, each with a warning.</param>
/// <param name="Counts">The same as the run tells it.</param>
/// <param name="Warnings">What a person should know, naming the row where it is about one.</param>
internal sealed record StatementView(
    Guid? RunId,
    Guid AccountId,
    bool DryRun,
    string Format,
    string FormatName,
    DateTimeOffset? AsOf,
    DateOnly? FirstDay,
    DateOnly? LastDay,
    int Rows,
    int New,
    int Known,
    int Conflicting,
    SyncCountsView Counts,
    IReadOnlyList<BrokerWarning> Warnings)
{
    public static StatementView Of(StatementResult r) => new(
        r.RunId,
        r.AccountId,
        r.RunId is null,
        r.Format.Id,
        r.Format.Name,
        r.AsOf,
        r.FirstDay,
        r.LastDay,
        r.Counts.Received,
        r.Counts.Inserted,
        r.Counts.Unchanged,
        r.ConflictingTransactions,
        new SyncCountsView(r.Counts.Received, r.Counts.Inserted, r.Counts.Updated, r.Counts.Closed, r.Counts.Unchanged, r.Counts.Skipped),
        r.Warnings);
}

/// <summary><c>/api/v1/accounts/{id}/statements</c>, and the undo of an import.</summary>
internal static class StatementsApi
{
    /// <summary>The end of the addresses that take files.</summary>
    public const string LastSegment = "/statements";

    // Boundaries and headers of the form around the file.
    private const long FormBytes = 64 * 1024;

    public static void Map(RouteGroupBuilder api, StatementSettings settings)
    {
        var most = settings.MaxBytes + FormBytes;
        api.MapPost("/accounts/{id:guid}" + LastSegment, ImportAsync).WithTags("Statements").WithName("importStatement")
            .WithSummary("Import a statement file; with dryRun only see what would come of it")
            .WithMetadata(new RequestSizeLimitAttribute(most))
            .WithFormOptions(multipartBodyLengthLimit: most)
            .DisableAntiforgery() // There is no cookie that a foreign page could use.
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422);
        api.MapPost("/sync-runs/{id:guid}/undo", UndoAsync).WithTags("Statements").WithName("undoStatement")
            .WithSummary("Undo the import of a file: remove its transactions and put back the holdings and cash that it replaced")
            .ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<Ok<StatementView>> ImportAsync(
        ClaimsPrincipal user,
        StatementImports imports,
        ValuationNudge nudge,
        Guid id,
        IFormFile? file,
        [FromForm, Description("Id of the format; recognised when left out.")] string? format,
        [Description("True to see what would come of it and change nothing.")] bool? dryRun,
        [Description("True when most of what is held is not in the file and that is right.")] bool? confirm,
        CancellationToken cancellationToken)
    {
        if (file is null)
        {
            throw new InputException("Send the file in the form field 'file'.", "file");
        }

        await using var content = await SpoolAsync(file, cancellationToken);
        var result = await imports.ImportAsync(
            new StatementFile(id, content) { Format = format, DryRun = dryRun ?? false, Confirmed = confirm ?? false },
            progress: null,
            Caller.Of(user).Actor,
            cancellationToken);
        if (result.RunId is not null)
        {
            await nudge(cancellationToken);
        }

        return TypedResults.Ok(StatementView.Of(result));
    }

    /// <summary>
    /// A file of a form as one of the disk, which is gone when it is closed. The stream of a form is strict about places before its
    /// beginning, where one of a file only fails as files do.
    /// </summary>
    public static async Task<FileStream> SpoolAsync(IFormFile file, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var spooled = new FileStream(Path.Combine(Path.GetTempPath(), $"foliosync-{Guid.NewGuid():N}"), options);
        try
        {
            await file.CopyToAsync(spooled, cancellationToken);
            spooled.Position = 0;
            return spooled;
        }
        catch
        {
            await spooled.DisposeAsync();
            throw;
        }
    }

    private static async Task<Ok<UndoneStatement>> UndoAsync(
        ClaimsPrincipal user, StatementUndo undo, ValuationNudge nudge, Guid id, CancellationToken cancellationToken)
    {
        var undone = await undo.UndoAsync(id, Caller.Of(user).Actor, cancellationToken);
        await nudge(cancellationToken);
        return TypedResults.Ok(undone);
    }
}
