using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Foliosync.Brokers.Zerodha;

/// <summary>How answers are parsed: names in snake_case, numbers also as text, null only where it is allowed.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    RespectNullableAnnotations = true,
    Converters =
    [
        typeof(ZerodhaRowsConverter<ZerodhaHolding>),
        typeof(ZerodhaRowsConverter<ZerodhaPosition>),
        typeof(ZerodhaRowsConverter<ZerodhaFund>),
        typeof(ZerodhaRowsConverter<ZerodhaTrade>),
        typeof(ZerodhaRowsConverter<ZerodhaFundOrder>),
    ])]
[JsonSerializable(typeof(ZerodhaFailure))]
[JsonSerializable(typeof(ZerodhaAnswer<ZerodhaProfile>), TypeInfoPropertyName = "Profile")]
[JsonSerializable(typeof(ZerodhaAnswer<ZerodhaLoginAnswer>), TypeInfoPropertyName = "Login")]
[JsonSerializable(typeof(ZerodhaAnswer<ZerodhaMargins>), TypeInfoPropertyName = "Margins")]
[JsonSerializable(typeof(ZerodhaAnswer<ZerodhaPositions>), TypeInfoPropertyName = "Positions")]
[JsonSerializable(typeof(ZerodhaAnswer<ZerodhaRows<ZerodhaHolding>>), TypeInfoPropertyName = "Holdings")]
[JsonSerializable(typeof(ZerodhaAnswer<ZerodhaRows<ZerodhaFund>>), TypeInfoPropertyName = "Funds")]
[JsonSerializable(typeof(ZerodhaAnswer<ZerodhaRows<ZerodhaTrade>>), TypeInfoPropertyName = "Trades")]
[JsonSerializable(typeof(ZerodhaAnswer<ZerodhaRows<ZerodhaFundOrder>>), TypeInfoPropertyName = "FundOrders")]
[JsonSerializable(typeof(ZerodhaRows<ZerodhaPosition>))]
[JsonSerializable(typeof(List<ZerodhaHolding>))]
[JsonSerializable(typeof(List<ZerodhaPosition>))]
[JsonSerializable(typeof(List<ZerodhaFund>))]
[JsonSerializable(typeof(List<ZerodhaTrade>))]
[JsonSerializable(typeof(List<ZerodhaFundOrder>))]
internal sealed partial class ZerodhaJson : JsonSerializerContext;

/// <summary>Reads ids and folios, which Kite has sent as text and as numbers.</summary>
internal sealed class TextOrNumberConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.Number ? Encoding.UTF8.GetString(reader.ValueSpan) : reader.GetString();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
