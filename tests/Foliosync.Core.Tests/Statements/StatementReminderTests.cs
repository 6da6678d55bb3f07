using Foliosync.Core.Alerts;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Statements;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Statements;

public sealed class StatementReminderTests
{
    private const string Buy = "2025-02-03,buy,INFY,,NSE,,,10,1500,,12.5,,INR,,,";

    [Theory, EachStore]
    public async Task An_account_without_a_new_file_for_35_days_is_told_once_and_the_next_file_ends_it(Store store)
    {
        await using var world = await StatementWorld.OfVestedAsync(store);
        await world.ImportAsync(Buy);
        world.Sync.Time.Advance(TimeSpan.FromDays(34));
        await RemindAsync(world);
        (await OpenAsync(world)).ShouldBeEmpty();

        world.Sync.Time.Advance(TimeSpan.FromDays(1));
        await RemindAsync(world);
        await RemindAsync(world);

        var alert = (await OpenAsync(world)).ShouldHaveSingleItem();
        (alert.Kind, alert.SubjectId).ShouldBe((AlertKinds.StatementDue, world.AccountId));
        alert.Message.ShouldStartWith("Vested: the last file was imported on 2026-08-03.");
        // A sync of it reads nothing, so it ends nothing.
        await world.Sync.SyncAsync();
        (await OpenAsync(world)).ShouldHaveSingleItem();
        await world.ImportAsync(Buy);
        (await OpenAsync(world)).ShouldBeEmpty();
    }

    [Theory, EachStore]
    public async Task An_account_has_its_own_time_or_none(Store store)
    {
        await using var world = await StatementWorld.OfVestedAsync(store);
        await SetAsync(world, 7);
        world.Sync.Time.Advance(TimeSpan.FromDays(7));
        await RemindAsync(world);
        (await OpenAsync(world)).ShouldHaveSingleItem().Message.ShouldContain("no file has been imported yet");

        await world.ImportAsync(Buy);
        await SetAsync(world, 0);
        world.Sync.Time.Advance(TimeSpan.FromDays(400));
        await RemindAsync(world);
        (await OpenAsync(world)).ShouldBeEmpty();
        await Should.ThrowAsync<InputException>(() => SetAsync(world, -1));
    }

    [Theory, EachStore]
    public async Task An_account_that_is_synced_needs_no_files(Store store)
    {
        await using var world = await StatementWorld.OfScriptedAsync(store, _ => { });
        world.Sync.Time.Advance(TimeSpan.FromDays(100));

        await RemindAsync(world);

        (await OpenAsync(world)).ShouldBeEmpty();
    }

    private static Task RemindAsync(StatementWorld world) => new StatementReminder(
        world.Sync.Database, new Incidents(world.Sync.Database, world.Sync.Clock), new StatementSettings(), world.Sync.Clock).RunAsync(default);

    private static Task SetAsync(StatementWorld world, int days) =>
        AccountSettings.ChangeAsync(
            world.Sync.Database, world.AccountId, new AccountChange(RemindAfterDays: days), Actor.CommandLine, world.Sync.Clock.GetUtcNow(), default);

    private static Task<List<Alert>> OpenAsync(StatementWorld world) =>
        world.Sync.ReadAsync(db => db.Alerts.AsNoTracking().Where(a => a.ResolvedAt == null).ToListAsync());
}
