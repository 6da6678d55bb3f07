using System.Text;
using System.Text.RegularExpressions;
using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Tests.Contract;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests;

/// <summary>
/// What every reader of statements keeps. A reader derives one class that names it, and lays recordings into <c>Recorded/statements</c> beside
/// that class, at least one for each format, named <c>format-id</c> or <c>format-id.what</c>:
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>.csv</c>, <c>.json</c>: the file itself; <c>.sheets</c>: a workbook as text, in the form told at <see cref="Xlsx.Parse"/>.</item>
/// <item><c>.approved.txt</c> behind the whole name: what must be read from it.</item>
/// </list>
/// Every recording has <c>PLANTED-SECRET</c> wherever a real file has personal data, or in a column of its own where it has none.
/// </remarks>
public abstract class StatementContractTests
{
    private const string Planted = "PLANTED-SECRET";

    /// <summary>The reader under test.</summary>
    protected abstract IStatementReader Reader { get; }

    /// <summary>What is tested, for the test that every reader is.</summary>
    internal Type TestedReader => Reader.GetType();

    private string RecordedFolder =>
        Path.Combine(AppContext.BaseDirectory, Reader.GetType().Namespace!.Split('.')[^1], "Recorded", "statements");

    private IReadOnlyList<(string Name, StatementFormat Format)> Recordings =>
    [
        .. Directory.EnumerateFiles(RecordedFolder)
            .Select(path => Path.GetFileName(path))
            .Where(name => !name.EndsWith(".txt", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => (name, Reader.Formats.FirstOrDefault(format => format.Id == name.Split('.')[0])!))
            .Where(pair => pair.Item2 is not null),
    ];

    [Fact]
    public void Every_format_has_a_recording()
    {
        Reader.Formats.ShouldNotBeEmpty();
        foreach (var format in Reader.Formats)
        {
            format.Id.ShouldMatch("^[a-z][a-z0-9-]*$");
            format.Name.ShouldNotBeNullOrWhiteSpace();
            format.Extensions.ShouldAllBe(extension => extension.StartsWith('.'));
            Recordings.ShouldContain(recording => recording.Format.Id == format.Id, $"Record a {format.Id}.");
        }
    }

    [Fact]
    public async Task A_recording_is_recognised_by_its_content_and_by_no_other_reader()
    {
        var others = BuiltInBrokers.All.OfType<IStatementReader>().Concat(BuiltInStatements.All).Where(other => other.GetType() != Reader.GetType());
        foreach (var (name, format) in Recordings)
        {
            (await RecogniseAsync(Reader, Bytes(name))).ShouldNotBeNull(name).Id.ShouldBe(format.Id, name);
            foreach (var other in others)
            {
                (await RecogniseAsync(other, Bytes(name))).ShouldBeNull($"{name} is taken by {other.GetType().Name}.");
            }
        }
    }

    [Fact]
    public async Task A_recorded_statement_gives_exactly_the_approved_text()
    {
        var differences = new List<(string Text, string Expected, string Received)>();
        foreach (var (name, _) in Recordings)
        {
            var text = ReportText.Of(await StatementReading.OfAsync(Reader, Bytes(name)));
            var approved = Path.Combine(RecordedFolder, $"{name}.approved.txt");
            var expected = File.Exists(approved) ? (await File.ReadAllTextAsync(approved)).ReplaceLineEndings("\n") : "";
            if (expected != text)
            {
                var received = Path.Combine(RecordedFolder, $"{name}.received.txt");
                await File.WriteAllTextAsync(received, text);
                differences.Add((text, expected, received));
            }
        }

        foreach (var (text, expected, received) in differences)
        {
            text.Split('\n').ShouldBe(expected.Split('\n'), $"If the new text is right, save {received} as .approved.txt beside the recording.");
        }
    }

    [Fact]
    public async Task Reading_twice_gives_the_same()
    {
        foreach (var (name, _) in Recordings)
        {
            var first = ReportText.Of(await StatementReading.OfAsync(Reader, Bytes(name)));
            var second = ReportText.Of(await StatementReading.OfAsync(Reader, Bytes(name)));

            second.ShouldBe(first, name);
        }
    }

    [Fact]
    public async Task A_foreign_file_is_not_recognised_and_refused_with_a_sentence()
    {
        byte[][] foreign =
        [
            "neither a table nor a statement"u8.ToArray(),
            "a,b,c\n1,2,3\n"u8.ToArray(),
            """{"weather": [{"day": "2026-01-01", "rain": 3}]}"""u8.ToArray(),
            "[1, 2, 3]"u8.ToArray(),
            Xlsx.Of(("Weather", [["Day", "Rain"], ["#2026-01-01", "3"]])).ToBytes(),
        ];
        foreach (var file in foreign)
        {
            (await RecogniseAsync(Reader, file)).ShouldBeNull();
            foreach (var format in Reader.Formats)
            {
                var refused = await Should.ThrowAsync<BrokerException>(() => StatementReading.OfAsync(Reader, file, format));

                refused.Kind.ShouldBe(BrokerErrorKind.InvalidData);
                refused.Message.ShouldEndWith(".");
            }
        }
    }

    [Fact]
    public async Task Cancellation_is_honoured()
    {
        foreach (var (name, format) in Recordings)
        {
            using var file = new MemoryStream(Bytes(name));
            var cancelled = new CancellationToken(canceled: true);

            await Should.ThrowAsync<OperationCanceledException>(() => Reader.RecogniseAsync(file, cancelled));
            await Should.ThrowAsync<OperationCanceledException>(
                () => Reader.ReadStatementAsync(format, file, StatementReading.ReceivedAt, cancelled));
        }
    }

    [Fact]
    public async Task Reports_keep_the_rules_of_the_contract()
    {
        foreach (var (name, _) in Recordings)
        {
            var reading = await StatementReading.OfAsync(Reader, Bytes(name));

            reading.Transactions.Select(transaction => transaction.ExternalId).ShouldBeUnique();
            reading.Pages.ShouldAllBe(page => page.Cursor == null && page.Transactions.Count <= 1_000);
            reading.Warnings.ShouldAllBe(warning => Regex.IsMatch(warning.Code, "^[a-z-]+$") && warning.Message.EndsWith('.'));
            foreach (var transaction in reading.Transactions)
            {
                ShouldKeepTheRules(transaction, name);
            }

            foreach (var report in new[] { reading.Report.Holdings, reading.Report.Funds }.OfType<HoldingsReport>())
            {
                report.AsOf.Offset.ShouldBe(TimeSpan.Zero, name);
                report.Holdings.ShouldAllBe(holding => holding.Quantity != 0 && holding.Instrument.BrokerKey.Length > 0 && holding.Instrument.Currency.Length == 3);
                (report.IsComplete && report.SkippedRows > 0).ShouldBeFalse(name);
            }
        }
    }

    [Fact]
    public async Task Personal_data_is_in_no_report_warning_or_exception()
    {
        foreach (var (name, format) in Recordings)
        {
            var text = await File.ReadAllTextAsync(Path.Combine(RecordedFolder, name));
            text.ShouldContain(Planted, Case.Sensitive, $"{name} plants nothing, so it proves nothing.");
            string[] variants =
            [
                text,

                // Numbers that are none, so that their rows are left out with a warning that must not quote them.
                Regex.Replace(text, @"\d+\.\d+", Planted),
                Regex.Replace(text, @"\d{4}-\d{2}-\d{2}", Planted),

                // A header that lacks something, so that the refusal describes it.
                Regex.Replace(text, "(?i)price|amount|quantity|symbol|ticker", Planted),
            ];
            foreach (var variant in variants)
            {
                (await PrintAsync(() => StatementReading.OfAsync(Reader, Bytes(name, variant), format))).ShouldNotContain(Planted, Case.Sensitive, name);
            }
        }
    }

    [Fact]
    public async Task A_damaged_statement_is_read_or_refused_but_never_crashes()
    {
        foreach (var (name, _) in Recordings)
        {
            var whole = Bytes(name);
            for (var i = 0; i < 100; i++)
            {
                // Cut off, or a byte changed, at places spread over the file; always the same.
                var place = (int)((long)i * 7_919 % whole.Length);
                byte[] damaged = i % 3 == 0 ? whole[..place] : [.. whole];
                if (i % 3 != 0)
                {
                    damaged[place] ^= (byte)(1 << (i % 8));
                }

                var failure = await Record.ExceptionAsync(() => StatementReading.OfAsync(Reader, damaged));

                if (failure is not null)
                {
                    var known = failure.ShouldBeOfType<BrokerException>($"{name}, variation {i}");
                    known.Kind.ShouldBe(BrokerErrorKind.InvalidData);
                    known.Message.ShouldEndWith(".");
                }
            }
        }
    }

    /// <summary>Where the kind tells the direction of the money, the amount has it too.</summary>
    private static void ShouldKeepTheRules(ReportedTransaction transaction, string name)
    {
        var because = $"{name}: {transaction.ExternalId}";
        transaction.ExternalId.ShouldNotBeNullOrWhiteSpace(name);
        transaction.TradedAt.Offset.ShouldBe(TimeSpan.Zero, because);
        transaction.Currency.Length.ShouldBe(3, because);
        (transaction.Quantity ?? 0).ShouldBeGreaterThanOrEqualTo(0, because);
        (transaction.Fees ?? 0).ShouldBeGreaterThanOrEqualTo(0, because);
        (transaction.Taxes ?? 0).ShouldBeGreaterThanOrEqualTo(0, because);
        switch (transaction.Kind)
        {
            case TransactionKind.Sell or TransactionKind.Deposit or TransactionKind.Dividend:
                (transaction.Amount ?? 0).ShouldBeGreaterThanOrEqualTo(0, because);
                break;
            case TransactionKind.Buy or TransactionKind.Withdrawal or TransactionKind.Fee or TransactionKind.Tax:
                (transaction.Amount ?? 0).ShouldBeLessThanOrEqualTo(0, because);
                break;
            default:
                break;
        }
    }

    private static async Task<StatementFormat?> RecogniseAsync(IStatementReader reader, byte[] file)
    {
        using var stream = new MemoryStream(file);
        return await reader.RecogniseAsync(stream, CancellationToken.None);
    }

    private static async Task<string> PrintAsync(Func<Task<StatementReading>> read)
    {
        try
        {
            var reading = await read();
            return ReportText.Of(reading) + string.Concat(reading.Warnings);
        }
        catch (BrokerException failure)
        {
            return $"{failure} {failure.Detail}";
        }
    }

    private byte[] Bytes(string name) => Bytes(name, File.ReadAllText(Path.Combine(RecordedFolder, name)));

    private static byte[] Bytes(string name, string text) =>
        name.EndsWith(".sheets", StringComparison.Ordinal) ? Xlsx.Parse(text).ToBytes() : Encoding.UTF8.GetBytes(text);
}
