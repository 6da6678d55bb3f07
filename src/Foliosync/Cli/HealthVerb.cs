using System.CommandLine;

namespace Foliosync.Cli;

/// <summary><c>foliosync health</c>: asks the server that runs with these settings; for containers, which have no curl.</summary>
internal static class HealthVerb
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly Option<bool> Ready = new("--ready") { Description = "Ask whether it can do its work too, not only whether it runs" };

    public static Command Create() => Verb.Create(
        "health", "Ask the server on this machine whether it runs; exit code 0 yes, 1 no", RunAsync, ServeVerb.Urls, Ready);

    private static async Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var address = AddressOf(context.Settings.Urls[0], context.Get(Ready) ? "/readyz" : "/healthz");
        var (healthy, answer) = await AskAsync(address, cancellationToken);
        context.Output.Result(new { Healthy = healthy, Address = address, Answer = answer }, console => console.Line(answer));
        return healthy ? ExitCode.Fine : ExitCode.Failed;
    }

    /// <summary>An address to ask, for one to listen on: a server that listens everywhere is asked on this machine.</summary>
    internal static Uri AddressOf(string listening, string path)
    {
        var binding = BindingAddress.Parse(listening);
        var host = binding.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "127.0.0.1" : binding.Host;
        return new UriBuilder(Uri.UriSchemeHttp, host, binding.Port, path).Uri;
    }

    private static async Task<(bool Healthy, string Answer)> AskAsync(Uri address, CancellationToken cancellationToken)
    {
        using var network = new SocketsHttpHandler { UseProxy = false };
        using var client = new HttpMessageInvoker(network);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var response = await client.SendAsync(request, patience.Token);
            return (response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(patience.Token));
        }
        catch (HttpRequestException)
        {
            return (false, $"No server answers at {address}. Start it with 'foliosync serve', or name its address with --urls.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (false, $"The server at {address} did not answer within {Patience.TotalSeconds:0} seconds.");
        }
    }
}
