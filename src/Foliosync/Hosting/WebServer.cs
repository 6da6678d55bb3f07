using System.Net.Sockets;
using Foliosync.Api;
using Foliosync.Core.Jobs;
using Foliosync.Hosting.Jobs;
using Foliosync.Web;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Foliosync.Hosting;

/// <summary>The web server: what <c>serve</c>, <c>demo</c> and tests start.</summary>
internal static class WebServer
{
    /// <summary>How long what is under way may take to come to an end, or to be handed over, when the process is told to stop.</summary>
    public static readonly TimeSpan ShutdownTime = TimeSpan.FromSeconds(25);

    /// <summary>Puts the server together without starting it. The caller starts and disposes it.</summary>
    /// <param name="settings">Where it listens and what it serves.</param>
    /// <param name="jobs">True to work on jobs too; false to leave them to other processes.</param>
    /// <param name="configure">Adds to the server before it is built; null to add nothing.</param>
    public static WebApplication Create(InstanceSettings settings, bool jobs, Action<WebApplicationBuilder>? configure = null)
    {
        // InstanceSettings alone reads what the operator set: there is one way to set a thing.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(WebServer).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.UseUrls([.. settings.Urls]);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTime);
        ServerLog.Configure(builder.Logging, json: false);
        builder.Services.AddFoliosync(settings).AddFoliosyncTelemetry(settings).AddFoliosyncApi().AddFoliosyncWeb(settings)
            .AddHostedService<IdleMemory>();
        if (jobs)
        {
            builder.Services.AddJobs(settings, WorkerRole.Serve);
        }
        else
        {
            builder.Services.AddJobClient(settings);
        }

        configure?.Invoke(builder);

        var app = builder.Build();
        if (Telemetry.IsWanted(settings))
        {
            app.Use(Telemetry.NameRequestAsync);
        }

        return app.MapFoliosyncApi();
    }

    /// <summary>Starts listening.</summary>
    /// <returns>The addresses it really listens on, for example with the port that was free.</returns>
    /// <exception cref="SettingsException">An address is taken, or not one of this machine; or another process works on the jobs.</exception>
    public static async Task<IReadOnlyList<string>> ListenAsync(
        WebApplication app, InstanceSettings settings, CancellationToken cancellationToken)
    {
        if (app.Services.GetService<JobStore>() is { } jobs)
        {
            await jobs.OpenAsync(cancellationToken);
        }

        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new SettingsException(
                $"The server cannot listen on {string.Join(" and ", settings.Urls)}: {Reason(e)}. Choose another address with --urls or {InstanceSettings.UrlsName}.");
        }

        return [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
    }

    private static string Reason(Exception e) => Innermost(e) is SocketException socket
        ? socket.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => "another program uses that port",
            SocketError.AccessDenied => "this user may not use that port",
            SocketError.AddressNotAvailable => "this machine does not have that address",
            _ => socket.Message.TrimEnd('.'),
        }
        : e.Message.TrimEnd('.');

    private static Exception Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
        {
            e = inner;
        }

        return e;
    }
}
