using System.Globalization;
using Foliosync.Core.Instruments;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Sync;
using Foliosync.Core.Users;
using Foliosync.Core.Valuations;
using Microsoft.EntityFrameworkCore;
using Database = Foliosync.Core.Storage.Database;

namespace Foliosync.Core.Admin;

/// <summary>What a merge moved.</summary>
/// <param name="Into">The instrument that stays.</param>
/// <param name="Holdings">Holdings, now and earlier.</param>
/// <param name="Transactions">Transactions.</param>
/// <param name="Aliases">Names by which brokers know it.</param>
/// <param name="Prices">Prices of days and sources that the other had none of.</param>
public sealed record MergedInstruments(Guid Into, int Holdings, int Transactions, int Aliases, int Prices);

/// <summary>
/// Makes one instrument of two that are the same: everything that refers to the first refers to the second afterwards, and brokers find
/// the second by the names of the first.
/// </summary>
public sealed class InstrumentMerge(Database database, InstrumentDirectory directory, TimeProvider clock)
{
    private const string Accounts =
        """
        select account_id from holdings where instrument_id = @from union select account_id from transactions where instrument_id = @from
        union select account_id from holding_periods where instrument_id = @from
        """;

    /// <summary>Merges an instrument into another.</summary>
    /// <param name="from">The one that goes.</param>
    /// <param name="into">The one that stays.</param>
    /// <param name="by">Who merges.</param>
    /// <param name="cancellationToken">Stops before anything is stored.</param>
    /// <exception cref="NotFoundException">One of them is not there.</exception>
    /// <exception cref="RefusedException">They cannot be the same, or an account holds both.</exception>
    public async Task<MergedInstruments> MergeAsync(Guid from, Guid into, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        var (gone, kept) = await FindAsync(from, into, cancellationToken);
        Require(gone, kept);
        var now = clock.GetUtcNow();
        await using var write = await database.BeginWriteAsync(cancellationToken);
        await RequireNoDoubleAsync(write, from, into, cancellationToken);

        var touched = new List<Guid>();
        int holdings = 0, transactions = 0, aliases = 0, prices = 0;
        (string, object)[] both = [("from", from), ("into", into)];
        var script = SqlScript.For(database);
        script.Query(Accounts, ids: null, r => touched.Add(r.GetGuid(0)), ("from", from));
        Move("update holdings set instrument_id = @into where instrument_id = @from returning 1", () => holdings++);
        Move("update holding_periods set instrument_id = @into where instrument_id = @from returning 1", () => holdings++);
        Move("update transactions set instrument_id = @into where instrument_id = @from returning 1", () => transactions++);
        Move("update instrument_aliases set instrument_id = @into where instrument_id = @from returning 1", () => aliases++);
        // What both have a price of, the one that stays says.
        script.Change(
            """
            delete from prices where instrument_id = @from
                and exists (select 1 from prices p where p.instrument_id = @into and p.day = prices.day and p.source = prices.source)
            """,
            ids: null,
            both);
        Move("update prices set instrument_id = @into where instrument_id = @from returning 1", () => prices++);
        await script.RunAsync(write.Connection, write.Transaction, cancellationToken);

        var end = SqlScript.For(database);
        end.Change("delete from instruments where id = @from", ids: null, ("from", from));
        if (kept.Isin is null && gone.Isin is { } isin)
        {
            end.Change("update instruments set isin = @isin where id = @into", ids: null, ("isin", isin), ("into", into));
        }

        end.Rows(ValuationStatements.Touch, ValuationTouch.Merge(touched.Distinct().Select(a => new ValuationTouch(a, DateOnly.MinValue))));
        var audit = by.Did("instrument.merged", into, now, AuditDetail.Of(
            new Dictionary<string, string?> { ["id"] = from.ToString(), ["symbol"] = gone.Symbol, ["name"] = gone.Name, ["isin"] = gone.Isin, ["mic"] = gone.Mic },
            new Dictionary<string, string?> { ["id"] = into.ToString(), ["symbol"] = kept.Symbol, ["isin"] = kept.Isin ?? gone.Isin }));
        audit.TableName = "instruments";
        end.Rows(SyncStatements.InsertAuditEvents, [audit]);
        await end.RunAsync(write.Connection, write.Transaction, cancellationToken);
        await write.CommitAsync(cancellationToken);
        directory.Forget();
        return new MergedInstruments(into, holdings, transactions, aliases, prices);

        void Move(string text, Action onRow) => script.Query(text, ids: null, _ => onRow(), both);
    }

    private async Task<(Instrument Gone, Instrument Kept)> FindAsync(Guid from, Guid into, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var found = await db.Instruments.AsNoTracking().Where(i => i.Id == from || i.Id == into).ToDictionaryAsync(i => i.Id, cancellationToken);
        return (found.GetValueOrDefault(from) ?? throw new NotFoundException("instrument"), found.GetValueOrDefault(into) ?? throw new NotFoundException("instrument"));
    }

    private static void Require(Instrument gone, Instrument kept)
    {
        if (gone.Id == kept.Id)
        {
            throw new InputException("Choose another instrument: this is the same one.", "into");
        }

        if (gone.Isin is { } isin && kept.Isin is { } other && isin != other)
        {
            throw new RefusedException($"They have different ISINs, {isin} and {other}: those are two instruments. If one of them is wrong, correct it first.");
        }

        if (gone.Currency != kept.Currency)
        {
            throw new RefusedException($"They are kept in different currencies, {gone.Currency} and {kept.Currency}. If one of them is wrong, correct it first.");
        }
    }

    private static async Task RequireNoDoubleAsync(WriteTransaction write, Guid from, Guid into, CancellationToken cancellationToken)
    {
        await using var command = write.Connection.CreateCommand();
        command.Transaction = write.Transaction;
        command.CommandText =
            """
            select count(*) from holdings a join holdings b on b.account_id = a.account_id and b.lot = a.lot
            where a.instrument_id = @from and b.instrument_id = @into
            """;
        foreach (var (name, id) in new[] { ("@from", from), ("@into", into) })
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, id);
            command.Parameters.Add(parameter);
        }

        var doubled = Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
        if (doubled > 0)
        {
            throw new RefusedException(
                $"Both are held in {(doubled == 1 ? "an account" : $"{doubled} accounts")} at once, so that a merge would double a holding. Correct the holdings first.");
        }
    }
}
