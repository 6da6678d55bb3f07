using System.Net;
using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Jobs;
using Foliosync.Core.Monitoring;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Foliosync.Diagnosis;
using Foliosync.Hosting;
using Foliosync.Tests.Api;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Hosting;

/// <summary>What the people who run the instance are told, when, and when not.</summary>
public sealed class OperatorWatchTests
{
    [Theory, EachStore]
    public async Task A_worker_that_died_is_news_for_a_quarter_of_an_hour(Store store)
    {
        await using var host = await ApiHost.StartAsync(store, jobs: false);
        var now = TimeProvider.System.GetUtcNow();
        await AddLostWorkerAsync(host, now);

        (await LookAsync(host))[AlertKinds.WorkerLost].ShouldContain("The worker afar/1/1 died at");

        await using (var db = host.Open())
        {
            await db.Workers.ExecuteUpdateAsync(s => s.SetProperty(w => w.LostAt, now.AddMinutes(-16)));
        }

        (await LookAsync(host)).Keys.ShouldNotContain(AlertKinds.WorkerLost);
    }

    [Theory, EachStore]
    public async Task Work_that_is_late_is_told_with_how_late_it_is(Store store)
    {
        await using var host = await ApiHost.StartAsync(store, jobs: false);
        await ConnectAsync(host);
        await SetDueAsync(host, TimeSpan.FromMinutes(29));
        (await LookAsync(host)).Keys.ShouldNotContain(AlertKinds.SyncsLate);

        await SetDueAsync(host, TimeSpan.FromMinutes(45));

        (await LookAsync(host))[AlertKinds.SyncsLate].ShouldStartWith("Syncs are 45 minutes late.");
    }

    [Theory, EachStore]
    public async Task A_broker_at_which_half_of_ten_runs_fail_is_named_and_one_with_fewer_is_not(Store store)
    {
        await using var host = await ApiHost.StartAsync(store, jobs: false);
        await AddRunsAsync(host, "demo", succeeded: 4, failed: 5);
        await AddRunsAsync(host, "vested", succeeded: 6, failed: 5);
        (await LookAsync(host)).Keys.ShouldNotContain(AlertKinds.BrokerFails);

        await AddRunsAsync(host, "zerodha", succeeded: 5, failed: 5);

        (await LookAsync(host))[AlertKinds.BrokerFails].ShouldBe("Too many of the last syncs failed at zerodha. See the monitor for why.");
    }

