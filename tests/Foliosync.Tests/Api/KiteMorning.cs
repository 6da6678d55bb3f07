using System.Net.Http.Json;
using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Foliosync.Simulator;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace Foliosync.Tests.Api;

/// <summary>A server and a simulated Kite on the morning of a trading day: the sessions of yesterday are over, and it is known.</summary>
internal sealed class KiteMorning : IAsyncDisposable
{
    public const string Email = "asha@example.org";

    private KiteMorning(ApiHost host, KiteSimulator kite, HttpClient owner)
    {
        Host = host;
        Kite = kite;
        Owner = owner;
    }

    public ApiHost Host { get; }

    public KiteSimulator Kite { get; }

    /// <summary>The owner at the API.</summary>
    public HttpClient Owner { get; }

    /// <summary>Connects these accounts, lets the night pass and the session clock look once.</summary>
    public static async Task<KiteMorning> StartAsync(Store store, params int[] accounts)
    {
        var kite = await KiteSimulator.StartAsync(new KiteSimulatorOptions { Accounts = 10, Holdings = 20 });
        var host = await ApiHost.StartAsync(store, new Dictionary<string, BrokerOverride>
        {
            ["zerodha"] = new(ApiUrl: kite.BaseAddress, LoginUrl: new Uri(kite.BaseAddress, "/connect/login")),
        });
        kite.RedirectUrl = new Uri(host.Address, "/connect/zerodha/callback");
        var morning = new KiteMorning(host, kite, await host.ClientAsync(Email));
        var portfolioId = (await morning.Owner.AddPortfolioAsync()).Id();
        foreach (var number in accounts)
        {
            await morning.ConnectAsync(portfolioId, number);
        }

        kite.ShiftDay();
        await morning.ExpireAsync();
        return morning;
    }

    public async Task<List<Alert>> AlertsAsync()
    {
        await using var db = Host.Open();
        return await db.Alerts.AsNoTracking().Where(a => a.ResolvedAt == null).OrderBy(a => a.Id).ToListAsync();
    }

    /// <summary>The link of a message about everything that waits.</summary>
    public async Task<Uri> LinkAsync(TimeProvider? clock = null)
    {
        await using var db = Host.Open();
        var ids = await db.Connections.OrderBy(c => c.Id).Select(c => c.Id).ToListAsync();
        return await LinkAsync(ids, clock);
    }

    /// <summary>The link of a message about these connections.</summary>
    public async Task<Uri> LinkAsync(IReadOnlyList<Guid> connections, TimeProvider? clock = null)
    {
        var services = Host.Services;
        var owner = (await services.GetRequiredService<UserAccounts>().ListAsync(default)).Single(u => u.Email == Email);
        var links = new LoginLinks(
            services.GetRequiredService<Database>(),
            services.GetRequiredService<Vault>(),
            services.GetRequiredService<BrokerCatalog>(),
            clock ?? TimeProvider.System,
            () => Host.Address);
        return await links.CreateAsync(owner.Id, connections, default);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Kite.DisposeAsync();
    }

    // A sync that began in the evening may end after the clock has looked, and proves that the session of the evening was good.
    private async Task ExpireAsync()
    {
        var clock = Host.Services.GetServices<IRecurringJob>().OfType<SessionClock>().Single();
        await using var db = Host.Open();
        for (var tries = 0; tries < 300; tries++)
        {
            var sixOClock = TimeProvider.System.GetUtcNow().AddSeconds(-1);
            await db.Connections.ExecuteUpdateAsync(set => set.SetProperty(c => c.SessionExpiresAt, sixOClock));
            await clock.RunAsync(default);
            if (!await db.SyncStates.AnyAsync(s => s.State != ConnectionState.NeedsLogin || s.LeaseToken != null))
            {
                return;
            }

            await Task.Delay(100);
        }

        throw new TimeoutException("The sessions do not end.");
    }

    private async Task ConnectAsync(string portfolioId, int number)
    {
        using var response = await Owner.PostAsJsonAsync("/api/v1/connections", new
        {
            portfolioId,
            broker = "zerodha",
            label = $"Zerodha {number}",
            credentials = new { apiKey = KiteSimulator.ApiKeyOf(number), apiSecret = KiteSimulator.ApiSecretOf(number) },
            session = new { token = Kite.AccessTokenOf(number), expiresAt = TimeProvider.System.GetUtcNow().AddHours(1) },
        });
        (await response.JsonAsync()).Text("state").ShouldBe("active");
    }
}
