using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Connections.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Tests.Connections.Http;

/// <summary>A broker's server on this machine, and sessions that reach it over the real network code.</summary>
internal sealed class LoopbackBroker : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly TimeProvider _clock;
    private readonly FakeBroker _adapter = new();
    private BrokerHttp? _http;
    private int _requests;

    private LoopbackBroker(WebApplication server, TimeProvider clock)
    {
        _server = server;
        _clock = clock;
    }

    /// <summary>Requests that arrived.</summary>
    public int Requests => _requests;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_server.Urls.Single());

    /// <summary>Starts a server that answers every request with <paramref name="answer"/>; the number of the request comes along.</summary>
    public static async Task<LoopbackBroker> StartAsync(Func<HttpContext, int, Task> answer, TimeProvider? clock = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var broker = new LoopbackBroker(server, clock ?? FakeClock.OnAWorkday());
        server.Run(context =>
        {
            return answer(context, Interlocked.Increment(ref broker._requests));
        });
        await server.StartAsync();
        return broker;
    }

    /// <summary>Opens a session whose base address is this server's.</summary>
    public BrokerSession Open(ExchangeRecorder? recorder = null, Uri? apiUrl = null)
    {
        _http ??= new BrokerHttp(
            new BrokerCatalog([_adapter], new Dictionary<string, BrokerOverride> { ["fake"] = new(ApiUrl: apiUrl ?? Address) }), _clock);
        return _http.Open(_adapter, Guid.NewGuid(), CredentialValues.Empty, token: null, recorder);
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        await _server.StopAsync(new CancellationToken(canceled: true));
        await _server.DisposeAsync();
    }
}
