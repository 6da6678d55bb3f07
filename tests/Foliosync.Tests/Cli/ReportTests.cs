using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

public sealed class ReportTests
{
    // The sample has accounts in rupees and dollars.
    private const string Rates =
        "insert into fx_rates (currency, day, source, per_euro, fetched_at) values ('USD', '2015-01-01', 'ecb', '1.25', 0), ('INR', '2015-01-01', 'ecb', '100.0', 0)";

    [Fact]
    public async Task A_sync_in_the_foreground_is_enough_for_a_report_with_a_sparkline()
    {
        using var instance = await TestInstance.WithConnectionAsync();
        (await instance.RunAsync("sync")).ExitCode.ShouldBe(0);
        instance.Sql(Rates);

        var table = await instance.RunAsync("report");
        table.ExitCode.ShouldBe(0, table.Errors);
        table.Output.ShouldContain("Time-weighted return");
        table.Output.ShouldContain("Money-weighted return");
        table.Output.ShouldContain("█");
        table.Errors.ShouldBeEmpty();

        var report = (await instance.JsonAsync("report", "--period", "1m")).EnumerateArray().Single();
        report.GetProperty("period").GetProperty("name").GetString().ShouldBe("1m");
        report.GetProperty("updating").GetBoolean().ShouldBeFalse();
        report.GetProperty("endValue").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Values_are_written_as_csv()
    {
        using var instance = await TestInstance.WithConnectionAsync();
        await instance.RunAsync("sync");
        instance.Sql(Rates);

        var csv = await instance.RunAsync("report", "--csv");

        csv.ExitCode.ShouldBe(0, csv.Errors);
        var lines = csv.Output.TrimEnd('\n').Split('\n');
        lines[0].ShouldBe("name,currency,day,value,in,out,marks");
        lines.Length.ShouldBeGreaterThan(2);
        lines.Skip(1).ShouldAllBe(l => l.Split(',', StringSplitOptions.None).Length == 7);
    }

    [Fact]
    public async Task A_file_of_prices_is_compared_with_and_its_gaps_are_told()
    {
        using var instance = await TestInstance.WithConnectionAsync();
        await instance.RunAsync("sync");
        instance.Sql(Rates);
        var today = TimeProvider.System.GetUtcNow();
        await File.WriteAllLinesAsync(Path.Combine(instance.Folder, "index.csv"), Enumerable.Range(-12, 15).Select(d => $"{today.AddDays(d):yyyy-MM-dd},{100 + d}"));
        await File.WriteAllTextAsync(Path.Combine(instance.Folder, "gaps.csv"), $"{today:yyyy-MM-dd},100\n");

        (await instance.RunAsync("report", "--period", "1w", "--benchmark", "index.csv")).Output.ShouldContain("The same money in index.csv");
        (await instance.RunAsync("report", "--period", "1w", "--benchmark", "gaps.csv")).ShouldFailWith(2, "Add the missing days to the price file");
        (await instance.RunAsync("report", "--benchmark", "none.csv")).ShouldFailWith(2, "There is no file none.csv.");
    }

    [Theory]
    [InlineData("The period ends on 2026-01-01, before it begins on 2026-02-01.", "--period", "2026-02-01..2026-01-01")]
    [InlineData("There is no period '5y'.", "--period", "5y")]
    [InlineData("'soon' is no day", "--period", "2026-01-01..soon")]
    [InlineData("There is no instrument 'NIFTY'", "--benchmark", "NIFTY")]
    [InlineData("There is no account with this id.", "--account", "0199aaaa-0000-7000-8000-000000000000")]
    [InlineData("Give one of --csv and --json.", "--csv", "--json")]
    public async Task What_cannot_be_answered_gets_one_line(string line, params string[] arguments)
    {
        using var instance = await TestInstance.WithConnectionAsync();

        var result = await instance.RunAsync(["report", .. arguments]);

        result.Errors.ShouldContain(line);
        result.Errors.TrimEnd('\n').ShouldNotContain('\n');
        result.Output.ShouldBeEmpty();
        result.ExitCode.ShouldNotBe(0);
    }
}
