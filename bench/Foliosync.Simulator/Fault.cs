using System.Collections.Immutable;

namespace Foliosync.Simulator;

/// <summary>One way in which a broker can be in trouble.</summary>
public enum FaultKind
{
    /// <summary>One of the kinds that a day of real use shows, chosen for each call.</summary>
    Any,

    /// <summary>429 with <c>Retry-After</c>.</summary>
    RateLimited,

    /// <summary>500 GeneralException.</summary>
    ServerError,

    /// <summary>502 DataException.</summary>
    BadGateway,

    /// <summary>503 NetworkException.</summary>
    Unavailable,

    /// <summary>502 with a gateway's HTML page.</summary>
    Html,

    /// <summary>The connection is reset before an answer.</summary>
    Reset,

    /// <summary>Half of the announced body, then the connection ends.</summary>
    HalfBody,

    /// <summary>No answer until the client gives up.</summary>
    Hang,

    /// <summary>A good answer, late.</summary>
    Delay,

    /// <summary>200 with JSON of the wrong types.</summary>
    WrongTypes,

    /// <summary>403 TokenException.</summary>
    TokenExpired,

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

    /// <summary>Seconds, for <see cref="FaultKind.RateLimited"/>.</summary>
    public int RetryAfter { get; init; } = 2;

    /// <summary>HTTP status, for <see cref="FaultKind.Scripted"/>.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Body of type JSON, for <see cref="FaultKind.Scripted"/>.</summary>
    public string Body { get; init; } = "";

    /// <summary>How late, for <see cref="FaultKind.Delay"/>.</summary>
    public int Milliseconds { get; init; } = 1_000;
}

/// <summary>The faults in force, newest first. The same calls meet the same faults in every run with the same seed.</summary>
internal sealed class FaultPlan(int seed)
{
    private static readonly FaultKind[] Everyday =
    [
        FaultKind.RateLimited, FaultKind.ServerError, FaultKind.BadGateway, FaultKind.Unavailable,
        FaultKind.Html, FaultKind.Reset, FaultKind.HalfBody,
    ];

    private readonly Lock _changes = new();
    private ImmutableArray<ActiveFault> _active = [];

    public void Add(Fault fault)
    {
        lock (_changes)
            _active = _active.Insert(0, new ActiveFault(fault));
    }

    /// <summary>Ends the faults of one account, or all of them.</summary>
    public void Clear(int? account)
    {
        lock (_changes)
            _active = account is null ? [] : _active.RemoveAll(active => active.Fault.Account == account);
    }

    /// <summary>The fault that a call meets, or null.</summary>
    /// <param name="account">Whose call it is.</param>
    /// <param name="call">How many calls the account made before; decides together with the seed.</param>
    /// <param name="path">What is called.</param>
    public Fault? Meet(int account, int call, string path)
    {
        foreach (var active in _active)
        {
            var fault = active.Fault;
            var concerns = (fault.Account is null || fault.Account == account) && (fault.Path is null || fault.Path == path);
            if (!concerns || Chance(account, call, 1) % 1_000_000 >= fault.Rate * 1_000_000 || !active.TakeOne())
                continue;

            return fault.Kind == FaultKind.Any
                ? fault with { Kind = Everyday[(int)(Chance(account, call, 2) % (ulong)Everyday.Length)] }
                : fault;
        }

        return null;
    }

    private ulong Chance(int account, int call, int purpose) =>
        Scatter.Mix(((ulong)(uint)seed << 32) | (uint)account, ((ulong)(uint)call << 8) | (uint)purpose);

    private sealed class ActiveFault(Fault fault)
    {
        private int _met;

        public Fault Fault { get; } = fault;

        public bool TakeOne() => Fault.Times is not { } times || Interlocked.Increment(ref _met) <= times;
    }
}
