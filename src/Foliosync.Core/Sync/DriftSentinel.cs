using System.Collections.Concurrent;
using System.Text.Json;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections.Http;

namespace Foliosync.Core.Sync;

/// <summary>
/// Notices that a broker answers with fields that it does not document. Looks at the first answer of each route a day, so an ordinary
/// sync pays for a look-up; tells each new field once as long as the process lives.
/// </summary>
internal sealed class DriftSentinel(TimeProvider clock)
{
    private readonly ConcurrentDictionary<(string Broker, string Route), DateOnly> _lookedAt = new();
    private readonly ConcurrentDictionary<(string Broker, string Route, string Field), bool> _told = new();

    /// <summary>Route and field of an answer that has another form than the adapter knows; null for every other failure.</summary>
    /// <remarks>Only adapters name a detail: what the engine refuses by itself tells nothing of the provider.</remarks>
    public static string? ChangeIn(Exception? failure) => failure is BrokerException { Kind: BrokerErrorKind.InvalidData, Detail: { } detail } ? detail : null;

    /// <summary>Adds a warning when the reading failed because the provider changed.</summary>
    public static void NoteFailure(ConnectionReading reading)
    {
        if (ChangeIn(reading.Error) is { } change)
        {
            reading.Warnings.Add(Warning($"The answer cannot be read any more ({change}). The earlier data is kept."));
        }
    }

    /// <summary>Adds a warning for each field that was never seen before.</summary>
    public void Look(BrokerManifest manifest, IReadOnlyList<RecordedExchange> exchanges, List<BrokerWarning> warnings)
    {
        if (manifest.KnownAnswers.Count == 0)
        {
            return;
        }

        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        foreach (var exchange in exchanges)
        {
            if (exchange.Status is < 200 or > 299 || manifest.KnownAnswers.FirstOrDefault(k => k.IsAt(exchange.Path)) is not { } known)
            {
                continue;
            }

            var route = (manifest.Id, known.Route);
            if (_lookedAt.TryGetValue(route, out var day) && day == today)
            {
                continue;
            }

            _lookedAt[route] = today;
            foreach (var field in UnknownFieldsOf(known, exchange))
            {
                if (_told.TryAdd((manifest.Id, known.Route, field), true))
                {
                    warnings.Add(Warning($"{manifest.Name} sends a new field in {known.Route}: {field}. It is not read; everything else is."));
                }
            }
        }
    }

    private static BrokerWarning Warning(string what) => new("provider-changed", $"The provider changed. {what}");

    private static IReadOnlyCollection<string> UnknownFieldsOf(KnownAnswer known, RecordedExchange exchange)
    {
        try
        {
            return known.FindUnknown(exchange.Body);
        }
        catch (JsonException)
        {
            // The adapter could not read it either, and has said so.
            return [];
        }
    }
}
