using System.Text.Json;

namespace Foliosync.Hosting;

/// <summary>
/// Values by variable name, from four places. The first place that has a value wins: command line, environment, <c>.env</c> in the
/// working directory, <c>foliosync.json</c> in the data directory. An empty value counts as none.
/// </summary>
internal sealed class SettingsSource
{
    private readonly List<(string Origin, IReadOnlyDictionary<string, string> Values)> _layers = [];

    /// <summary>The names that have a value anywhere.</summary>
    public IEnumerable<string> Names => _layers.SelectMany(l => l.Values.Keys).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds a place that is asked after those already there.</summary>
    public SettingsSource Then(string origin, IReadOnlyDictionary<string, string> values)
    {
        _layers.Add((origin, values));
        return this;
    }

    /// <summary>The value and where it came from; null when no place has one.</summary>
    public (string Value, string Origin)? Find(string name)
    {
        foreach (var (origin, values) in _layers)
        {
            if (values.TryGetValue(name, out var value) && !string.IsNullOrWhiteSpace(value))
            {
                return (value.Trim(), origin);
            }
        }

        return null;
    }

    /// <summary>The variables of this process that could be ours.</summary>
    public static IReadOnlyDictionary<string, string> Environment()
    {
        var values = Empty();
        foreach (System.Collections.DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            values[(string)variable.Key] = (string?)variable.Value ?? string.Empty;
        }

        return values;
    }

    /// <summary>Lines <c>NAME=value</c>, with or without <c>export</c> and quotes; <c>#</c> begins a comment line.</summary>
    /// <exception cref="SettingsException">A line has another form. The message gives its number, not its text.</exception>
    public static IReadOnlyDictionary<string, string> DotEnv(string file)
    {
        var values = Empty();
        var number = 0;
        foreach (var line in ReadLines(file))
        {
            number++;
            var text = line.Trim();
            if (text.Length == 0 || text.StartsWith('#'))
            {
                continue;
            }

            if (text.StartsWith("export ", StringComparison.Ordinal))
            {
                text = text["export ".Length..].TrimStart();
            }

            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new SettingsException($"Line {number} of {file} is not of the form NAME=value. Correct it or remove it.");
            }

            values[text[..equals].Trim()] = Unquote(text[(equals + 1)..].Trim());
        }

        return values;
    }

    /// <summary>One JSON object with the same names as the environment; a missing file has no values.</summary>
    /// <exception cref="SettingsException">The file is not such an object.</exception>
    public static IReadOnlyDictionary<string, string> Json(string file)
    {
        var values = Empty();
        if (!File.Exists(file))
        {
            return values;
        }

        try
        {
            using var document = JsonDocument.Parse(
                string.Join('\n', ReadLines(file)),
                new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            foreach (var property in document.RootElement.EnumerateObject())
            {
                values[property.Name] = property.Value.ValueKind switch
                {
                    JsonValueKind.String => property.Value.GetString()!,
                    JsonValueKind.True => "true",
                    JsonValueKind.False => "false",
                    _ => throw new SettingsException($"{property.Name} in {file} must be a text, true or false."),
                };
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new SettingsException($"{file} is not a JSON object of names and values, for example {{ \"FOLIOSYNC_URLS\": \"http://127.0.0.1:8080\" }}.");
        }

        return values;
    }

    private static Dictionary<string, string> Empty() => new(StringComparer.OrdinalIgnoreCase);

    private static string[] ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{file} cannot be read: {e.Message}");
        }
    }

    private static string Unquote(string value) =>
        value.Length >= 2 && value[0] is '"' or '\'' && value[^1] == value[0] ? value[1..^1] : value;
}
