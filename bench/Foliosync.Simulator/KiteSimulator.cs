using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Foliosync.Simulator;

/// <summary>
/// A broker that answers like Kite Connect 3 on the loopback address, for any number of accounts, and fails when it is told to.
/// </summary>
/// <remarks>
/// Account n logs in with <c>Authorization: token key{n}:token{n}</c>; its secret is <c>secret{n}</c>, its user id <c>U{n:D6}</c>.
/// The same can be done from outside through <c>/_sim/</c>, see the README.
/// </remarks>
public sealed class KiteSimulator : IAsyncDisposable
{
    /// <summary>India's offset from UTC; there is no daylight saving time.</summary>
    internal static readonly TimeSpan IndianOffset = new(5, 30, 0);

    private const int CallsASecond = 10;
    private const int MostHoldings = 5_000;

    private readonly KiteSimulatorOptions _options;
    private readonly KiteAccounts _accounts;
    private readonly KiteAnswers _answers;
    private readonly KiteLogin _login;
    private readonly MovingMarket _market;
    private readonly SessionEnds _sessionEnds;
    private readonly FaultPlan _faults;
    private readonly SimulatorControl _control;
    private readonly ConcurrentDictionary<string, long> _calls = new();
    private readonly ConcurrentDictionary<FaultKind, long> _faultsMet = new();
    private readonly Lock _changes = new();
    private readonly WebApplication _app;
    private volatile KiteMoment _moment;
    private long _delayTicks;

