using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Foliosync.Api.Admin;
using Foliosync.Api.Monitor;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Admin;
using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Jobs;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Monitoring;
using Foliosync.Core.Statements;
using Foliosync.Core.Sync;
using Foliosync.Core.Sync.Replays;
using Foliosync.Core.Sync.Reviews;
using Foliosync.Core.Transactions;
using Foliosync.Core.Users;
using Foliosync.Core.Valuations;
using Foliosync.Diagnosis;
using Microsoft.AspNetCore.Mvc;

namespace Foliosync.Api;

/// <summary>How the API writes and reads JSON: source-generated, camelCase, decimals as strings, instants in UTC.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    NumberHandling = JsonNumberHandling.Strict,
    Converters =
    [
        typeof(DecimalAsText), typeof(UtcInstant),
        typeof(CamelCase<AssetClass>), typeof(CamelCase<BrokerMaturity>), typeof(CamelCase<CredentialKind>),
        typeof(CamelCase<ConnectionState>), typeof(CamelCase<SyncTrigger>), typeof(CamelCase<SyncRunState>),
        typeof(CamelCase<ReviewState>), typeof(CamelCase<LotChangeKind>),
        typeof(CamelCase<TransactionKind>), typeof(CamelCase<TransactionSource>), typeof(CamelCase<DifferenceCause>), typeof(CamelCase<TokenScope>),
        typeof(CamelCase<CheckState>), typeof(CamelCase<CostMethod>), typeof(CamelCase<ShareRole>),
        typeof(CamelCase<WorkerRole>), typeof(CamelCase<HoldReason>),
        typeof(CamelCase<AlertChannelKind>), typeof(CamelCase<AlertEvent>), typeof(CamelCase<AlertDeliveryState>),
    ])]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(ReadinessView))]
[JsonSerializable(typeof(Page<PortfolioView>))]
[JsonSerializable(typeof(PortfolioInput))]
[JsonSerializable(typeof(PortfolioPatch))]
[JsonSerializable(typeof(Page<ShareView>))]
[JsonSerializable(typeof(ShareInput))]
[JsonSerializable(typeof(SharePatch))]
[JsonSerializable(typeof(Page<BrokerView>))]
[JsonSerializable(typeof(Page<ConnectionView>))]
[JsonSerializable(typeof(ConnectionInput))]
[JsonSerializable(typeof(ConnectionPatch))]
[JsonSerializable(typeof(LoginInput))]
[JsonSerializable(typeof(LoginView))]
[JsonSerializable(typeof(QueuedRun))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(Page<SyncRunView>))]
[JsonSerializable(typeof(Page<ReviewView>))]
[JsonSerializable(typeof(ReplayResult))]
[JsonSerializable(typeof(ComparedRuns))]
[JsonSerializable(typeof(Page<AccountView>))]
[JsonSerializable(typeof(AccountPatch))]
[JsonSerializable(typeof(ReconciliationView))]
[JsonSerializable(typeof(AccountLotsView))]
[JsonSerializable(typeof(StatementView))]
[JsonSerializable(typeof(UndoneStatement))]
[JsonSerializable(typeof(Page<HoldingView>))]
[JsonSerializable(typeof(Page<CashBalanceView>))]
[JsonSerializable(typeof(Page<TransactionView>))]
[JsonSerializable(typeof(Page<AlertView>))]
[JsonSerializable(typeof(Page<AlertChannelView>))]
[JsonSerializable(typeof(AlertChannelInput))]
[JsonSerializable(typeof(AlertChannelPatch))]
[JsonSerializable(typeof(NewAlertChannelView))]
[JsonSerializable(typeof(AlertTrialView))]
[JsonSerializable(typeof(Page<AlertDeliveryView>))]
[JsonSerializable(typeof(Page<FxRateView>))]
[JsonSerializable(typeof(Page<PriceView>))]
[JsonSerializable(typeof(ValuationsView))]
[JsonSerializable(typeof(PerformanceReport))]
[JsonSerializable(typeof(UpdateStatus))]
[JsonSerializable(typeof(MonitorSnapshot))]
[JsonSerializable(typeof(Page<WorkerView>))]
[JsonSerializable(typeof(Page<RunBucket>))]
[JsonSerializable(typeof(RunPage))]
[JsonSerializable(typeof(RunDetailView))]
[JsonSerializable(typeof(RunsInput))]
[JsonSerializable(typeof(RunsActed))]
[JsonSerializable(typeof(RunActResult))]
[JsonSerializable(typeof(PauseInput))]
[JsonSerializable(typeof(Page<RecurringView>))]
[JsonSerializable(typeof(Page<TokenView>))]
[JsonSerializable(typeof(TokenInput))]
[JsonSerializable(typeof(NewTokenView))]
[JsonSerializable(typeof(AdminTablesView))]
[JsonSerializable(typeof(AdminPageView))]
[JsonSerializable(typeof(AdminCountView))]
[JsonSerializable(typeof(AdminConsequencesView))]
[JsonSerializable(typeof(AdminLookUpView))]
[JsonSerializable(typeof(AdminChangeView))]
[JsonSerializable(typeof(AdminBulkInput))]
[JsonSerializable(typeof(AdminBulkView))]
[JsonSerializable(typeof(AdminUndoInput))]
[JsonSerializable(typeof(AdminSecretInput))]
[JsonSerializable(typeof(MergeInput))]
[JsonSerializable(typeof(MergedInstruments))]
[JsonSerializable(typeof(AdminSavedViews))]
[JsonSerializable(typeof(AdminSavedInput))]
internal sealed partial class ApiJson : JsonSerializerContext;

/// <summary>Decimals travel as strings in plain notation without trailing zeros: a number in JSON would be rounded by most readers.</summary>
internal sealed class DecimalAsText : JsonConverter<decimal>
{
    // Dividing by this one drops trailing zeros: the result has the smallest scale that keeps the value.
    private const decimal OneWithFullScale = 1.0000000000000000000000000000m;

    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        decimal.TryParse(reader.GetString(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[32];
        (value / OneWithFullScale).TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}

/// <summary>Instants travel in UTC with a Z, to the microsecond: that is what databases keep.</summary>
internal sealed class UtcInstant : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TryGetDateTimeOffset(out var value) ? value.ToUniversalTime() : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(new DateTime(value.UtcTicks - (value.UtcTicks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc));
}

/// <summary>Names of enumerations travel in camelCase.</summary>
internal sealed class CamelCase<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where TEnum : struct, Enum;
