using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Foliosync.Bench.Machine;

/// <summary>The API of a running server, as a program with a token sees it.</summary>
internal sealed class FoliosyncApi : IDisposable
{
    private readonly HttpClient _client;

    public FoliosyncApi(Uri server, string token)
    {
        _client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = server };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>All rows of a list, whatever number of pages that takes.</summary>
    /// <param name="path">The list, with its query, for example <c>connections?state=needsLogin</c>.</param>
    /// <param name="cancellationToken">Stops between two pages.</param>
    public async Task<List<T>> ListAsync<T>(string path, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        string? next = null;
        do
        {
            var query = $"{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit=1000{(next is null ? "" : $"&after={next}")}";
            var page = await _client.GetFromJsonAsync<Page<T>>($"/api/v1/{path}{query}", BenchJson.Options, cancellationToken);
            rows.AddRange(page!.Items);
            next = page.Next;
        }
        while (next is not null);

        return rows;
    }

    public async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        (await _client.GetFromJsonAsync<T>($"/api/v1/{path}", BenchJson.Options, cancellationToken))!;

    public async Task<T> PostAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var response = await _client.PostAsync(new Uri($"/api/v1/{path}", UriKind.Relative), null, cancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<T>(BenchJson.Options, cancellationToken))!;
    }

    public void Dispose() => _client.Dispose();

    private sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
}

/// <summary>A connection as the API tells it, as far as the bench asks.</summary>
internal sealed record ConnectionRow(
    Guid Id, string Broker, string Label, string State, IReadOnlyList<AccountRow> Accounts, DateTimeOffset? LastSuccessAt, JsonElement? LastRun);

/// <summary>An account of a connection.</summary>
internal sealed record AccountRow(Guid Id, string ExternalId);

/// <summary>A holding as the API tells it; numbers are texts there.</summary>
internal sealed record HoldingRow(Guid AccountId, string Symbol, string? Exchange, string Quantity, string UnsettledQuantity, string? AveragePrice, string? LastPrice);

/// <summary>A cash balance as the API tells it.</summary>
internal sealed record CashRow(Guid AccountId, string Segment, string Currency, string Amount);

/// <summary>A run as the API tells it.</summary>
internal sealed record RunRow(Guid Id, string State, DateTimeOffset? FinishedAt);

/// <summary>The answer to "sync now".</summary>
internal sealed record QueuedRow(Guid RunId);

/// <summary>The answer to "log in".</summary>
internal sealed record LoginRow(Uri? RedirectUrl);