    private KiteSimulator(KiteSimulatorOptions options)
    {
        _options = options;
        _accounts = new KiteAccounts(options.Accounts, options.Holdings);
        _answers = new KiteAnswers();
        _login = new KiteLogin(_accounts, options.Clock);
        _market = new MovingMarket(options.Clock);
        _sessionEnds = new SessionEnds(options.SessionsEndAt, options.Clock);
        _faults = new FaultPlan(options.Seed);
        _control = new SimulatorControl(this);
        _delayTicks = options.Delay.Ticks;
        RedirectUrl = options.RedirectUrl;
        _moment = new KiteMoment(
            DateOnly.FromDateTime(options.Clock.GetUtcNow().ToOffset(IndianOffset).DateTime), Day: 0, SessionDay: 0, PriceTicks: 0, QuantityTicks: 0);

        if (options.FaultRate > 0)
            _faults.Add(new Fault(FaultKind.Any) { Rate = options.FaultRate });

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, options.Port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>Where it listens, for example <c>http://127.0.0.1:9090</c>.</summary>
    public Uri BaseAddress =>
        new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Where the login page sends the browser.</summary>
    public Uri RedirectUrl { get; set; }

    /// <summary>How long each answer is held back.</summary>
    public TimeSpan Delay
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _delayTicks));
        set => Interlocked.Exchange(ref _delayTicks, value.Ticks);
    }

    /// <summary>Starts a simulator.</summary>
    /// <param name="options">Its size and manners.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    public static async Task<KiteSimulator> StartAsync(KiteSimulatorOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Holdings, MostHoldings);
        var simulator = new KiteSimulator(options);
        await simulator._app.StartAsync(cancellationToken);
        return simulator;
    }

    /// <summary>The api key of account <paramref name="number"/>.</summary>
    public static string ApiKeyOf(int number) => KiteAccounts.ApiKey(number);

    /// <summary>The api secret of account <paramref name="number"/>.</summary>
    public static string ApiSecretOf(int number) => KiteAccounts.ApiSecret(number);

    /// <summary>The access token of account <paramref name="number"/> until all sessions end for the first time.</summary>
    public static string FirstAccessTokenOf(int number) => KiteAccounts.AccessToken(number, sessionEnds: 0);

    /// <summary>The access token that account <paramref name="number"/> needs today.</summary>
    public string AccessTokenOf(int number) => _accounts.Find(number)!.AccessToken(SessionDay);

    /// <summary>Makes calls fail from now on.</summary>
    public void Add(Fault fault) => _faults.Add(fault);

    /// <summary>Ends the faults of one account, or all of them.</summary>
    public void ClearFaults(int? account = null) => _faults.Clear(account);

    /// <summary>Gives one account, or all without a number of their own, so many holdings on the first day.</summary>
    /// <returns>False when there is no such account, or nobody can hold so many.</returns>
    public bool SetHoldings(int? account, int count)
    {
        if (count is < 0 or > MostHoldings)
            return false;

        if (account is null)
            _accounts.Holdings = count;
        else if (_accounts.Find(account.Value) is { } known)
            known.Holdings = count;
        else
            return false;

        return true;
    }

    /// <summary>Lets another person log in with the api key of an account.</summary>
    /// <returns>False when there is no such account.</returns>
    public bool SetUser(int account, string userId)
    {
        if (_accounts.Find(account) is not { } known)
            return false;

        known.UserId = userId;
        return true;
    }

    /// <summary>Ends the session of one account, or all sessions: the next call with the old token is refused, until a person logs in.</summary>
    /// <returns>False when there is no such account.</returns>
    public bool EndSessions(int? account = null)
    {
        if (account is null)
            Move(moment => moment with { SessionDay = moment.SessionDay + 1 });
        else if (_accounts.Find(account.Value) is { } known)
            known.EndSession();
        else
            return false;

        return true;
    }

    /// <summary>Lets all sessions end at these instants too.</summary>
    public void EndSessionsAt(IEnumerable<DateTimeOffset> instants) => _sessionEnds.Add(instants);

    /// <summary>
    /// Moves the market from now on: each <paramref name="every"/>, prices and quantities of one in <paramref name="oneOf"/> accounts
    /// change, each in its turn.
    /// </summary>
    public void MoveMarket(TimeSpan every, int oneOf = 1) => _market.Start(every, oneOf);

    /// <summary>Stops the market where it is.</summary>
    public void StopMarket() => _market.Stop();

    /// <summary>What whoever reads an account now, without any fault, must have; null when there is no such account.</summary>
    public KiteTruth? TruthOf(int number)
    {
        if (_accounts.Find(number) is not { } account)
            return null;

        var portfolio = _accounts.PortfolioOf(account);
        return KiteTruth.Of(account, portfolio, _market.For(portfolio, _moment));
    }

    /// <summary>The same for every account.</summary>
    public IReadOnlyList<KiteTruth> Truth() => [.. Enumerable.Range(1, _options.Accounts).Select(number => TruthOf(number)!)];

    /// <summary>Changes last price and profit of a tenth of the holdings of every account.</summary>
    public void TickPrices() => Move(moment => moment with { PriceTicks = moment.PriceTicks + 1 });

    /// <summary>Adds a unit to a tenth of the holdings of every account.</summary>
    public void TickQuantities() => Move(moment => moment with { QuantityTicks = moment.QuantityTicks + 1 });

    /// <summary>
    /// Goes to a later day: what was bought that day becomes an undelivered holding and then a delivered one, something new is
    /// bought, and all sessions end unless they are kept.
    /// </summary>
    public void ShiftDay(int days = 1, bool keepSessions = false) => Move(moment => moment with
    {
        Today = moment.Today.AddDays(days),
        Day = moment.Day + days,
        SessionDay = moment.SessionDay + (keepSessions ? 0 : days),
    });

    /// <summary>What was called so far, since the start or <see cref="ResetStatistics"/>.</summary>
    public SimulatorStatistics Statistics()
    {
        var busiest = _accounts.Used.MaxBy(account => account.BusiestSecond);
        return new SimulatorStatistics(
            _calls.Values.Sum(),
            new SortedDictionary<string, long>(_calls),
            new SortedDictionary<FaultKind, long>(_faultsMet),
            busiest?.BusiestSecond ?? 0,
            busiest is { BusiestSecond: > 0 } ? KiteAccounts.ApiKey(busiest.Number) : null);
    }

    /// <summary>Counts from zero again. Which calls meet a fault does not depend on it.</summary>
    public void ResetStatistics()
    {
        _calls.Clear();
        _faultsMet.Clear();
        foreach (var account in _accounts.Used)
            account.ForgetCalls();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // A client that hangs on a fault must not hold up the end.
        using var atOnce = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }

    // Whatever ended them: mornings, instants that were asked for, or somebody's hand.
    private int SessionDay => _moment.SessionDay + _sessionEnds.Passed;

    private void Move(Func<KiteMoment, KiteMoment> move)
    {
        lock (_changes)
            _moment = move(_moment);
    }

    private Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        if (path.StartsWith("/_sim/", StringComparison.Ordinal))
            return _control.AnswerAsync(context, path["/_sim/".Length..]);

        _calls.AddOrUpdate(path, 1, static (_, count) => count + 1);
        return (context.Request.Method, path) switch
        {
            ("GET", "/connect/login") => _login.ShowPageAsync(context, RedirectUrl),
            ("POST", "/session/token") => _login.ExchangeAsync(context, SessionDay),
            ("DELETE", "/session/token") => KiteReply.JsonAsync(context, 200, KiteJson.Render(json => json.WriteBooleanValue(true))),
            ("GET", "/user/profile") => ReadAsync(context, path, KiteResource.Profile),
            ("GET", "/portfolio/holdings") => ReadAsync(context, path, KiteResource.Holdings),
            ("GET", "/portfolio/positions") => ReadAsync(context, path, KiteResource.Positions),
            ("GET", "/mf/holdings") => ReadAsync(context, path, KiteResource.Funds),
            ("GET", "/mf/orders") => ReadAsync(context, path, KiteResource.FundOrders),
            ("GET", "/user/margins") => ReadAsync(context, path, KiteResource.Margins),
            ("GET", "/trades") => ReadAsync(context, path, KiteResource.Trades),
            ("GET", "/instruments") => ReadAsync(context, path, KiteResource.Instruments),
            _ => KiteReply.JsonAsync(context, 404, KiteJson.Error("Route not found", "GeneralException")),
        };
    }

    private async Task ReadAsync(HttpContext context, string path, KiteResource resource)
    {
        if (_accounts.Open(context.Request.Headers.Authorization.ToString(), SessionDay) is not { } account)
        {
            await KiteReply.JsonAsync(context, 403, KiteJson.Error("Incorrect `api_key` or `access_token`.", "TokenException"));
            return;
        }

        var (before, inLastSecond) = account.Count(_options.Clock);
        if (Delay > TimeSpan.Zero)
            await Task.Delay(Delay, _options.Clock, context.RequestAborted);
        if (_options.EnforceRateLimit && inLastSecond > CallsASecond)
        {
            await KiteReply.TooManyAsync(context, retryAfterSeconds: 1);
            return;
        }

        var portfolio = _accounts.PortfolioOf(account);
        var moment = _market.For(portfolio, _moment);
        byte[] Good() => resource == KiteResource.Profile ? KiteAnswers.Profile(account.UserId) : _answers.For(resource, portfolio, moment);

        if (_faults.Meet(account.Number, before, path) is { } fault)
        {
            _faultsMet.AddOrUpdate(fault.Kind, 1, static (_, count) => count + 1);
            switch (fault.Kind)
            {
                case FaultKind.TwoHoldings:
                    portfolio = portfolio with { Holdings = 2 };
                    moment = moment with { Day = 0 };
                    break;
                case FaultKind.Delay:
                    await Task.Delay(fault.Milliseconds, context.RequestAborted);
                    break;
                case FaultKind.SessionDies:
                    account.EndSession();
                    goto default;
                default:
                    await KiteReply.FailAsync(context, fault, Good);
                    return;
            }
        }

        if (resource == KiteResource.Instruments)
            context.Response.Headers.ContentEncoding = "gzip";
        await KiteReply.SendAsync(context, 200, resource == KiteResource.Instruments ? "text/csv" : "application/json", Good());
    }
}