    [Fact]
    public async Task A_disk_with_less_room_than_is_needed_is_told()
    {
        await using var host = await ApiHost.StartAsync(jobs: false, change: s => s with { Monitor = new MonitorSettings { LeastFreeBytes = long.MaxValue } });

        (await LookAsync(host))[AlertKinds.DiskLow].ShouldContain("MB are free. Make room");
        (await Started(host, s => s).LookAsync(default)).Keys.ShouldNotContain(AlertKinds.DiskLow);
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead, true)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherWrite, true)]
    public async Task A_key_file_that_others_can_read_or_write_is_told(UnixFileMode mode, bool isTold)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no modes of files.");
            return;
        }

        var file = Path.Combine(Directory.CreateTempSubdirectory("foliosync-key-").FullName, "master.key");
        MasterKeySource.CreateFile(file);
        await using var host = await ApiHost.StartAsync(jobs: false, change: s => s with { MasterKey = null, MasterKeyFile = file });
        File.SetUnixFileMode(file, mode);

        (await LookAsync(host)).ContainsKey(AlertKinds.KeyFileOpen).ShouldBe(isTold);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Theory, EachStore]
    public async Task A_backup_that_is_older_than_a_week_is_told_and_one_that_was_never_made_where_one_is_expected(Store store)
    {
        await using var host = await ApiHost.StartAsync(store, jobs: false);
        (await LookAsync(host)).Keys.ShouldNotContain(AlertKinds.BackupOld);
        var strict = Started(host, s => s with { IsBackupExpected = true });
        (await strict.LookAsync(default))[AlertKinds.BackupOld].ShouldStartWith("There was no backup yet.");

        await host.Services.GetRequiredService<OperatorWatch>().NoteBackupAsync(default);
        (await strict.LookAsync(default)).Keys.ShouldNotContain(AlertKinds.BackupOld);
        await AgeBackupAsync(host, TimeSpan.FromDays(8));

        (await LookAsync(host))[AlertKinds.BackupOld].ShouldStartWith("The last backup is of ");
    }

    [Theory, EachStore]
    public async Task Each_kind_is_told_once_and_once_that_it_is_over(Store store)
    {
        using var receiver = new HttpListener();
        var address = $"http://127.0.0.1:{FreePort()}/";
        receiver.Prefixes.Add(address);
        receiver.Start();
        var taking = TakeAllAsync(receiver);
        var file = Path.Combine(Directory.CreateTempSubdirectory("foliosync-key-").FullName, "master.key");
        MasterKeySource.CreateFile(file);
        await using (var host = await ApiHost.StartAsync(
            store, alerts: new AlertSettings { AllowPrivate = true }, jobs: false, change: s => s with { MasterKey = null, MasterKeyFile = file }))
        {
            var admin = (await host.Services.GetRequiredService<UserAccounts>().AddAsync("root@example.org", null, UserRole.Admin, Actor.CommandLine, default)).User;
            await host.Services.GetRequiredService<AlertChannels>()
                .CreateAsync(admin.Id, AlertChannelKind.Webhook, new ChannelValues(address), Actor.CommandLine, default);
            await ConnectAsync(host);
            await AddLostWorkerAsync(host, TimeProvider.System.GetUtcNow());
            await SetDueAsync(host, TimeSpan.FromHours(1));
            await AddRunsAsync(host, "demo", succeeded: 0, failed: 10);
            var full = Started(host, s => s with { LeastFreeBytes = long.MaxValue, IsBackupExpected = true });
            string[] kinds = [AlertKinds.WorkerLost, AlertKinds.SyncsLate, AlertKinds.BrokerFails, AlertKinds.DiskLow, AlertKinds.BackupOld];
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead);
                kinds = [.. kinds, AlertKinds.KeyFileOpen];
            }

            await TellTwiceAsync(host, full);
            (await ToldAsync(host, AlertEvent.Raised)).ShouldBe(kinds, ignoreOrder: true);

            await using (var db = host.Open())
            {
                await db.Workers.ExecuteDeleteAsync();
                await db.RunHours.ExecuteDeleteAsync();
            }

            await SetDueAsync(host, TimeSpan.Zero);
            await full.NoteBackupAsync(default);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            await TellTwiceAsync(host, Started(host, s => s));

            (await ToldAsync(host, AlertEvent.Raised)).ShouldBe(kinds, ignoreOrder: true);
            (await ToldAsync(host, AlertEvent.Healed)).ShouldBe(kinds, ignoreOrder: true);
        }

        receiver.Stop();
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        (await taking).ShouldBeGreaterThanOrEqualTo(2);
    }

    private static Task<IReadOnlyDictionary<string, string>> LookAsync(ApiHost host) => host.Services.GetRequiredService<OperatorWatch>().LookAsync(default);

    // The watch of a process that was started with other settings.
    private static OperatorWatch Started(ApiHost host, Func<MonitorSettings, MonitorSettings> change)
    {
        var settings = change(new MonitorSettings());
        var checks = ActivatorUtilities.CreateInstance<InstanceChecks>(host.Services, host.Services.GetRequiredService<InstanceSettings>() with { Monitor = settings });
        return ActivatorUtilities.CreateInstance<OperatorWatch>(host.Services, checks, settings);
    }

    private static async Task TellTwiceAsync(ApiHost host, OperatorWatch watch)
    {
        for (var i = 0; i < 2; i++)
        {
            await watch.RunAsync(default);
            await host.Services.GetRequiredService<AlertDeliveries>().RunAsync(default);
        }
    }

    private static async Task<List<string>> ToldAsync(ApiHost host, AlertEvent what)
    {
        await using var db = host.Open();
        return await db.AlertDeliveries.Where(d => d.Event == what && d.State == AlertDeliveryState.Sent).Join(db.Alerts, d => d.AlertId, a => a.Id, (d, a) => a.Kind).ToListAsync();
    }

    private static async Task ConnectAsync(ApiHost host)
    {
        var member = await host.ClientAsync("asha@example.org");
        await member.ConnectDemoAsync((await member.AddPortfolioAsync()).Id());
    }

    private static async Task SetDueAsync(ApiHost host, TimeSpan ago)
    {
        var due = TimeProvider.System.GetUtcNow() - ago;
        await using var db = host.Open();
        await db.SyncStates.ExecuteUpdateAsync(s => s.SetProperty(c => c.NextSyncAt, due));
    }

    private static async Task AddLostWorkerAsync(ApiHost host, DateTimeOffset lostAt)
    {
        await using var db = host.Open();
        db.Workers.Add(new WorkerPresence
        {
            Name = "afar/1/1",
            Version = "1",
            Role = WorkerRole.Work,
            StartedAt = lostAt.AddHours(-1),
            LastSeenAt = lostAt.AddMinutes(-1),
            LostAt = lostAt,
            Busy = 3,
        });
        await db.SaveChangesAsync();
    }

    private static async Task AddRunsAsync(ApiHost host, string broker, int succeeded, int failed)
    {
        var now = TimeProvider.System.GetUtcNow();
        await using var db = host.Open();
        db.RunHours.Add(new RunHour
        {
            Hour = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero),
            BrokerId = broker,
            Worker = "afar/1/1",
            Succeeded = succeeded,
            Failed = failed,
        });
        await db.SaveChangesAsync();
    }

    private static async Task AgeBackupAsync(ApiHost host, TimeSpan by)
    {
        var at = TimeProvider.System.GetUtcNow() - by;
        await using var db = host.Open();
        await db.AuditEvents.Where(a => a.Action == "instance.backedUp").ExecuteUpdateAsync(s => s.SetProperty(a => a.At, at));
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // Takes whatever comes until it is stopped; gives how many messages there were.
    private static async Task<int> TakeAllAsync(HttpListener receiver)
    {
        var messages = 0;
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await receiver.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return messages;
            }

            messages++;
            context.Response.StatusCode = 204;
            context.Response.Close();
        }
    }
}
