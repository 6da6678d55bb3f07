using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Instruments;
using Foliosync.Core.Jobs;
using Foliosync.Core.Ledgers;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Sync;
using Foliosync.Core.Users;
using Foliosync.Core.Valuations;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Statements;

/// <summary>
/// Imports statement files. An import is a run of the account's connection like any other: it holds the connection's lease, and takes
/// effect wholly or not at all.
/// </summary>
public sealed class StatementImports
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Database _database;
    private readonly BrokerCatalog _catalog;
    private readonly StatementReaders _readers;
    private readonly InstrumentDirectory _directory;
    private readonly StatementSettings _settings;
    private readonly TimeProvider _clock;
    private readonly SyncClaims _claims;
    private readonly StatementBooking _booking;
    private readonly PriceRecorder _prices;
    private readonly InferredLedger _ledger;
    private readonly RunJournal _journal;

    /// <summary>Takes the parts of this instance.</summary>
    public StatementImports(
        Database database,
        BrokerCatalog catalog,
        StatementReaders readers,
        InstrumentDirectory directory,
        StatementSettings settings,
        Workers workers,
        TimeProvider clock,
        ILoggerFactory logs)
    {
        _database = database;
        _catalog = catalog;
        _readers = readers;
        _directory = directory;
        _settings = settings;
        _clock = clock;
        _claims = new SyncClaims(database, workers, clock);
        _prices = new PriceRecorder(database, catalog, clock);
        _ledger = new InferredLedger(database, clock, logs.CreateLogger<InferredLedger>());
        _booking = new StatementBooking(database, _ledger, clock);
        _journal = new RunJournal(logs.CreateLogger<StatementImports>(), clock);
    }

    /// <summary>Imports a file, or shows what would come of it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="progress">Told after each page of transactions; may be null.</param>
    /// <param name="by">Who hands it in.</param>
    /// <param name="cancellationToken">Stops before anything is stored.</param>
    /// <exception cref="NotFoundException">There is no such account within reach.</exception>
    /// <exception cref="InputException">The file cannot be read, or is of another account. Nothing was changed.</exception>
    /// <exception cref="RefusedException">
    /// A sync of the connection is at work, or most of what is held is not in the file. Nothing was changed.
    /// </exception>
    public async Task<StatementResult> ImportAsync(
        StatementFile file, IProgress<StatementProgress>? progress, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(by);
        var (connectionId, brokerId, target) = await FindAsync(file.AccountId, by, cancellationToken).ConfigureAwait(false);
        if (file.Content.Length > _settings.MaxBytes)
        {
            throw new InputException($"The file is larger than {_settings.MaxBytes / (1024 * 1024)} MB. Download a shorter time at once.", "file");
        }

        var chosen = await _readers.ChooseAsync(brokerId, file.Format, file.Content, cancellationToken).ConfigureAwait(false);
        var statement = await CheckedStatement.ReadAsync(chosen, file.Content, _clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        RequireSameAccount(statement.Report, chosen, brokerId, target.Account);
        if (file.DryRun)
        {
            return await PreviewAsync(statement, target, progress, cancellationToken).ConfigureAwait(false);
        }

        await statement.ResolveAsync(_directory.ResolveAsync, cancellationToken).ConfigureAwait(false);
        var connection = await ClaimAsync(connectionId, cancellationToken).ConfigureAwait(false);
        return await ImportAsync(statement, connection, file, target, progress, by, cancellationToken).ConfigureAwait(false);
    }

    private async Task<StatementResult> ImportAsync(
        CheckedStatement statement,
        ClaimedConnection connection,
        StatementFile file,
        StatementTarget target,
        IProgress<StatementProgress>? progress,
        Actor by,
        CancellationToken cancellationToken)
    {
        // What is claimed is also ended: from here on nothing leaves without storing the end of the run.
        using var told = _journal.Begin(connection);
        var reading = new ConnectionReading(connection) { IsFile = true };
        RunEnd end;
        StatementResult result;
        try
        {
            (end, result) = await BookAsync(statement, reading, file, target, progress, by, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await EndFailedAsync(reading, e, cancellationToken.IsCancellationRequested).ConfigureAwait(false);
            throw;
        }

        _journal.End(end);
        await _prices.NoteAsync(reading, CancellationToken.None).ConfigureAwait(false);
        await _prices.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        return result;
    }

    private async Task<(RunEnd End, StatementResult Result)> BookAsync(
        CheckedStatement statement,
        ConnectionReading reading,
        StatementFile file,
        StatementTarget target,
        IProgress<StatementProgress>? progress,
        Actor by,
        CancellationToken cancellationToken)
    {
        var connection = reading.Connection;
        var account = connection.Accounts.Find(a => a.Id == file.AccountId) ?? throw new NotFoundException("account");
        var startedAt = _clock.GetUtcNow();
        await using var write = await _database.BeginWriteAsync(forManyRows: true, cancellationToken).ConfigureAwait(false);
        await RequireLeaseAsync(write, connection, cancellationToken).ConfigureAwait(false);
        var booked = await _booking.BookAsync(
            write, statement, target with { Account = account }, connection.RunId, file.Confirmed, progress, cancellationToken).ConfigureAwait(false);
        var now = _clock.GetUtcNow();
        reading.Warnings.AddRange(booked.Warnings);
        reading.Steps.Add(new SyncStep($"import {statement.Format.Id}", startedAt, (int)(now - startedAt).TotalMilliseconds, "ok"));
        var end = new RunEnd(reading, Succeeded(connection), now, booked.Counts);
        await StoreAsync(write, end, booked, ToRow(statement, booked, connection.RunId, account.Id, now), by, cancellationToken).ConfigureAwait(false);
        if (booked.Report is { } report && (target with { Account = account }).TouchedBy(booked.Changes, report.Report, connection.RunId) is { } touched)
        {
            await _ledger.RefreshAsync(write.Connection, write.Transaction, [touched], cancellationToken).ConfigureAwait(false);
        }

        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return (end, ToResult(statement, booked, account.Id, connection.RunId));
    }

    private async Task<StatementResult> PreviewAsync(
        CheckedStatement statement, StatementTarget target, IProgress<StatementProgress>? progress, CancellationToken cancellationToken)
    {
        await statement.ResolveAsync(_directory.PreviewAsync, cancellationToken).ConfigureAwait(false);

        // The same as an import, and then nothing of it has happened.
        await using var write = await _database.BeginWriteAsync(forManyRows: true, cancellationToken).ConfigureAwait(false);
        var missing = SqlScript.For(_database);
        missing.Rows(StatementStatements.InsertMissingInstruments, [.. statement.Instruments.Select(i => (statement.IdOf(i), i)).DistinctBy(i => i.Item1)]);
        await missing.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        var booked = await _booking.BookAsync(
            write, statement, target, Guid.CreateVersion7(_clock.GetUtcNow()), mayLose: true, progress, cancellationToken).ConfigureAwait(false);
        return ToResult(statement, booked, target.Account.Id, runId: null);
    }

    private async Task StoreAsync(
        WriteTransaction write, RunEnd end, Booked booked, ImportedStatement row, Actor by, CancellationToken cancellationToken)
    {
        var writes = new SyncWrites();
        if (booked is { Report: { } report, Applied: { } applied })
        {
            end.Reading.Accounts.Add(report);
            var load = SqlScript.For(_database);
            writes.Reviews.Load(load, [end.Reading]);
            await load.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
            writes.Add(row.AccountId, booked.Changes, report.Report.AsOf, row.ImportedAt);
            writes.Apply(applied);
            writes.Reviews.Applied(end.Reading, report, wasSurprising: false, row.ImportedAt);
        }

        if (row.FirstDay is { } first)
        {
            writes.Touch(ValuationTouch.OfLedger(row.AccountId, first));
        }

        writes.Add(end);
        var script = SqlScript.For(_database);
        writes.AddTo(script);
        script.Rows(StatementStatements.Insert, [row]);
        script.Rows(SyncStatements.InsertAuditEvents, [by.Did("statement.imported", row.Id, row.ImportedAt, $$"""{"accountId":"{{row.AccountId}}"}""")]);
        await script.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
    }

    private async Task EndFailedAsync(ConnectionReading reading, Exception error, bool isStopped)
    {
        var connection = reading.Connection;
        var now = _clock.GetUtcNow();
        reading.Accounts.Clear();
        var end = new RunEnd(
            reading,
            new Verdict(isStopped ? SyncRunState.Cancelled : SyncRunState.Failed, connection.State, connection.ConsecutiveFailures, null),
            now,
            default)
        {
            ErrorKind = isStopped ? null : error is RefusedException ? "suspiciousReport" : "internal",
            ErrorMessage = isStopped ? null : error is RefusedException ? error.Message : "Foliosync failed here, not the file. Nothing of it was stored; please report it.",
            ErrorDetail = isStopped || error is RefusedException ? null : $"{error.GetType().Name} {error.StackTrace?.Split('\n').FirstOrDefault()?.Trim()}",
        };
        var writes = new SyncWrites();
        writes.Add(end);
        var script = SqlScript.For(_database);
        writes.AddTo(script);
        await script.WriteAsync(_database, CancellationToken.None).ConfigureAwait(false);
        _journal.End(end);
    }

    private async Task<(Guid ConnectionId, string BrokerId, StatementTarget Target)> FindAsync(
        Guid accountId, Actor by, CancellationToken cancellationToken)
    {
        await using var db = _database.Open(by.Scope);
        var account = await db.Accounts.AsNoTracking().Include(a => a.Connection).SingleOrDefaultAsync(a => a.Id == accountId, cancellationToken)
            .ConfigureAwait(false) ?? throw new NotFoundException("account");
        var connection = account.Connection!;
        if (!_catalog.TryFind(connection.BrokerId, out var broker))
        {
            throw new InputException($"This version has no adapter '{connection.BrokerId}'. Install a version that has it.");
        }

        return (connection.Id, connection.BrokerId, new StatementTarget(
            new ClaimedAccount
            {
                Id = account.Id,
                ExternalId = account.ExternalId,
                Name = account.Name,
                Currency = account.Currency,
                ReportedAt = account.ReportedAt,
                Fingerprint = account.ReportFingerprint,
                ReportRunId = account.ReportRunId,
                FirstReportedAt = account.FirstReportedAt,
            },
            connection.Reads & ~connection.UnsupportedReads,
            TimeZoneInfo.FindSystemTimeZoneById(broker.Manifest.TimeZone),
            broker.Manifest.AverageIsFifo));
    }

    // Another process may be at it, or this one, with the same file: whoever comes second finds everything known.
    private async Task<ClaimedConnection> ClaimAsync(Guid connectionId, CancellationToken cancellationToken)
    {
        var since = _clock.GetTimestamp();
        for (var tries = 0; ; tries++)
        {
            var claimed = await _claims.ClaimAsync([new WantedSync(connectionId, SyncTrigger.Statement, WantedFor.Itself)], Guid.NewGuid(), cancellationToken)
                .ConfigureAwait(false);
            if (claimed.SingleOrDefault() is { } connection)
            {
                return connection;
            }

            if (tries == 0)
            {
                await _claims.RecoverAsync(cancellationToken).ConfigureAwait(false);
            }

            if (_clock.GetElapsedTime(since) > _settings.Patience)
            {
                throw new BusyException("A sync of this connection is at work. Nothing was imported; try again when it is done.");
            }

            await Task.Delay(Pause, _clock, cancellationToken).ConfigureAwait(false);
        }
    }

    // Holds the lease's row until the end: nobody takes the connection over while its file is being booked.
    private async Task RequireLeaseAsync(WriteTransaction write, ClaimedConnection connection, CancellationToken cancellationToken)
    {
        var isHeld = false;
        var script = SqlScript.For(_database);
        script.Query(
            "select lease_token from sync_states where connection_id = @id for update",
            ids: null,
            row => isHeld = !row.IsDBNull(0) && row.Id(0) == connection.LeaseToken,
            ("id", connection.Id));
        await script.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        if (!isHeld)
        {
            throw new BusyException("The import took too long and another process took the connection over. Nothing was imported; try again.");
        }
    }

    // The id is compared and never shown: it may be a tax id.
    private static void RequireSameAccount(StatementReport report, ChosenReader chosen, string brokerId, ClaimedAccount account)
    {
        if (chosen.KeysOf.Equals(brokerId, StringComparison.OrdinalIgnoreCase) && report.AccountExternalId is { } id
            && !id.Equals(account.ExternalId, StringComparison.OrdinalIgnoreCase))
        {
            throw new InputException("The file is of another account than the one it was handed in for. Choose the right account. Nothing was changed.", "file");
        }
    }

    // A file proves nothing about the login of a connection that reads by itself; one that only files feed is well when it gets one.
    private static Verdict Succeeded(ClaimedConnection connection) => connection.Reads == ReadKinds.None
        ? new Verdict(SyncRunState.Succeeded, connection.State == ConnectionState.Paused ? ConnectionState.Paused : ConnectionState.Active, 0, null)
        : new Verdict(SyncRunState.Succeeded, connection.State, connection.ConsecutiveFailures, null);

    private static ImportedStatement ToRow(CheckedStatement statement, Booked booked, Guid runId, Guid accountId, DateTimeOffset now) => new()
    {
        Id = runId,
        AccountId = accountId,
        Format = statement.Format.Id,
        Fingerprint = statement.Fingerprint,
        ImportedAt = now,
        FirstDay = booked.FirstDay,
        LastDay = booked.LastDay,
        HoldingsAsOf = booked.Times.Holdings,
        FundsAsOf = booked.Times.Funds,
        CashAsOf = booked.Times.Cash,
        BuiltOn = [.. booked.Rows.BuiltOn],
        Replaced = booked.Replaced?.ToJson(),
    };

    private static StatementResult ToResult(CheckedStatement statement, Booked booked, Guid accountId, Guid? runId) => new()
    {
        RunId = runId,
        AccountId = accountId,
        Format = statement.Format,
        AsOf = new[] { statement.Report.Holdings?.AsOf, statement.Report.Funds?.AsOf, statement.Report.Cash?.AsOf }.Max(),
        FirstDay = booked.FirstDay,
        LastDay = booked.LastDay,
        Counts = booked.Counts,
        NewTransactions = booked.Rows.New,
        KnownTransactions = booked.Rows.Known,
        ConflictingTransactions = booked.Rows.Conflicting,
        Warnings = booked.Warnings,
    };
}
