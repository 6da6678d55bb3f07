using Foliosync.Core.Statements;
using Foliosync.Core.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Statements;

public sealed class StatementInboxTests : IDisposable
{
    private const string Buy = StatementWorld.Header + "\n2025-02-03,buy,INFY,,NSE,,,10,1500,,12.5,,INR,,,";

    private readonly string _folder = Directory.CreateTempSubdirectory("foliosync-inbox-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, EachStore]
    public async Task A_file_that_two_looks_found_the_same_is_imported_and_put_away_with_a_report(Store store)
    {
        await using var world = await StatementWorld.OfVestedAsync(store);
        var inbox = InboxOf(world);
        var file = Drop(world.AccountId.ToString(), "trades.csv", Buy);

        await inbox.LookAsync(default);
        File.Exists(file).ShouldBeTrue();
        await inbox.LookAsync(default);

        File.Exists(file).ShouldBeFalse();
        (await world.CountingAsync()).ShouldHaveSingleItem();
        var (name, report) = PutAway(world.AccountId.ToString(), "done");
        name.ShouldEndWith("-trades.csv");
        report.ShouldContain("1 rows: 1 new");
        var run = await world.Sync.LastRunAsync("Vested");
        report.ShouldContain(run.Id.ToString());
    }

    [Theory, EachStore]
    public async Task A_half_copied_file_is_left_alone_until_it_stays_the_same(Store store)
    {
        await using var world = await StatementWorld.OfVestedAsync(store);
        var inbox = InboxOf(world);
        var file = Drop(world.AccountId.ToString(), "trades.csv", Buy[..^30]);
        await inbox.LookAsync(default);

        File.WriteAllText(file, Buy);
        await inbox.LookAsync(default);
        File.Exists(file).ShouldBeTrue();
        (await world.CountingAsync()).ShouldBeEmpty();

        await inbox.LookAsync(default);
        (await world.CountingAsync()).ShouldHaveSingleItem();
    }

    [Theory, EachStore]
    public async Task What_cannot_be_imported_goes_to_failed_and_the_report_says_why(Store store)
    {
        await using var world = await StatementWorld.OfVestedAsync(store);
        var inbox = InboxOf(world);
        Drop(world.AccountId.ToString(), "broken.xlsx", "PK no");
        Drop(Guid.Empty.ToString(), "lost.csv", Buy);
        Drop("my-account", "lost.csv", Buy);

        await inbox.LookAsync(default);
        await inbox.LookAsync(default);

        PutAway(world.AccountId.ToString(), "failed").Report.ShouldEndWith(".\n");
        PutAway(Guid.Empty.ToString(), "failed").Report.ShouldContain("There is no account with this id.");
        PutAway("my-account", "failed").Report.ShouldContain("not named like an account");
        (await world.Sync.ReadAsync(db => db.SyncRuns.CountAsync())).ShouldBe(0);
    }

    [Theory, EachStore]
    public async Task A_file_waits_while_the_account_is_busy(Store store)
    {
        await using var world = await StatementWorld.OfVestedAsync(store);
        var imports = world.NewImports(new StatementSettings { Patience = TimeSpan.Zero });
        var inbox = new StatementInbox(_folder, imports, world.Sync.Clock, NullLogger<StatementInbox>.Instance);
        var file = Drop(world.AccountId.ToString(), "trades.csv", Buy);
        await world.Sync.HoldByAsync("other", TimeSpan.Zero);
        await inbox.LookAsync(default);
        await inbox.LookAsync(default);

        File.Exists(file).ShouldBeTrue();
        Directory.Exists(Path.Combine(_folder, world.AccountId.ToString(), "failed")).ShouldBeFalse();

        await world.Sync.ReadAsync(db => db.SyncStates.ExecuteUpdateAsync(s => s.SetProperty(x => x.LeaseToken, (Guid?)null).SetProperty(x => x.LeaseUntil, (DateTimeOffset?)null)));
        await inbox.LookAsync(default);
        await inbox.LookAsync(default);

        File.Exists(file).ShouldBeFalse();
        (await world.CountingAsync()).ShouldHaveSingleItem();
    }

    private StatementInbox InboxOf(StatementWorld world) => new(_folder, world.Imports, world.Sync.Clock, NullLogger<StatementInbox>.Instance);

    private string Drop(string account, string name, string text)
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, account)).FullName, name);
        File.WriteAllText(file, text);
        return file;
    }

    private (string Name, string Report) PutAway(string account, string outcome)
    {
        var files = Directory.GetFiles(Path.Combine(_folder, account, outcome));
        files.Length.ShouldBe(2);
        var report = files.Single(f => f.EndsWith(".txt", StringComparison.Ordinal));
        return (report[..^4], File.ReadAllText(report).ReplaceLineEndings("\n"));
    }
}
