namespace Foliosync.Simulator;

/// <summary>One way in which a broker can be in trouble.</summary>
public enum FaultKind
{
    /// <summary>One of the kinds that a day of real use shows, chosen for each call.</summary>
    Any,

    /// <summary>One of all the kinds that a broker must be survived with, chosen for each call; see <see cref="Fault.Kinds"/>.</summary>
    Mix,

    /// <summary>429 with <c>Retry-After</c>.</summary>
    RateLimited,

    /// <summary>429 that does not say how long to wait.</summary>
    RateLimitedSilently,

    /// <summary>500 GeneralException.</summary>
    ServerError,

    /// <summary>502 DataException.</summary>
    BadGateway,

    /// <summary>503 NetworkException with <c>Retry-After</c>.</summary>
    Unavailable,

    /// <summary>502 with a gateway's HTML page.</summary>
    Html,

    /// <summary>200 with an HTML page, as a gateway or a captive portal sends it.</summary>
    HtmlPage,

    /// <summary>The connection is reset before an answer.</summary>
    Reset,

    /// <summary>Half of the announced body, then the connection ends.</summary>
    HalfBody,

    /// <summary>200 with 10 MB that begin like an answer and are none.</summary>
    Junk,

    /// <summary>No answer until the client gives up, or <see cref="Fault.HangMilliseconds"/> have passed.</summary>
    Hang,

    /// <summary>A good answer, late.</summary>
    Delay,

    /// <summary>200 with JSON of the wrong types.</summary>
    WrongTypes,

    /// <summary>A good answer in which a field that must be there is not.</summary>
    MissingField,

    /// <summary>403 TokenException, for this call only.</summary>
    TokenExpired,

    /// <summary>403 TokenException for this call and all that follow, until a person logs in again.</summary>
    SessionDies,

    /// <summary>403 PermissionException.</summary>
    PermissionDenied,

    /// <summary>Holdings come back as an empty list.</summary>
    EmptyHoldings,

    /// <summary>Holdings come back as null.</summary>
    NullHoldings,

    /// <summary>Only two of the holdings come back.</summary>
    TwoHoldings,

    /// <summary>The answer that the fault carries.</summary>
    Scripted,
}

/// <summary>A fault, and which calls meet it.</summary>
/// <param name="Kind">What goes wrong.</param>
public sealed record Fault(FaultKind Kind)
{
    /// <summary>Number of the only account that meets it; null for all.</summary>
    public int? Account { get; init; }

    /// <summary>The only path that meets it, for example <c>/portfolio/holdings</c>; null for all.</summary>
    public string? Path { get; init; }

    /// <summary>Part of the calls that meet it, from 0 to 1.</summary>
    public decimal Rate { get; init; } = 1m;

    /// <summary>After so many calls it is over; null for never.</summary>
    public int? Times { get; init; }

    /// <summary>What a <see cref="FaultKind.Mix"/> chooses from; null for all of them.</summary>
    public IReadOnlyList<FaultKind>? Kinds { get; init; }

    /// <summary>Seconds, for <see cref="FaultKind.RateLimited"/> and <see cref="FaultKind.Unavailable"/>.</summary>
    public int RetryAfter { get; init; } = 2;

    /// <summary>HTTP status, for <see cref="FaultKind.Scripted"/>.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Body of type JSON, for <see cref="FaultKind.Scripted"/>.</summary>
    public string Body { get; init; } = "";

    /// <summary>How late, for <see cref="FaultKind.Delay"/>.</summary>
    public int Milliseconds { get; init; } = 1_000;

    /// <summary>How long a <see cref="FaultKind.Hang"/> lasts before the connection is dropped; null for as long as the client waits.</summary>
    public int? HangMilliseconds { get; init; }
}
