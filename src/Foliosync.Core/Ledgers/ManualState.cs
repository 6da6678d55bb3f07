using System.Text.Json;
using System.Text.Json.Serialization;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Ledgers;

/// <summary>A typed transaction as it was at one moment: what the audit log keeps, and what an undo puts back.</summary>
internal sealed partial record ManualState(
    Guid Id,
    Guid AccountId,
    TransactionKind Kind,
    Guid? InstrumentId,
    string? Symbol,
    decimal? Quantity,
    decimal? Price,
    decimal? Amount,
    decimal? Fees,
    decimal? Taxes,
    string Currency,
    DateTimeOffset TradedAt,
    string? Note)
{
    public static ManualState Of(Transaction t) => new(
        t.Id, t.AccountId, t.Kind, t.InstrumentId, t.Symbol, t.Quantity, t.Price, t.Amount, t.Fees, t.Taxes, t.Currency, t.TradedAt, t.Note);

    public Transaction ToRow() => new()
    {
        Id = Id,
        AccountId = AccountId,
        ExternalId = $"manual:{Id:N}",
        Kind = Kind,
        InstrumentId = InstrumentId,
        Symbol = Symbol,
        Quantity = Quantity,
        Price = Price,
        Amount = Amount,
        Fees = Fees,
        Taxes = Taxes,
        Currency = Currency,
        TradedAt = TradedAt,
        Source = TransactionSource.Manual,
        Note = Note,
    };
}

/// <summary>What a person did to a typed transaction.</summary>
/// <param name="Before">As it was; null when it was not there.</param>
/// <param name="After">As it became; null when it is gone.</param>
internal sealed partial record ManualStep(ManualState? Before, ManualState? After)
{
    [JsonIgnore]
    public ManualState Either => After ?? Before!;

    [JsonIgnore]
    public ManualStep Reversed => new(After, Before);

    public string ToJson() => JsonSerializer.Serialize(this, ManualJson.Default.ManualStep);

    public static ManualStep FromJson(string json) => JsonSerializer.Deserialize(json, ManualJson.Default.ManualStep)!;

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
    [JsonSerializable(typeof(ManualStep))]
    private sealed partial class ManualJson : JsonSerializerContext;
}
