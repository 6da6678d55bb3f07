using System.Text.RegularExpressions;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Exports;
using Foliosync.Core.Transactions;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Exports;

public sealed class FoliosyncExportProperties
{
    [Theory]
    [InlineData(ExportFormat.Csv, "foliosync-csv")]
    [InlineData(ExportFormat.Json, "foliosync-json")]
    public void What_is_exported_is_read_back_as_it_was(ExportFormat format, string formatId) => Cases.ForAll(
        Drawn.Whole(),
        drawn =>
        {
            var written = Written.Of(format, drawn.Transactions);

            var (_, transactions, warnings) = written.Read(formatId);

            written.Warnings.ShouldBeEmpty();
            warnings.Where(w => w.Code != "as-of-unknown").ShouldBeEmpty();
            transactions.Select(Facts).ShouldBe(drawn.Transactions.Select(Facts));
        });

    [Theory]
    [InlineData(ExportFormat.Csv, "foliosync-csv")]
    [InlineData(ExportFormat.Json, "foliosync-json")]
    public void Whatever_is_in_the_table_no_row_is_lost_and_what_is_changed_is_warned_of(ExportFormat format, string formatId) => Cases.ForAll(
        Drawn.Any(),
        drawn =>
        {
            var written = Written.Of(format, drawn.Transactions);

            var (_, transactions, warnings) = written.Read(formatId);

            warnings.ShouldBeEmpty();
            transactions.Select(t => t.ExternalId).ShouldBe(drawn.Transactions.Select(IdOf));
            if (!transactions.Select(t => t.Kind).SequenceEqual(drawn.Transactions.Select(t => t.Kind)))
            {
                written.Warnings.ShouldNotBeEmpty();
            }
        });

    [Fact]
    public void No_cell_of_text_begins_like_a_formula() => Cases.ForAll(
        Drawn.Any(),
        drawn =>
        {
            var text = Written.Of(ExportFormat.Csv, drawn.Transactions).Text;

            // Cells begin after a line's begin or a comma, with or without a quote; what may begin with a sign is a number.
            foreach (var quoted in Regex.Matches(text, "(?<=^|,|\n)(?:\"(?:[^\"]|\"\")*\"|[^,\"\n]*)(?=,|\n|$)").Select(m => m.Value))
            {
                var cell = quoted.StartsWith('"') ? quoted[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : quoted;
                (cell is ['=' or '+' or '@' or '＝', ..] || (cell.StartsWith('-') && !decimal.TryParse(cell, out _))).ShouldBeFalse(cell);
            }
        });

    private static string IdOf(Transaction t) => "file:" + (t.ExternalId.StartsWith("file:", StringComparison.Ordinal) ? t.ExternalId[5..] : t.ExternalId);

    private static object Facts(ReportedTransaction t) =>
        (t.ExternalId, t.TradedAt, t.Kind, t.Instrument?.Symbol, t.Instrument?.Isin, t.Instrument?.Exchange, t.Instrument?.Name,
            t.Instrument?.AssetClass, t.Quantity, t.Price, t.Amount, t.Fees, t.Taxes, t.Currency, t.SettledOn, t.Note);

    /// <summary>A trade that tells only its price or only its amount is read with both.</summary>
    private static object Facts(Transaction t)
    {
        var isPlain = t.Kind is TransactionKind.Buy or TransactionKind.Sell && t.Instrument!.AssetClass is not AssetClass.Future;
        var value = t.Quantity * t.Price;
        return (IdOf(t), t.TradedAt, t.Kind, t.Symbol, t.Instrument?.Isin, t.Instrument is null ? null : t.Exchange ?? t.Instrument.Mic, t.Instrument?.Name,
            t.Instrument?.AssetClass, t.Quantity, t.Price ?? (isPlain ? Math.Abs(t.Amount!.Value) / t.Quantity : null),
            t.Amount ?? (isPlain ? t.Kind == TransactionKind.Buy ? -value : value : null),
            t.Fees, t.Taxes, t.Currency, t.SettledOn, string.IsNullOrWhiteSpace(t.Note) ? null : t.Note.Trim());
    }
}
