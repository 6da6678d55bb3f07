using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Tests.Contract;
using Foliosync.Brokers.Vested;
using Foliosync.Brokers.Zerodha;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Files;

/// <summary>Files as the world hands them in. Each is refused with a sentence, or read as far as it can be with a warning; none crashes.</summary>
public sealed class MalformedFilesTests
{
    private static readonly IStatementReader Vested = new VestedBroker();
    private static readonly IStatementReader Zerodha = new ZerodhaBroker();

    public static TheoryData<string, string> Refused => [.. MalformedFiles.Refused.Select(file => (file.Name, file.Says))];

    public static TheoryData<string> Unreadable => [.. MalformedFiles.UnreadableRows.Select(row => row.Name)];

    [Fact]
    public void There_are_more_than_forty_kinds() =>
        (MalformedFiles.Refused.Count + MalformedFiles.UnreadableRows.Count).ShouldBeGreaterThan(40);

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_file_that_cannot_be_read_is_refused_with_a_sentence(string name, string says)
    {
        var file = MalformedFiles.Refused.Single(file => file.Name == name).Bytes();

        foreach (var reader in new[] { Vested, Zerodha })
        {
            var format = reader.Formats[reader == Vested ? 1 : 0];
            var refused = await Should.ThrowAsync<BrokerException>(() => StatementReading.OfAsync(reader, file, format));

            refused.Kind.ShouldBe(BrokerErrorKind.InvalidData);
            refused.Message.ShouldContain(says, Case.Insensitive);
            refused.Message.ShouldEndWith(".");
            refused.InnerException.ShouldBeNull("What the library says may quote the file.");
        }
    }

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task A_row_that_cannot_be_meant_is_left_out_and_named(string name)
    {
        var bad = MalformedFiles.UnreadableRows.Single(row => row.Name == name);
        var file = MalformedFiles.Tradebook(MalformedFiles.GoodRow, bad.Row, MalformedFiles.GoodRow.Replace(",1,", ",2,", StringComparison.Ordinal));

        var reading = await StatementReading.OfAsync(Zerodha, file);

        reading.Transactions.Count.ShouldBe(2);
        reading.Pages.Sum(page => page.SkippedRows).ShouldBe(1);
        reading.Warnings.ShouldHaveSingleItem().Message.ShouldBe($"Line 3 was left out: its {bad.Field} is missing or cannot be meant.");
    }

    [Fact]
    public async Task A_file_of_nothing_but_bad_rows_is_refused()
    {
        var file = MalformedFiles.Tradebook([.. MalformedFiles.UnreadableRows.Select(row => row.Row)]);

        (await Should.ThrowAsync<BrokerException>(() => StatementReading.OfAsync(Zerodha, file))).Message.ShouldStartWith("Not one row");
    }

    [Fact]
    public async Task Very_many_bad_rows_give_a_few_warnings_and_their_number()
    {
        var rows = Enumerable.Repeat(MalformedFiles.UnreadableRows[0].Row, 5_000).Append(MalformedFiles.GoodRow);

        var reading = await StatementReading.OfAsync(Zerodha, MalformedFiles.Tradebook([.. rows]));

        reading.Warnings.Count.ShouldBe(21);
        reading.Warnings[^1].Message.ShouldBe("The same holds for 4980 more rows.");
        reading.Pages.Sum(page => page.SkippedRows).ShouldBe(5_000);
    }

    [Fact]
    public async Task A_header_without_rows_is_a_statement_without_transactions()
    {
        var reading = await StatementReading.OfAsync(Zerodha, MalformedFiles.Tradebook());

        reading.Transactions.ShouldBeEmpty();
        reading.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Holdings_without_rows_and_without_a_summary_close_nothing()
    {
        var file = Xlsx.Parse("""
            [Holdings]
            Name | Ticker | Total Shares Held | Current Price (USD) | Current Value (USD) | Average Cost (USD) | Total Amount Invested (USD)
            """).ToBytes();

        var reading = await StatementReading.OfAsync(Vested, file);

        reading.Report.Holdings!.IsComplete.ShouldBeFalse();
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public async Task Encodings_with_a_byte_order_mark_are_read(string encoding)
    {
        var known = System.Text.Encoding.GetEncoding(encoding);
        var text = System.Text.Encoding.UTF8.GetString(MalformedFiles.Tradebook(MalformedFiles.GoodRow));

        var reading = await StatementReading.OfAsync(Zerodha, [.. known.GetPreamble(), .. known.GetBytes(text)]);

        reading.Transactions.ShouldHaveSingleItem().Instrument!.Symbol.ShouldBe("INFY");
        reading.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Windows_1252_is_a_guess_that_a_person_is_told_of()
    {
        byte[] file = [.. MalformedFiles.Tradebook(MalformedFiles.GoodRow.Replace("INFY", "INFÿ", StringComparison.Ordinal)).Select(b => b)];
        var latin = System.Text.Encoding.Latin1.GetBytes(System.Text.Encoding.UTF8.GetString(file));

        var reading = await StatementReading.OfAsync(Zerodha, latin);

        reading.Transactions.ShouldHaveSingleItem().Instrument!.Symbol.ShouldBe("INFÿ");
        reading.Warnings.ShouldHaveSingleItem().Code.ShouldBe("encoding-guessed");
    }

    [Fact]
    public async Task The_ending_of_a_name_does_not_matter_only_the_content_does()
    {
        // A workbook that was renamed to .csv and a text that was renamed to .xlsx arrive as the same bytes.
        (await StatementReading.OfAsync(Zerodha, MalformedFiles.Workbook().ToBytes())).Format!.Id.ShouldBe("zerodha-tradebook");
        (await StatementReading.OfAsync(Zerodha, MalformedFiles.Tradebook(MalformedFiles.GoodRow))).Format!.Id.ShouldBe("zerodha-tradebook");
    }

    [Fact]
    public async Task A_formula_has_the_value_that_was_saved_with_it()
    {
        var file = MalformedFiles.Workbook().Change("xl/worksheets/sheet1.xml", "<v>1500.5</v>", "<f>1500+0.5</f><v>1500.5</v>").ToBytes();

        (await StatementReading.OfAsync(Zerodha, file)).Transactions.ShouldHaveSingleItem().Price.ShouldBe(1500.5m);
    }
}
