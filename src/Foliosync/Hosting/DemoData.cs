using Foliosync.Core.Connections;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Sync;
using Foliosync.Core.Users;

namespace Foliosync.Hosting;

/// <summary>Fills a new instance with a person and Demo connections, some of them in trouble, so that people see how that looks.</summary>
internal sealed class DemoData(IServiceProvider services)
{
    private const string Email = "demo@example.org";

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
        return new DemoAccess(Email, added.GeneratedPassword!, token.Text);
    }
}

/// <summary>How to get into a demo.</summary>
internal sealed record DemoAccess(string Email, string Password, string Token);
