using System.Diagnostics;
using System.Reflection;
using Foliosync.Core.Sync;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Foliosync.Hosting;

/// <summary>
/// Sends traces and metrics to an OpenTelemetry collector, when the operator names one with <see cref="EndpointName"/>. Every other
/// <c>OTEL_</c> setting is read by OpenTelemetry itself, from the same places as ours. Without a collector nothing of it is loaded.
/// </summary>
internal sealed class Telemetry : IDisposable
{
    public const string EndpointName = "OTEL_EXPORTER_OTLP_ENDPOINT";
    public const string TracesEndpointName = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    public const string MetricsEndpointName = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";

    private static readonly string[] Sources = [SyncMetrics.Name, "Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "Quartz"];

    private static readonly string[] Meters =
    [
        SyncMetrics.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime", "Npgsql", "Quartz",
    ];

    private readonly TracerProvider? _traces;
    private readonly MeterProvider? _metrics;

    private Telemetry(TracerProvider? traces, MeterProvider? metrics)
    {
        _traces = traces;
        _metrics = metrics;
    }

    /// <summary>True when these settings name a collector.</summary>
    public static bool IsWanted(InstanceSettings settings) => IsWanted(settings, TracesEndpointName) || IsWanted(settings, MetricsEndpointName);

    /// <summary>Lets the runtime put method and path on the spans of requests. To be called before the server is put together.</summary>
    public static void DescribeRequests() => AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);

    /// <summary>Names the span of a request by its route, and puts the answer's status on it: the runtime does that for metrics only.</summary>
    public static async Task NameRequestAsync(HttpContext http, RequestDelegate next)
    {
        await next(http);
        if (http.Features.Get<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } span)
        {
            return;
        }

        // Whoever answers for an exception forgets the endpoint that threw it.
        if ((http.GetEndpoint() ?? http.Features.Get<IExceptionHandlerFeature>()?.Endpoint) is RouteEndpoint endpoint)
        {
            var route = "/" + endpoint.RoutePattern.RawText?.Trim('/');
            span.DisplayName = $"{http.Request.Method} {route}";
            span.SetTag("http.route", route);
        }

        span.SetTag("http.response.status_code", http.Response.StatusCode);
        span.SetStatus(http.Response.StatusCode >= StatusCodes.Status500InternalServerError ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
    }

    /// <summary>Starts to send. Disposing of it sends what is left, and ends it.</summary>
    public static Telemetry Start(InstanceSettings settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.OpenTelemetry).Build();
        var traces = IsWanted(settings, TracesEndpointName)
            ? Sdk.CreateTracerProviderBuilder()
                .ConfigureServices(services => services.AddSingleton<IConfiguration>(configuration))
                .ConfigureResource(Describe)
                .SetSampler(new ParentBasedSampler(new NoPolling()))
                .AddSource(Sources)
                .AddProcessor(new WithoutQueries())
                .AddOtlpExporter()
                .Build()
            : null;
        var metrics = IsWanted(settings, MetricsEndpointName)
            ? Sdk.CreateMeterProviderBuilder()
                .ConfigureServices(services => services.AddSingleton<IConfiguration>(configuration))
                .ConfigureResource(Describe)
                .AddMeter(Meters)
                .AddOtlpExporter()
                .Build()
            : null;
        return new Telemetry(traces, metrics);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    private static bool IsWanted(InstanceSettings settings, string name) =>
        settings.OpenTelemetry.ContainsKey(EndpointName) || settings.OpenTelemetry.ContainsKey(name);

    private static void Describe(ResourceBuilder resource) => resource
        .AddService("foliosync", serviceVersion: typeof(Telemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0])
        // After ours, so that OTEL_SERVICE_NAME wins.
        .AddEnvironmentVariableDetector();

    /// <summary>Leaves out calls that belong to no request and no run: workers look for work every few seconds.</summary>
    private sealed class NoPolling : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            new(samplingParameters.Kind == ActivityKind.Client ? SamplingDecision.Drop : SamplingDecision.RecordAndSample);
    }

    /// <summary>
    /// Takes the queries of addresses out of spans: answers of a broker's login and single-use values come in them. The runtime does it
    /// too, until somebody tells it otherwise.
    /// </summary>
    private sealed class WithoutQueries : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            data.SetTag("url.query", null);
            if (data.GetTagItem("url.full") is string address && address.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query)
            {
                data.SetTag("url.full", address[..query]);
            }
        }
    }
}

/// <summary>Keeps <see cref="Telemetry"/> going as long as the process serves or works, and tells it how long work has been waiting.</summary>
internal sealed partial class TelemetryService(
    InstanceSettings settings, SyncBacklog backlog, TimeProvider clock, ILogger<TelemetryService> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(15);

    private Telemetry? _telemetry;

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _telemetry = Telemetry.Start(settings);
        LogStarted(log);
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        // In this order: what is sent last still has the ages.
        _telemetry?.Dispose();
        SyncMetrics.Observe(() => null);
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        SyncBacklogAge? last = null;
        SyncMetrics.Observe(() => Volatile.Read(ref last));
        using var timer = new PeriodicTimer(Look, clock);
        do
        {
            try
            {
                Volatile.Write(ref last, await backlog.LookAsync(stoppingToken));
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // No value is better than an old one; /readyz and the database's own alarms tell why.
                Volatile.Write(ref last, null);
                LogFailed(log, e.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Telemetry is sent, as the OTEL_ settings say")]
    private static partial void LogStarted(ILogger log);

    [LoggerMessage(Level = LogLevel.Warning, Message = "How long work has been waiting cannot be told at the moment: {Error}")]
    private static partial void LogFailed(ILogger log, string error);
}
