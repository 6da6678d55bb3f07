using System.CommandLine;
using Foliosync.Core.Jobs;
using Foliosync.Hosting;
using Foliosync.Hosting.Jobs;

namespace Foliosync.Cli;

/// <summary><c>foliosync work</c>: syncs on schedule without serving anything, until it is told to stop.</summary>
internal static class WorkVerb
{
    private static readonly Option<bool> Status = new("--status") { Description = "Do no work; tell which workers are alive and what each is at. Exit code 1 when none is" };

    public static Command Create() => Verb.Create(
        "work", "Sync on schedule without serving; on PostgreSQL any number of these share the work", RunAsync, ServeVerb.Log, Status);

    private static async Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        if (context.Get(Status))
        {
            return await TopVerb.TellWorkersAsync(context, cancellationToken);
        }

        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        context.ConfigureLog(builder.Logging);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = WebServer.ShutdownTime);
        builder.Services.AddFoliosync(context.Settings).AddFoliosyncTelemetry(context.Settings).AddJobs(context.Settings, WorkerRole.Work)
            .AddHostedService<IdleMemory>();
        using var worker = builder.Build();
        await context.PrepareAsync(worker.Services.GetRequiredService<Instance>(), cancellationToken);
        await worker.Services.GetRequiredService<JobStore>().OpenAsync(cancellationToken);
        await worker.StartAsync(cancellationToken);
        await worker.WaitForShutdownAsync(cancellationToken);
        return ExitCode.Fine;
    }
}
