using System.CommandLine;
using Foliosync.Hosting;

namespace Foliosync.Cli;

/// <summary><c>foliosync serve</c>: the server, until it is told to stop.</summary>
internal static class ServeVerb
{
    public static readonly Option<string?> Urls = new("--urls")
    {
        Description = "Where to listen (FOLIOSYNC_URLS; http://127.0.0.1:8080); several are parted by ;",
        HelpName = "URL",
    };

    public static readonly Option<bool> NoJobs = new("--no-jobs") { Description = "Serve only; 'foliosync work' syncs" };

    public static readonly Option<string?> Log = new("--log")
    {
        Description = "Log text for people or json for programs (FOLIOSYNC_LOG; text)",
        HelpName = "FORM",
    };

    public static Command Create() => Verb.Create("serve", "Serve the API and the status page, and sync on schedule", RunAsync, Urls, NoJobs, Log);

    public static async Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await using var app = WebServer.Create(
            context.Settings, jobs: !context.Get(NoJobs), builder => context.ConfigureLog(builder.Logging));
        await context.PrepareAsync(app.Services.GetRequiredService<Instance>(), cancellationToken);
        await WebServer.ListenAsync(app, context.Settings, cancellationToken);
        await app.WaitForShutdownAsync(cancellationToken);
        return ExitCode.Fine;
    }
}
