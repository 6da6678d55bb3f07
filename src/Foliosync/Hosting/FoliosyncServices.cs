using Foliosync.Brokers;
using Foliosync.Core.Admin;
using Foliosync.Core.Alerts;
using Foliosync.Core.Alerts.Channels;
using Foliosync.Core.Alerts.Email;
using Foliosync.Core.Connections;
using Foliosync.Core.Connections.Http;
using Foliosync.Core.Exports;
using Foliosync.Core.Instruments;
using Foliosync.Core.Jobs;
using Foliosync.Core.Ledgers;
using Foliosync.Core.Monitoring;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Prices;
using Foliosync.Core.Statements;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Sync.Replays;
using Foliosync.Core.Sync.Reviews;
using Foliosync.Core.Users;
using Foliosync.Core.Valuations;
using Foliosync.Diagnosis;
using Microsoft.AspNetCore.Hosting.Server;

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
        services.AddSingleton<PortfolioSharing>();
        services.AddSingleton<ConnectionSetup>();
        services.AddSingleton<ConnectionImport>();
        services.AddSingleton<ConnectionLogin>();
        services.AddSingleton(Sync(settings));
        services.AddSingleton<Workers>();
        services.AddSingleton(s => ReachedAddress.Of(settings, s.GetService<IServer>()));
        services.AddSingleton<LoginLinks>();
        services.AddSingleton<IRecurringJob, SessionClock>();
        services.AddSingleton<InstrumentDirectory>();
        services.AddSingleton<InstrumentNames>();
        services.AddSingleton<SyncEngine>();
        services.AddSingleton<SyncPlanner>();
        services.AddSingleton<SyncNudge>((_, _) => Task.CompletedTask);
        services.AddSingleton<SyncQueue>();
        services.AddSingleton<SyncBacklog>();
        services.AddSingleton(settings.Retention);
        services.AddSingleton<HistoryRetention>();
        services.AddSingleton<IRecurringJob>(s => s.GetRequiredService<HistoryRetention>());
        services.AddSingleton<RunReplay>();
        services.AddSingleton<RunComparison>();
        services.AddSingleton<ReviewDecisions>();
        AddMonitoring(services, settings);
        AddStatements(services, settings);
        services.AddSingleton<LedgerExport>();
        AddAlerts(services, settings.Alerts);
        AddPrices(services, settings);
        services.AddSingleton<ValuationUpdates>();
        services.AddSingleton<IRecurringJob, ValuationClock>();
        services.AddSingleton<ValuationNudge>(_ => Task.CompletedTask);
        services.AddSingleton<PerformanceReports>();
        AddAdmin(services);
        services.AddSingleton<Instance>();
        services.AddSingleton<SqliteBackup>();
        services.AddSingleton<PostgresTools>();
        services.AddSingleton<InstanceChecks>();
        services.AddSingleton<ConnectionChecks>();
        services.AddSingleton<Doctor>();
        services.AddSingleton<Readiness>();
        return services;
    }

    private static void AddAdmin(IServiceCollection services)
    {
        services.AddSingleton<AdminCatalog>();
        services.AddSingleton<AdminReader>();
        services.AddSingleton<AdminForesight>();
        services.AddSingleton<AdminChanges>();
        services.AddSingleton<AdminUndo>();
        services.AddSingleton<AdminActions>();
        services.AddSingleton<AdminSelections>();
        services.AddSingleton<AdminDownload>();
        services.AddSingleton<AdminAccess>();
        services.AddSingleton<AdminViews>();
        services.AddSingleton<InstrumentMerge>();
    }

    private static void AddMonitoring(IServiceCollection services, InstanceSettings settings)
    {
        services.AddSingleton(settings.Monitor);
        services.AddSingleton<RunSearch>();
        services.AddSingleton<RunControl>();
        services.AddSingleton<BrokerControl>();
        services.AddSingleton<RecurringControl>();
        services.AddSingleton<MonitorReader>();
        services.AddSingleton<RunCharts>();
        services.AddSingleton<OperatorWatch>();
        services.AddSingleton<IRecurringJob>(s => s.GetRequiredService<OperatorWatch>());
        services.AddSingleton<ILoggerProvider, RunLog>();
    }

    private static void AddStatements(IServiceCollection services, InstanceSettings settings)
    {
        services.AddSingleton(settings.Statements);
        services.AddSingleton(s => new StatementReaders(s.GetRequiredService<BrokerCatalog>(), BuiltInStatements.All));
        services.AddSingleton<StatementImports>();
        services.AddSingleton<StatementUndo>();
        services.AddSingleton(s => new StatementInbox(
            Path.Combine(settings.DataDirectory, StatementInbox.FolderName),
            s.GetRequiredService<StatementImports>(),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<StatementInbox>>()));
        services.AddSingleton<IRecurringJob, StatementReminder>();
        services.AddSingleton<Reconciliation>();
        services.AddSingleton<AccountLots>();
    }

    private static void AddAlerts(IServiceCollection services, AlertSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton(s => new AlertHttp(settings, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new SmtpMail(settings, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ChannelSender>();
        services.AddSingleton<Incidents>();
        services.AddSingleton<AlertChannels>();
        services.AddSingleton<LoginLinkFactory>(s => async (ownerId, connectionIds, cancellationToken) =>
            await s.GetRequiredService<LoginLinks>().CreateAsync(ownerId, connectionIds, cancellationToken));
        services.AddSingleton<AlertDeliveries>();
        services.AddSingleton<IRecurringJob>(s => s.GetRequiredService<AlertDeliveries>());
        services.AddSingleton<IRecurringJob, FreshnessWatch>();
    }

    /// <summary>Adds what sends traces and metrics, when a collector is named. For processes that serve or work.</summary>
    public static IServiceCollection AddFoliosyncTelemetry(this IServiceCollection services, InstanceSettings settings)
    {
        if (Telemetry.IsWanted(settings))
        {
            Telemetry.DescribeRequests();
            services.AddHostedService<TelemetryService>();
        }

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

    private static SyncSettings Sync(InstanceSettings settings) => new()
    {
        Interval = settings.SyncInterval,
        IsIntervalChosen = settings.SyncIntervalIsChosen,
        BrokerRhythms = SyncSettings.RhythmsOf(BuiltInBrokers.All),
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
