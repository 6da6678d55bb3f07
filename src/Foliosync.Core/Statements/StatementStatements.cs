using Foliosync.Brokers.Contract;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Statements;

/// <summary>The statements of the bulk path that concern files alone.</summary>
internal static class StatementStatements
{
    public static readonly RowStatement<ImportedStatement> Insert = new(
        """
        insert into imported_statements (id, account_id, format, fingerprint, imported_at, first_day, last_day, holdings_as_of,
            funds_as_of, cash_as_of, built_on, replaced)
        select r.id, r.account_id, r.format, r.fingerprint, r.imported_at, r.first_day, r.last_day, r.holdings_as_of,
            r.funds_as_of, r.cash_as_of, r.built_on, r.replaced from {rows}
        """,
        Column.Of<ImportedStatement>("id", s => s.Id),
        Column.Of<ImportedStatement>("account_id", s => s.AccountId),
        Column.Of<ImportedStatement>("format", s => s.Format),
        Column.Of<ImportedStatement>("fingerprint", s => s.Fingerprint),
        Column.Of<ImportedStatement>("imported_at", s => s.ImportedAt),
        Column.Of<ImportedStatement>("first_day", s => s.FirstDay),
        Column.Of<ImportedStatement>("last_day", s => s.LastDay),
        Column.Of<ImportedStatement>("holdings_as_of", s => s.HoldingsAsOf),
        Column.Of<ImportedStatement>("funds_as_of", s => s.FundsAsOf),
        Column.Of<ImportedStatement>("cash_as_of", s => s.CashAsOf),
        Column.Of<ImportedStatement>("built_on", s => SqlValues.ToJson(s.BuiltOn)),
        Column.Of<ImportedStatement>("replaced", s => s.Replaced));

    /// <summary>Instruments that only a dry run knows; those that are stored stay as they are.</summary>
    public static readonly RowStatement<(Guid Id, ReportedInstrument Reported)> InsertMissingInstruments = new(
        """
        insert into instruments (id, isin, mic, symbol, name, asset_class, currency)
        select r.id, r.isin, r.mic, r.symbol, r.name, r.asset_class, r.currency from {rows} where true on conflict do nothing
        """,
        Column.Of<(Guid Id, ReportedInstrument Reported)>("id", i => i.Id),
        Column.Of<(Guid Id, ReportedInstrument Reported)>("isin", i => i.Reported.Isin),
        Column.Of<(Guid Id, ReportedInstrument Reported)>("mic", i => i.Reported.Mic),
        Column.Of<(Guid Id, ReportedInstrument Reported)>("symbol", i => i.Reported.Symbol),
        Column.Of<(Guid Id, ReportedInstrument Reported)>("name", i => i.Reported.Name),
        Column.Of<(Guid Id, ReportedInstrument Reported)>("asset_class", i => SqlValues.ToText(i.Reported.AssetClass)),
        Column.Of<(Guid Id, ReportedInstrument Reported)>("currency", i => i.Reported.Currency));
}
