using System.Text.Json;

namespace Foliosync.Brokers.Contract;

/// <summary>
/// The fields that a broker documents for one route, those that the adapter passes over too. What is not among them is news: the engine
/// compares an answer now and then and says which field is new.
/// </summary>
/// <remarks>
/// A field is written as the way to it: <c>data[].quantity</c> is the quantity of each row of the list <c>data</c>. Containers need not
/// be named, the fields in them do. <c>data[].meta.*</c> knows everything below <c>meta</c>.
/// </remarks>
public sealed class KnownAnswer
{
    private const int LongestName = 40;

    private readonly string _end;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<string> _anythingBelow = [];

    /// <summary>Takes the fields of a route.</summary>
    /// <param name="route">The path of the request without a slash at its beginning, for example <c>portfolio/holdings</c>.</param>
    /// <param name="fields">The ways to the fields.</param>
    public KnownAnswer(string route, params IEnumerable<string> fields)
    {
        ArgumentException.ThrowIfNullOrEmpty(route);
        ArgumentNullException.ThrowIfNull(fields);
        Route = route;
        _end = "/" + route;
        foreach (var field in fields)
        {
            if (field.EndsWith(".*", StringComparison.Ordinal))
            {
                _anythingBelow.Add(field[..^1]);
                Know(field[..^2]);
            }
            else
            {
                Know(field);
            }
        }
    }

    /// <summary>The path of the request without a slash at its beginning.</summary>
    public string Route { get; }

    /// <summary>True when a request to <paramref name="path"/> is one of this route, whatever the base address is.</summary>
    public bool IsAt(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.AsSpan().TrimStart('/').SequenceEqual(Route) || path.EndsWith(_end, StringComparison.Ordinal);
    }

    /// <summary>The fields of an answer that are not documented, each once, without anything below them.</summary>
    /// <exception cref="JsonException">The answer is no JSON.</exception>
    public IReadOnlyCollection<string> FindUnknown(ReadOnlySpan<byte> answer)
    {
        var reader = new Utf8JsonReader(answer);
        using var document = JsonDocument.ParseValue(ref reader);
        var unknown = new SortedSet<string>(StringComparer.Ordinal);
        Find(document.RootElement, string.Empty, unknown);
        return unknown;
    }

    // A field that is known makes what contains it known too.
    private void Know(string field)
    {
        while (field.Length > 0 && _known.Add(field))
        {
            field = field.EndsWith("[]", StringComparison.Ordinal)
                ? field[..^2]
                : field[..Math.Max(0, field.LastIndexOf('.'))];
        }
    }

    private void Find(JsonElement element, string way, SortedSet<string> unknown)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    var below = way.Length == 0 ? property.Name : $"{way}.{property.Name}";
                    if (_known.Contains(below))
                    {
                        Find(property.Value, below, unknown);
                    }
                    else if (!_anythingBelow.Exists(known => below.StartsWith(known, StringComparison.Ordinal)))
                    {
                        unknown.Add(way.Length == 0 ? Shown(property.Name) : $"{way}.{Shown(property.Name)}");
                    }
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Find(item, way + "[]", unknown);
                }

                break;
        }
    }

    // A name that is none may be a key that tells something of a person.
    private static string Shown(string name) =>
        name.Length is > 0 and <= LongestName && char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? name : "(a name that is not shown)";
}
