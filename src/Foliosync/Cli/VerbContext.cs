using System.CommandLine;
using Foliosync.Brokers;
using Foliosync.Core.Storage;
using Foliosync.Core.Valuations;
using Foliosync.Hosting;

namespace Foliosync.Cli;

/// <summary>What a verb works with: its arguments, its output, and the parts of the instance, made when they are first asked for.</summary>
internal sealed class VerbContext(ParseResult arguments, Output output) : IAsyncDisposable
{
    private InstanceSettings? _settings;
    private ServiceProvider? _services;

    public Output Output => output;

    /// <summary>The settings, read once.</summary>
    /// <exception cref="SettingsException">A setting is wrong.</exception>
    public InstanceSettings Settings => _settings ??= LoadSettings();

    public TimeProvider Clock => Service<TimeProvider>();

    public T? Get<T>(Option<T> option) => arguments.GetValue(option);

    public T? Get<T>(Argument<T> argument) => arguments.GetValue(argument);

    public T Service<T>()
        where T : notnull => (_services ??= BuildServices()).GetRequiredService<T>();

    /// <summary>Sees everything: whoever may run this program on this machine may read its files anyway.</summary>
    public FoliosyncDb OpenDatabase() => Service<Database>().Open(OwnerScope.Everyone);

    /// <summary>Makes the log of a process that serves or works what the operator wants.</summary>
    public void ConfigureLog(ILoggingBuilder logging) => ServerLog.Configure(logging, Settings.LogAsJson || output.Json, Settings.LogLevel);

    /// <summary>Makes the instance ready and tells what was done for that.</summary>
    public Task PrepareAsync(CancellationToken cancellationToken) => PrepareAsync(Service<Instance>(), cancellationToken);

    /// <summary>Makes the instance ready that a server was put together for.</summary>
    public async Task PrepareAsync(Instance instance, CancellationToken cancellationToken)
    {
        foreach (var warning in Settings.Warnings)
        {
            output.Warn(warning);
        }

        foreach (var message in await instance.PrepareAsync(cancellationToken))
        {
            output.Say(message);
        }
    }

    /// <summary>Computes the values that no longer fit what is stored, with a progress bar.</summary>
    public Task<int> UpdateValuesAsync(CancellationToken cancellationToken) => output.WithProgressAsync(
        "Valuing",
        report => Service<ValuationUpdates>().RunAsync(new Relay<ValuationProgress>(p => report(p.Done, p.Total)), cancellationToken));

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }
    }

    private InstanceSettings LoadSettings()
    {
        var given = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        Add(InstanceSettings.DataDirectoryName, arguments.GetValue(Verb.DataDirectory));
        // Only the verbs that listen have the option; for all others it is simply not given.
        Add(InstanceSettings.UrlsName, arguments.GetResult(ServeVerb.Urls) is { } urls ? urls.GetValueOrDefault<string>() : null);
        Add(InstanceSettings.LogName, arguments.GetResult(ServeVerb.Log) is { } log ? log.GetValueOrDefault<string>() : null);
        return InstanceSettings.Load(given, [.. BuiltInBrokers.All.Select(b => b.Manifest.Id)]);

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                given[name] = value;
            }
        }
    }

    private ServiceProvider BuildServices() => new ServiceCollection()
        .AddLogging()
        .AddFoliosync(Settings)
        .BuildServiceProvider();
}
