using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Foliosync.Simulator;

/// <summary>Kite's envelope and the few values that several answers share.</summary>
internal static class KiteJson
{
    // Kite sends backticks and the like as they are.
    private static readonly JsonWriterOptions AsKiteWrites = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A good answer around what <paramref name="writeData"/> writes.</summary>
    public static byte[] Render(Action<Utf8JsonWriter> writeData)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, AsKiteWrites))
        {
            json.WriteStartObject();
            json.WriteString("status"u8, "success"u8);
            json.WritePropertyName("data"u8);
            writeData(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>An error as Kite sends it.</summary>
    public static byte[] Error(string message, string errorType)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, AsKiteWrites))
        {
            json.WriteStartObject();
            json.WriteString("status"u8, "error"u8);
            json.WriteString("message"u8, message);
            json.WriteNull("data"u8);
            json.WriteString("error_type"u8, errorType);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The fields of a profile, into an object that is open.</summary>
    public static void WritePerson(Utf8JsonWriter json, string userId)
    {
        json.WriteString("user_id"u8, userId);
        json.WriteString("user_type"u8, "individual"u8);
        json.WriteString("email"u8, $"{userId.ToLowerInvariant()}@sim.example");
        json.WriteString("user_name"u8, $"Simulated Person {userId}");
        json.WriteString("user_shortname"u8, userId);
        json.WriteString("broker"u8, "ZERODHA"u8);
        WriteList(json, "exchanges", "NSE", "NFO", "BFO", "CDS", "BSE", "MCX", "BCD", "MF");
        WriteList(json, "products", "CNC", "NRML", "MIS", "BO", "CO");
        WriteList(json, "order_types", "MARKET", "LIMIT", "SL", "SL-M");
        json.WriteNull("avatar_url"u8);
        json.WriteStartObject("meta"u8);
        json.WriteString("demat_consent"u8, "physical"u8);
        json.WriteEndObject();
    }

    public static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static void WriteList(Utf8JsonWriter json, string name, params ReadOnlySpan<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
