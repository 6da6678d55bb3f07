using Foliosync.Brokers.Files;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Files;

public sealed class RowIdsTests
{
    [Fact]
    public void Two_equal_rows_of_one_file_are_two_transactions()
    {
        var ids = new RowIds("x");

        ids.Next("2025-01-01", "buy").ShouldNotBe(ids.Next("2025-01-01", "buy"));
    }

    [Fact]
    public void The_same_file_gives_the_same_ids()
    {
        string[] rows = ["a", "b", "a", "c", "a"];

        Of(rows).ShouldBe(Of(rows));
    }

    [Fact]
    public void Files_that_overlap_agree_whatever_stands_around_the_rows()
    {
        // One row of "a" by the end of January; in the file of the whole year there are two of them, and others in another order.
        var january = Of(["a", "b"]);
        var year = Of(["c", "b", "a", "d", "a"]);

        year.ShouldContain(january[0]);
        year.ShouldContain(january[1]);
        january.Union(year).Count().ShouldBe(5);
    }

    [Fact]
    public void Fields_do_not_run_into_each_other() => new RowIds("x").Next("ab", "c").ShouldNotBe(new RowIds("x").Next("a", "bc"));

    [Fact]
    public void Ids_of_different_formats_are_never_equal() => new RowIds("x").Next("a").ShouldNotBe(new RowIds("y").Next("a"));

    [Fact]
    public void An_id_is_permanent() => new RowIds("x").Next("2025-01-01", "buy", "10").ShouldBe("x:566ef473d35f9c7493e9ca42b5fa6351:1");

    [Fact]
    public void An_own_id_is_kept_and_a_very_long_one_is_digested()
    {
        new RowIds("x").Named("t-1").ShouldBe("x:t-1");
        new RowIds("x").Named(new string('t', 5_000)).Length.ShouldBeLessThan(50);
    }

    private static List<string> Of(IEnumerable<string> rows)
    {
        var ids = new RowIds("x");
        return [.. rows.Select(row => ids.Next(row))];
    }
}
