using System.Globalization;
using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Tests.Contract;

/// <summary>Writes reports as text for approval: every value that is there, one line for each row, always the same.</summary>
internal static class ReportText
{
    public static string Of(BrokerIdentity identity, IEnumerable<ReportedAccount> accounts) => Lines(
    [
        $"user {identity.UserId}: {identity.DisplayName}",
        .. accounts.Select(account => $"account {account.ExternalId}: {account.Name}, {account.Currency}"),
    ]);

    public static string Of(HoldingsReport report) => Lines(
    [
        $"complete: {(report.IsComplete ? "yes" : "no")}, skipped rows: {report.SkippedRows}, as of {Time(report.AsOf)}",
        .. report.Holdings.Select(Of),
        .. report.Warnings.Select(Of),
    ]);

    public static string Of(CashReport report) => Lines(
    [
        $"as of {Time(report.AsOf)}",
        .. report.Balances.Select(cash => $"{cash.Segment}: {Number(cash.Amount)} {cash.Currency}"),
        .. report.Warnings.Select(Of),
    ]);

    public static string Of(StatementReading reading) => string.Concat(
        $"format {reading.Format?.Id}, account {reading.Report.AccountExternalId ?? "not named"}\n",
        Lines(reading.Report.Warnings.Select(Of)),
        reading.Report.Holdings is { } holdings ? "holdings\n" + Of(holdings) : "",
        reading.Report.Funds is { } funds ? "funds\n" + Of(funds) : "",
        reading.Report.Cash is { } cash ? "cash\n" + Of(cash) : "",
        reading.Report.Transactions is not null ? "transactions\n" + Of(reading.Pages) : "");

    public static string Of(IEnumerable<TransactionsPage> pages) => Lines(pages.SelectMany((page, number) => new[]
    {
        $"page {number + 1}, cursor: {page.Cursor?.Value ?? "none"}{(page.SkippedRows == 0 ? "" : $", skipped rows: {page.SkippedRows}")}",
    }.Concat(page.Transactions.Select(Of)).Concat(page.Warnings.Select(Of))));

    public static string Of(IEnumerable<ListedInstrument> instruments) => Lines(instruments.Select(instrument => Row(
        instrument.BrokerKey,
        ("symbol", instrument.Symbol),
        ("exchange", instrument.Exchange),
        ("name", instrument.Name),
        ("class", instrument.AssetClass?.ToString()))));

    public static string Of(BrokerToken token, BrokerIdentity? identity = null) => Lines(
    [
        .. identity is null ? (string[])[] : [$"user {identity.UserId}: {identity.DisplayName}"],
        $"expires: {(token.ExpiresAt is { } end ? Time(end) : "unknown")}",
        $"refresh: {(token.RefreshValue is null ? "no" : "yes")}",
    ]);

    private static string Of(ReportedHolding holding) => Row(
        Number(holding.Quantity),
        ("of", Of(holding.Instrument)),
        ("unsettled", NonZero(holding.UnsettledQuantity)),
        ("pledged", NonZero(holding.PledgedQuantity)),
        ("cost", Number(holding.AveragePrice)),
        ("cost basis", Number(holding.CostBasis)),
        ("last", Number(holding.LastPrice)),
        ("priced", holding.PricedAt is { } time ? Time(time) : null),
        ("multiplier", holding.Multiplier == 1 ? null : Number(holding.Multiplier)),
        ("margin funded", holding.MarginFunded ? "yes" : null),
        ("folio", holding.Folio));

    private static string Of(ReportedTransaction transaction) => Row(
        transaction.ExternalId,
        ("kind", transaction.Kind.ToString()),
        ("of", transaction.Instrument is { } instrument ? Of(instrument) : null),
        ("quantity", Number(transaction.Quantity)),
        ("price", Number(transaction.Price)),
        ("amount", Number(transaction.Amount)),
        ("fees", Number(transaction.Fees)),
        ("taxes", Number(transaction.Taxes)),
        ("currency", transaction.Currency),
        ("traded", Time(transaction.TradedAt)),
        ("settled", transaction.SettledOn?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        ("note", transaction.Note));

    private static string Of(ReportedInstrument instrument) => string.Join(
        ' ',
        new[]
        {
            instrument.Symbol,
            $"[{instrument.BrokerKey}]",
            instrument.Isin,
            instrument.Exchange,
            instrument.Mic,
            instrument.AssetClass.ToString(),
            instrument.Currency,
            instrument.Name is null ? null : $"'{instrument.Name}'",
        }.Where(part => part is not null));

    private static string Of(BrokerWarning warning) => $"! {warning.Code}: {warning.Message}";

    private static string Row(string first, params (string Name, string? Value)[] rest) =>
        string.Join(" | ", [first, .. rest.Where(part => part.Value is not null).Select(part => $"{part.Name} {part.Value}")]);

    private static string Lines(IEnumerable<string> lines) => string.Concat(lines.Select(line => line + "\n"));

    private static string? NonZero(decimal value) => value == 0 ? null : Number(value);

    private static string? Number(decimal? value) => value is { } number ? Number(number) : null;

    private static string Number(decimal value) => value.ToString("0.############################", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
