using System.Net;
using Foliosync.Core.Prices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Tests.Prices;

/// <summary>All price sources on this machine, reached over the real network code. Files are answered under <c>/source/name</c>.</summary>
internal sealed class PriceServer : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly Dictionary<string, byte[]> _files = [];

    private PriceServer(WebApplication server) => _server = server;

    /// <summary>Paths asked for, with the query, each with the tag that came along.</summary>
    public List<(string Path, string? Tag)> Requests { get; } = [];

    /// <summary>Answers in place of files; null to answer with files.</summary>
    public Func<HttpContext, Task>? Answer { get; set; }

    public Uri Address => new(_server.Urls.Single());

    public static async Task<PriceServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new PriceServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>Settings that switch sources on and lead to this server.</summary>
    public PriceSettings Settings(params PriceSource[] on) => new(on.ToDictionary(
        s => s.Id, s => new PriceSourceOverride(new Uri(Address, s.Id), Enabled: true)));

    public PriceServer With(string path, MemoryStream content)
    {
        _files[path] = content.ToArray();
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true));
        await _server.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        lock (Requests)
        {
            Requests.Add((http.Request.Path + http.Request.QueryString, http.Request.Headers.IfNoneMatch));
        }

        if (Answer is { } answer)
        {
            await answer(http);
        }
        else if (!_files.TryGetValue(http.Request.Path, out var content))
        {
            http.Response.StatusCode = (int)HttpStatusCode.NotFound;
        }
        else
        {
            var tag = $"\"{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(content))[..8]}\"";
            http.Response.Headers.ETag = tag;
            if (http.Request.Headers.IfNoneMatch == tag)
            {
                http.Response.StatusCode = (int)HttpStatusCode.NotModified;
            }
            else
            {
                await http.Response.Body.WriteAsync(content);
            }
        }
    }
}
