using System.Text;
using Foliosync.Core.Users;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Foliosync.Web.Monitor;

/// <summary>Sends pages of the monitor what has changed in them, by server-sent events: pieces of the page, ready to be shown.</summary>
internal static class MonitorLive
{
    public const string Path = "/admin/monitor/live";

    public static void Map(IEndpointRouteBuilder app) => app.MapGet(Path, SendAsync).ExcludeFromDescription();

    private static async Task SendAsync(HttpContext http, MonitorFeed feed, IHostApplicationLifetime life, ILoggerFactory logs, Guid? run)
    {
        if (http.Features.Get<SignedIn>() is not { IsOperator: true })
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        // A server that is told to stop does not wait for those who look.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, life.ApplicationStopping);
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            if (run is { } id)
            {
                await foreach (var detail in feed.WatchAsync(id, end.Token))
                {
                    await SendAsync<RunPanel>(http, logs, "region", new() { [nameof(RunPanel.Detail)] = detail }, end.Token);
                }

                await http.Response.WriteAsync("event: end\ndata: \n\n", end.Token);
                return;
            }

            await foreach (var snapshot in feed.WatchAsync(end.Token))
            {
                await SendAsync<MonitorPanel>(http, logs, "region", new() { [nameof(MonitorPanel.Seen)] = snapshot }, end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Nobody looks any more.
        }
    }

    private static async Task SendAsync<TPart>(
        HttpContext http, ILoggerFactory logs, string name, Dictionary<string, object?> parameters, CancellationToken cancellationToken)
        where TPart : IComponent
    {
        await using var renderer = new HtmlRenderer(http.RequestServices, logs);
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<TPart>(ParameterView.FromDictionary(parameters))).ToHtmlString());
        var text = new StringBuilder("event: ").Append(name).Append('\n');
        foreach (var line in html.Split('\n'))
        {
            text.Append("data: ").Append(line.TrimEnd('\r')).Append('\n');
        }

        await http.Response.WriteAsync(text.Append('\n').ToString(), cancellationToken);
        await http.Response.Body.FlushAsync(cancellationToken);
    }
}
