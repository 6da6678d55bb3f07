using System.Globalization;
using System.Text;
using Foliosync.Core.Connections;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Prices;

namespace Foliosync.Web.Holdings;

/// <summary><c>/holdings.csv</c>: the rows that the page would show, all of them, for spreadsheets. Unknown is empty, not zero.</summary>
internal static class HoldingsCsv
{
    private const string Titles =
        "symbol,name,class,account,broker,quantity,unsettled,pledged,averagePrice,price,currency,cost,value,gain,pricedAt,reportedAt";

    public static void Map(IEndpointRouteBuilder pages) => pages.MapGet("/holdings.csv", WriteAsync).ExcludeFromDescription();

    private static async Task<IResult> WriteAsync(
        HttpContext http, Viewer viewer, HeldSheets sheets, FxRates rates, BrokerCatalog catalog, TimeProvider clock, CancellationToken cancellationToken)
    {
        var query = HoldingsQuery.Of(http.Request.Query);
        var now = clock.GetUtcNow();
        var sheet = await sheets.ReadAsync(viewer.Rows, cancellationToken);
        var currency = viewer.Preferences.Currency ?? PortfolioSetup.DefaultCurrency;
        var worth = await Worth.LoadAsync(rates, currency, viewer.Formats.DayOf(now), sheet.Lots.Select(l => l.Currency), cancellationToken);
        var text = new StringBuilder(Titles).Append("\r\n");
        foreach (var row in HoldingsTable.Sorted(HoldingsTable.Rows(sheet, query, worth, catalog, now), query))
        {
            text.AppendJoin(',', Cells(row)).Append("\r\n");
        }

        http.Response.Headers.CacheControl = "no-store";
        return Results.File(Encoding.UTF8.GetBytes(text.ToString()), "text/csv; charset=utf-8", $"holdings-{Formats.Iso(viewer.Formats.DayOf(now))}.csv");
    }

    private static IEnumerable<string> Cells(HoldingsRow r) =>
    [
        Text(r.Symbol),
        Text(r.Name),
        HoldingsQuery.NameOf(r.Class),
        Text(r.Account?.Name),
        Text(r.Source),
        Number(r.Quantity),
        Number(r.Unsettled),
        Number(r.Pledged),
        Number(r.AveragePrice),
        Number(r.Price),
        r.Currency,
        Number(r.Cost),
        Number(r.Value),
        Number(r.Gain),
        r.PricedAt is { } priced ? Formats.Iso(priced) : string.Empty,
        r.ReportedAt is { } reported ? Formats.Iso(reported) : string.Empty,
    ];

    private static string Number(decimal? value) => value?.ToString("0.############################", CultureInfo.InvariantCulture) ?? string.Empty;

    // A text that begins like a formula would be computed by spreadsheets.
    private static string Text(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return string.Empty;
        }

        var safe = text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
