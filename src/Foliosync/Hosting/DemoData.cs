using Foliosync.Brokers.Demo;
using Foliosync.Core.Connections;
using Foliosync.Core.Instruments;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Prices;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Hosting;

/// <summary>Fills a new instance with a person and Demo connections, some of them in trouble, so that people see how that looks.</summary>
internal sealed class DemoData(IServiceProvider services)
{
    private const string Email = "demo@example.org";
    private const string PartnerEmail = "partner@example.org";
    private const string SharedPortfolio = "Family";
    private const string RateSource = "demo";
    private const string DemoBroker = "demo";
    private const int PricesAtOnce = 2_000;

    // The Demo broker's first day.
    private static readonly DateOnly FirstRate = new(2024, 10, 1);

    private static readonly (string Portfolio, string Label, string Scenario, string Seed)[] Connections =
    [
        ("Savings", "Everyday broker", "normal", ""),
        ("Savings", "Second account", "normal", "second"),
        (SharedPortfolio, "Parents", "normal", "parents"),
        (SharedPortfolio, "Needs a login", "expire", "login"),
        (SharedPortfolio, "Broker is down", "transient", "down"),
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

        await services.GetRequiredService<UserAccounts>().AddAsync(PartnerEmail, password: null, UserRole.Member, Actor.CommandLine, cancellationToken);
        await services.GetRequiredService<PortfolioSharing>().AddAsync(portfolios[SharedPortfolio], PartnerEmail, ShareRole.Editor, owner, cancellationToken);
        foreach (var (portfolio, label, scenario, seed) in Connections)
        {
            var credentials = new Dictionary<string, string> { ["scenario"] = scenario, ["seed"] = seed };
            await services.GetRequiredService<ConnectionSetup>().CreateAsync(
                new NewConnection(added.User.Id, portfolios[portfolio], DemoBroker, label, credentials), check: true, owner, cancellationToken);
        }

        await services.GetRequiredService<SyncEngine>().RunAsync(new SyncRequest(), progress: null, cancellationToken);
        await AddPricesAsync(cancellationToken);
        await new DemoPast(services.GetRequiredService<Database>(), services.GetRequiredService<TimeProvider>()).AddAsync(cancellationToken);
        return new DemoAccess(Email, added.GeneratedPassword!, token.Text);
    }

    // A real broker's prices come one day after the other; a demo has no time for that, and its line would be a staircase.
    private async Task AddPricesAsync(CancellationToken cancellationToken)
    {
        await using var db = services.GetRequiredService<Database>().Open(OwnerScope.Everyone);
        var instruments = await db.Instruments.Where(i => i.Isin != null).ToDictionaryAsync(i => i.Isin!, i => i.Id, cancellationToken);
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        foreach (var closes in DemoPrices.ClosesBefore(now).Where(c => instruments.ContainsKey(c.Isin)).Chunk(PricesAtOnce))
        {
            db.Prices.AddRange(closes.Select(c => new Price
            {
                InstrumentId = instruments[c.Isin],
                Day = c.Day,
                Source = DemoBroker,
                Value = c.Price,
                Currency = c.Currency,
                At = c.At,
                FetchedAt = now,
            }));
            await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
        }

        // Some values may have been computed meanwhile, without these prices.
        await db.ValuationStates.ExecuteUpdateAsync(
            set => set.SetProperty(v => v.StaleFrom, FirstRate).SetProperty(v => v.Touches, v => v.Touches + 1), cancellationToken);
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
