using Foliosync.Tests.Api;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

public sealed class AdminVerbsTests
{
    [Fact]
    public async Task A_row_is_made_found_changed_taken_back_downloaded_deleted_and_put_back()
    {
        using var instance = await TestInstance.WithUserAsync();
        (await instance.RunAsync("admin", "list", "nothing")).ShouldFailWith(2, "admin tables");
        (await instance.RunAsync("admin", "list", "users", "role.greater=1")).ShouldFailWith(2, "can be filtered by");

        var made = await instance.JsonAsync("admin", "create", "fx-rates", "currency=USD", "day=2026-01-02", "source=hand", "perEuro=1.1");
        var key = made.Text("key");
        var changed = await instance.JsonAsync("admin", "set", "fx-rates", key, "perEuro=1.2");
        (await instance.JsonAsync("admin", "list", "fx-rates", "perEuro.greater=1.15")).Items().Single().Text("key").ShouldBe(key);
        (await instance.RunAsync("admin", "undo", changed.Text("change"))).ExitCode.ShouldBe(0);
        (await instance.JsonAsync("admin", "show", "fx-rates", key)).GetProperty("values").Text("perEuro").ShouldBe("1.1");
        (await instance.RunAsync("admin", "export", "fx-rates", "--columns", "currency,perEuro")).Output.ReplaceLineEndings("\n").ShouldContain("currency,perEuro\nUSD,1.1\n");
        var deleted = await instance.JsonAsync("admin", "delete", "fx-rates", key);
        (await instance.RunAsync("admin", "show", "fx-rates", key)).ShouldFailWith(2, "There is no fxRate");
        (await instance.RunAsync("admin", "undo", deleted.Text("change"))).ExitCode.ShouldBe(0);
        (await instance.JsonAsync("admin", "show", "fx-rates", key)).GetProperty("values").Text("perEuro").ShouldBe("1.1");

        (await instance.RunAsync("admin", "do", "fx-rates", "set", key, "no-such,2026-01-02,hand", "--value", "perEuro=1.3")).ShouldFailWith(1, "Nothing was done, because of the row no-such");
        (await instance.JsonAsync("admin", "do", "fx-rates", "set", "--matching", "currency=USD", "--value", "perEuro=1.3")).GetProperty("rows").GetInt32().ShouldBe(1);
        (await instance.JsonAsync("admin", "show", "fx-rates", key)).GetProperty("values").Text("perEuro").ShouldBe("1.3");

        (await instance.JsonAsync("admin", "list", "audit", "tableName=fx-rates")).Items().Count.ShouldBe(6);
    }
}
