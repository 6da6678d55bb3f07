using System.Collections.Immutable;

namespace Foliosync.Simulator;

/// <summary>The faults in force, newest first. The same calls meet the same faults in every run with the same seed.</summary>
internal sealed class FaultPlan(int seed)
{
    private static readonly FaultKind[] Everyday =
    [
        FaultKind.RateLimited, FaultKind.ServerError, FaultKind.BadGateway, FaultKind.Unavailable,
        FaultKind.Html, FaultKind.Reset, FaultKind.HalfBody,
    ];

    private static readonly FaultKind[] Everything =
    [
        FaultKind.RateLimited, FaultKind.RateLimitedSilently, FaultKind.ServerError, FaultKind.Unavailable, FaultKind.Hang, FaultKind.Reset,
        FaultKind.HalfBody, FaultKind.Junk, FaultKind.HtmlPage, FaultKind.WrongTypes, FaultKind.MissingField, FaultKind.EmptyHoldings,
        FaultKind.SessionDies,
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
            if (!concerns
                || Chance(account, call, 1) % 1_000_000 >= fault.Rate * 1_000_000
                || KindOf(fault, account, call, path) is not { } kind
                || !active.TakeOne())
                continue;

            return fault with { Kind = kind };
        }

        return null;
    }

    // A kind that is about holdings happens only to who asks for them.
    private FaultKind? KindOf(Fault fault, int account, int call, string path)
    {
        IReadOnlyList<FaultKind> all = fault.Kind switch
        {
            FaultKind.Any => Everyday,
            FaultKind.Mix => fault.Kinds ?? Everything,
            _ => [fault.Kind],
        };
        FaultKind[] possible = [.. all.Where(kind => IsPossible(kind, path))];
        return possible.Length == 0 ? null : possible[(int)(Chance(account, call, 2) % (ulong)possible.Length)];
    }

    private static bool IsPossible(FaultKind kind, string path) => kind switch
    {
        FaultKind.EmptyHoldings or FaultKind.NullHoldings or FaultKind.TwoHoldings => path == "/portfolio/holdings",
        FaultKind.MissingField => DamagedAnswer.HasFieldToLose(path),
        _ => true,
    };

    private ulong Chance(int account, int call, int purpose) =>
        Scatter.Mix(((ulong)(uint)seed << 32) | (uint)account, ((ulong)(uint)call << 8) | (uint)purpose);

    private sealed class ActiveFault(Fault fault)
    {
        private int _met;

        public Fault Fault { get; } = fault;

        public bool TakeOne() => Fault.Times is not { } times || Interlocked.Increment(ref _met) <= times;
    }
}
