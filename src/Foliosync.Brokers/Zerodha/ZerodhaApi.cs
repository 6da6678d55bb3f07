using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Zerodha;

/// <summary>Kite Connect v3 over HTTP: sends, tells answers from errors, and nothing else.</summary>
internal static class ZerodhaApi
{
    private const string Program = "Foliosync";

    /// <summary>Asks and reads the answer's data.</summary>
    public static async Task<T> GetAsync<T>(
        BrokerSession session, string path, JsonTypeInfo<ZerodhaAnswer<T>> shape, CancellationToken cancellationToken)
        where T : class
    {
        using var request = Request(HttpMethod.Get, path);
        Authorise(request, session);
        return await SendAsync(session, request, path, shape, cancellationToken);
    }

    /// <summary>Sends a form without a session, as the login does, and reads the answer's data.</summary>
    public static async Task<T> PostAsync<T>(
        BrokerSession session,
        string path,
        IEnumerable<KeyValuePair<string, string>> form,
        JsonTypeInfo<ZerodhaAnswer<T>> shape,
        CancellationToken cancellationToken)
        where T : class
    {
        using var request = Request(HttpMethod.Post, path);
        request.Content = new FormUrlEncodedContent(form);
        return await SendAsync(session, request, path, shape, cancellationToken);
    }

    /// <summary>Asks for a file. The caller disposes the answer after reading its content.</summary>
    public static async Task<HttpResponseMessage> OpenAsync(BrokerSession session, string path, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get, path);
        Authorise(request, session);
        try
        {
            var response = await session.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                throw await ZerodhaErrors.ReadAsync(response, path, session.Clock, cancellationToken);
            }
        }
        catch (Exception failure) when (ZerodhaErrors.Translate(failure, path, cancellationToken) is { } known)
        {
            throw known;
        }
    }

    private static async Task<T> SendAsync<T>(
        BrokerSession session,
        HttpRequestMessage request,
        string path,
        JsonTypeInfo<ZerodhaAnswer<T>> shape,
        CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            using var response = await session.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw await ZerodhaErrors.ReadAsync(response, path, session.Clock, cancellationToken);
            }

            // Read to its end first: buffers that grow with an endless text would stay in the pool that all threads share.
            using var body = new MemoryStream();
            await response.Content.CopyToAsync(body, cancellationToken);
            var json = body.GetBuffer().AsSpan(0, (int)body.Length);
            var answer = JsonSerializer.Deserialize(json.StartsWith(Encoding.UTF8.Preamble) ? json[Encoding.UTF8.Preamble.Length..] : json, shape)
                ?? throw ZerodhaErrors.Unreadable(path, "$");
            if (answer.Status != "success")
            {
                throw ZerodhaErrors.Of(response.StatusCode, path, answer.ErrorType, message: null, wait: null);
            }

            return answer.Data ?? throw ZerodhaErrors.Unreadable(path, "data");
        }
        catch (Exception failure) when (ZerodhaErrors.Translate(failure, path, cancellationToken) is { } known)
        {
            throw known;
        }
    }

    private static HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("X-Kite-Version", "3");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue(new ProductHeaderValue(Program)));
        return request;
    }

    private static void Authorise(HttpRequestMessage request, BrokerSession session)
    {
        var key = session.Credentials.Require(ZerodhaBroker.ApiKey);
        var token = session.Token?.Value.Reveal()
            ?? throw BrokerException.AuthExpired("There is no Zerodha session yet. Log in to Zerodha.");

        // Other characters cannot travel in a header, and the failure they cause would look like a broken connection.
        if (!IsHeaderText(key) || !IsHeaderText(token))
        {
            throw BrokerException.AuthExpired("The Zerodha API key or session has characters that Zerodha never gives out. Enter the key again and log in.");
        }

        request.Headers.Authorization = new AuthenticationHeaderValue("token", $"{key}:{token}");
    }

    private static bool IsHeaderText(string text) => !text.AsSpan().ContainsAnyExceptInRange('!', '~');
}
