using Foliosync.Brokers;
using Foliosync.Core.Connections;
using Foliosync.Core.Connections.Http;
using Foliosync.Core.Instruments;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Prices;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Users;
using Foliosync.Diagnosis;

namespace Foliosync.Hosting;

/// <summary>The composition root: the one place where the parts are put together.</summary>
internal static class FoliosyncServices
{
    /// <summary>Adds everything below the command line and the API.</summary>
    public static IServiceCollection AddFoliosync(this IServiceCollection services, InstanceSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(_ => OpenDatabase(settings));
        services.AddSingleton(_ => settings.MasterKey is { } key
            ? MasterKeySource.FromText(key.Reveal())
            : MasterKeySource.FromFile(settings.MasterKeyFile));
        services.AddSingleton<Vault>();
        services.AddSingleton<KeyRotation>();
        services.AddSingleton(_ => new BrokerCatalog(BuiltInBrokers.All, settings.Brokers));
        services.AddSingleton(s => new BrokerHttp(s.GetRequiredService<BrokerCatalog>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<UserAccounts>();
        services.AddSingleton<ApiTokens>();
        services.AddSingleton<PortfolioSetup>();
        services.AddSingleton<ConnectionSetup>();
        services.AddSingleton<ConnectionImport>();
        services.AddSingleton<ConnectionLogin>();
        services.AddSingleton(s => Sync(settings, s.GetRequiredService<BrokerCatalog>()));
        services.AddSingleton<InstrumentDirectory>();
        services.AddSingleton<InstrumentNames>();
        services.AddSingleton<SyncEngine>();
        services.AddSingleton<SyncQueue>();
        AddPrices(services, settings);
        services.AddSingleton<Instance>();
        services.AddSingleton<SqliteBackup>();
        services.AddSingleton<PostgresTools>();
        services.AddSingleton<InstanceChecks>();
        services.AddSingleton<ConnectionChecks>();
        services.AddSingleton<Doctor>();
        return services;
    }

    private static void AddPrices(IServiceCollection services, InstanceSettings settings)
    {
        services.AddSingleton(s => new PriceHttp(settings.Prices, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new PriceFeeds(
            s.GetRequiredService<Database>(), s.GetRequiredService<PriceHttp>(), settings.Prices, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<FxRates>();
        services.AddSingleton<PriceHistory>();
        foreach (var source in PriceSource.All.Where(settings.Prices.IsEnabled))
        {
            services.AddSingleton(s => s.GetRequiredService<PriceFeeds>().JobOf(source));
        }
    }

    private static SyncSettings Sync(InstanceSettings settings, BrokerCatalog catalog) => new()
    {
        Interval = settings.SyncInterval,
        BrokerIntervals = catalog.All.Where(b => b.Manifest.SuggestedInterval is not null)
            .ToDictionary(b => b.Manifest.Id, b => b.Manifest.SuggestedInterval!.Value),
    };

    private static Database OpenDatabase(InstanceSettings settings)
    {
        try
        {
            return settings.DatabaseUrl is { } url ? Database.Postgres(url.Reveal()) : Database.Sqlite(settings.DataDirectory);
        }
        catch (FormatException e)
        {
            throw new SettingsException(e.Message);
        }
    }
}
