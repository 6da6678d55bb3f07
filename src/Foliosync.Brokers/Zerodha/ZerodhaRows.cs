using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Foliosync.Brokers.Zerodha;

/// <summary>A list as sent. A row that cannot be read does not spoil the others.</summary>
internal sealed class ZerodhaRows<T>(List<T> readable, IReadOnlyList<UnreadableRow> unreadable)
    where T : class
{
    /// <summary>What an account without anything has: <c>[]</c> or <c>null</c>.</summary>
    public static ZerodhaRows<T> None { get; } = new([], []);

    public List<T> Readable => readable;

    public IReadOnlyList<UnreadableRow> Unreadable => unreadable;

    public int Count => readable.Count + unreadable.Count;
}

/// <summary>A row that was left out.</summary>
/// <param name="Number">Place in the list, from 1.</param>
/// <param name="Symbol">The row's symbol; null when that is unreadable too.</param>
/// <param name="Field">The field that is missing or of the wrong type.</param>
internal sealed record UnreadableRow(int Number, string? Symbol, string Field);

/// <summary>Reads a whole list at full speed; only when that fails, row by row to find out which one is broken.</summary>
internal sealed class ZerodhaRowsConverter<T> : JsonConverter<ZerodhaRows<T>>
    where T : class
{
    /// <summary><c>null</c> is an empty list, a missing list is an error.</summary>
    public override bool HandleNull => true;

    public override ZerodhaRows<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.Null)
        {
            return ZerodhaRows<T>.None;
        }

        if (reader.TokenType is not JsonTokenType.StartArray)
        {
            throw new JsonException("A list was expected.");
        }

        var start = reader;
        try
        {
            var converter = (JsonConverter<List<T>>)options.GetTypeInfo(typeof(List<T>)).Converter;
            var rows = converter.Read(ref reader, typeof(List<T>), options);
            if (rows is not null && !rows.Contains(null!))
            {
                return new ZerodhaRows<T>(rows, []);
            }
        }
        catch (Exception failure) when (failure is JsonException or FormatException or InvalidOperationException)
        {
            // Some row does not fit. Which one, and which field, the slow way tells.
        }

        reader = start;
        return ReadRowByRow(ref reader, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
    }

    public override void Write(Utf8JsonWriter writer, ZerodhaRows<T> value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Answers are only read.");

    private static ZerodhaRows<T> ReadRowByRow(ref Utf8JsonReader reader, JsonTypeInfo<T> shape)
    {
        var readable = new List<T>();
        var unreadable = new List<UnreadableRow>();
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            using var row = JsonDocument.ParseValue(ref reader);
            try
            {
                readable.Add(row.RootElement.Deserialize(shape) ?? throw new JsonException());
            }
            catch (JsonException failure)
            {
                var number = readable.Count + unreadable.Count + 1;
                unreadable.Add(new UnreadableRow(number, SymbolOf(row.RootElement), FieldOf(failure, row.RootElement, shape)));
            }
        }

        return new ZerodhaRows<T>(readable, unreadable);
    }

    private static string? SymbolOf(JsonElement row) =>
        row.ValueKind is JsonValueKind.Object
        && row.TryGetProperty("tradingsymbol", out var symbol)
        && symbol.ValueKind is JsonValueKind.String
            ? symbol.GetString()
            : null;

    private static string FieldOf(JsonException failure, JsonElement row, JsonTypeInfo shape)
    {
        if (failure.Path is { Length: > 2 } path)
        {
            return path[2..];
        }

        if (row.ValueKind is JsonValueKind.Object)
        {
            foreach (var property in shape.Properties)
            {
                if (property.IsRequired && !row.TryGetProperty(property.Name, out _))
                {
                    return property.Name;
                }
            }
        }

        return "the row itself";
    }
}

/// <summary>Positions are an object of two lists; an account without any has sent <c>[]</c> and <c>null</c> too.</summary>
internal sealed class ZerodhaPositionsConverter : JsonConverter<ZerodhaPositions>
{
    public override bool HandleNull => true;

    public override ZerodhaPositions Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.Null)
        {
            return new ZerodhaPositions { Net = ZerodhaRows<ZerodhaPosition>.None };
        }

        if (reader.TokenType is JsonTokenType.StartArray && reader.Read() && reader.TokenType is JsonTokenType.EndArray)
        {
            return new ZerodhaPositions { Net = ZerodhaRows<ZerodhaPosition>.None };
        }

        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            throw new JsonException("An object of lists was expected.");
        }

        var positions = new ZerodhaPositions();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var isNet = reader.ValueTextEquals("net"u8);
            reader.Read();
            if (isNet)
            {
                positions.Net = JsonSerializer.Deserialize(
                    ref reader, (JsonTypeInfo<ZerodhaRows<ZerodhaPosition>>)options.GetTypeInfo(typeof(ZerodhaRows<ZerodhaPosition>)));
            }
            else
            {
                reader.Skip();
            }
        }

        return positions;
    }

    public override void Write(Utf8JsonWriter writer, ZerodhaPositions value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Answers are only read.");
}
