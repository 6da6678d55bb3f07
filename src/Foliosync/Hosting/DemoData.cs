using Foliosync.Core.Connections;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Prices;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Users;

namespace Foliosync.Hosting;

/// <summary>Fills a new instance with a person and Demo connections, some of them in trouble, so that people see how that looks.</summary>
internal sealed class DemoData(IServiceProvider services)
{
    private const string Email = "demo@example.org";
    private const string RateSource = "demo";

    // The Demo broker's first day.
    private static readonly DateOnly FirstRate = new(2024, 10, 1);

    private static readonly (string Portfolio, string Label, string Scenario, string Seed)[] Connections =
    [
        ("Savings", "Everyday broker", "normal", ""),
        ("Savings", "Second account", "normal", "second"),
        ("Family", "Parents", "normal", "parents"),
        ("Family", "Needs a login", "expire", "login"),
        ("Family", "Broker is down", "transient", "down"),
    ];

    /// <summary>Adds everything and syncs it once.</summary>
    public async Task<DemoAccess> FillAsync(CancellationToken cancellationToken)
    {
        await AddRatesAsync(cancellationToken);
        var added = await services.GetRequiredService<UserAccounts>()
            .AddAsync(Email, password: null, UserRole.Admin, Actor.CommandLine, cancellationToken);
        var token = await services.GetRequiredService<ApiTokens>()
            .CreateAsync(added.User.Id, "Demo", TokenScope.Admin, Actor.CommandLine, cancellationToken);
        var owner = Actor.Person(added.User.Id, "cli");
        var portfolios = new Dictionary<string, Guid>();
        foreach (var name in Connections.Select(c => c.Portfolio).Distinct())
        {
            var portfolio = await services.GetRequiredService<PortfolioSetup>()
                .CreateAsync(added.User.Id, name, baseCurrency: null, owner, cancellationToken);
            portfolios[name] = portfolio.Id;
        }

        foreach (var (portfolio, label, scenario, seed) in Connections)
        {
            var credentials = new Dictionary<string, string> { ["scenario"] = scenario, ["seed"] = seed };
            await services.GetRequiredService<ConnectionSetup>().CreateAsync(
                new NewConnection(added.User.Id, portfolios[portfolio], "demo", label, credentials), check: true, owner, cancellationToken);
        }

        await services.GetRequiredService<SyncEngine>().RunAsync(new SyncRequest(), progress: null, cancellationToken);
        await new DemoPast(services.GetRequiredService<Database>(), services.GetRequiredService<TimeProvider>()).AddAsync(cancellationToken);
        return new DemoAccess(Email, added.GeneratedPassword!, token.Text);
    }

    // Invented like everything here, for a demo asks nobody: without a rate, rupees and dollars could not be added up.
    private async Task AddRatesAsync(CancellationToken cancellationToken)
    {
        await using var db = services.GetRequiredService<Database>().Open(OwnerScope.Everyone);
        var today = DateOnly.FromDateTime(services.GetRequiredService<TimeProvider>().GetUtcNow().UtcDateTime);
        for (var day = FirstRate; day <= today; day = day.AddDays(1))
        {
            var wave = (decimal)Math.Sin(day.DayNumber / 45d);
            db.FxRates.Add(new FxRate { Currency = "USD", Day = day, Source = RateSource, PerEuro = decimal.Round(1.10m + (0.03m * wave), 4) });
            db.FxRates.Add(new FxRate { Currency = "INR", Day = day, Source = RateSource, PerEuro = decimal.Round(93m + (1.5m * wave), 4) });
        }

        await db.SaveChangesAsync(cancellationToken);
    }
}

/// <summary>How to get into a demo.</summary>
internal sealed record DemoAccess(string Email, string Password, string Token);
