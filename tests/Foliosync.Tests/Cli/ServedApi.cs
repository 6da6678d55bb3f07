using System.Text.Json;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

/// <summary>The API of a server that runs, as a program with a token sees it.</summary>
public sealed class ServedApi
{
    private readonly string _address;
    private readonly string _token;

    private ServedApi(string address, string token)
    {
        _address = address;
        _token = token;
    }

    /// <summary>Waits until <c>serve</c> listens.</summary>
    public static async Task<ServedApi> OfAsync(RunningCommand server, string token) =>
        new((await server.LineWithAsync("Now listening on")).Split(' ')[^1], token);

    /// <summary>The API at a known address.</summary>
    public static ServedApi At(string address, string token) => new(address, token);

    /// <summary>Where the server is.</summary>
    public Uri Address => new(_address);

    public Task<JsonElement> GetAsync(string path) => AskAsync(HttpMethod.Get, path);

    /// <summary>Asks for a sync and gives the id of its run.</summary>
    public async Task<string> QueueSyncAsync(string connection) =>
        (await AskAsync(HttpMethod.Post, $"/api/v1/connections/{connection}/sync")).GetProperty("runId").GetString()!;

    private async Task<JsonElement> AskAsync(HttpMethod method, string path)
    {
        using var network = new SocketsHttpHandler();
        using var client = new HttpMessageInvoker(network);
        using var request = new HttpRequestMessage(method, _address + path) { Headers = { { "Authorization", $"Bearer {_token}" } } };
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        response.IsSuccessStatusCode.ShouldBeTrue();
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return document.RootElement.Clone();
    }
}
