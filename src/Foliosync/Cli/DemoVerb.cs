using System.CommandLine;
using Foliosync.Core.Prices;
using Foliosync.Hosting;

namespace Foliosync.Cli;

/// <summary>
/// <c>foliosync demo</c>: a whole instance in a folder that is gone afterwards, with a person, connections and holdings, so that
/// there is something to look at a second after the start.
/// </summary>
internal static class DemoVerb
{
    public static Command Create() => Verb.Create(
        "demo", "Show it at work: serve invented data from a folder that is gone afterwards", RunAsync, ServeVerb.Urls);

    private static async Task RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var keep = context.Get(Verb.DataDirectory) is not null;
        var directory = keep ? context.Settings.DataDirectory : Directory.CreateTempSubdirectory("foliosync-demo-").FullName;
        if (keep && Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
        {
            throw new UsageException($"{directory} is not empty, and invented data must not mix with real data. Leave --data-dir out.");
        }

        try
        {
            await ServeAsync(context, SettingsIn(directory, context.Settings), cancellationToken);
        }
        finally
        {
            if (!keep)
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    private static async Task ServeAsync(VerbContext context, InstanceSettings settings, CancellationToken cancellationToken)
    {
        await using var app = await ListenAsync(settings, cancellationToken);
        var demo = await new DemoData(app.Services).FillAsync(cancellationToken);
        var open = AddressOf(app);
        context.Output.Result(
            new { Open = open, demo.Email, demo.Password, demo.Token },
            console =>
            {
                console.Line($"Open: {open}");
                console.Line($"Sign in: {demo.Email} {demo.Password}");
                console.Line($"Token: {demo.Token}");
            });
        context.Output.Say("Ctrl+C ends the demo.");
        await app.WaitForShutdownAsync(cancellationToken);
    }

    // The usual port, or any free one if that is taken and nobody asked for a certain one.
    private static async Task<WebApplication> ListenAsync(InstanceSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            return await StartAsync(settings, cancellationToken);
        }
        catch (SettingsException) when (!settings.UrlsAreChosen)
        {
            return await StartAsync(settings with { Urls = ["http://127.0.0.1:0"] }, cancellationToken);
        }
    }

    private static async Task<WebApplication> StartAsync(InstanceSettings settings, CancellationToken cancellationToken)
    {
        var app = WebServer.Create(settings, jobs: true, builder => ServerLog.ConfigureQuiet(builder.Logging));
        try
        {
            await app.Services.GetRequiredService<Instance>().PrepareAsync(cancellationToken);
            await WebServer.ListenAsync(app, settings, cancellationToken);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    // Of what is set, only the addresses count: a demo never touches a real database or key.
    private static InstanceSettings SettingsIn(string directory, InstanceSettings given) => new()
    {
        DataDirectory = directory,
        MasterKeyFile = Path.Combine(directory, "master.key"),
        Urls = given.Urls,
        UrlsAreChosen = given.UrlsAreChosen,
        SyncInterval = given.SyncInterval,
        SyncIntervalIsChosen = given.SyncIntervalIsChosen,
        Prices = PriceSettings.None,
    };

    private static string AddressOf(WebApplication app) =>
        app.Urls.First().Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal).Replace("[::]", "localhost", StringComparison.Ordinal);
}
