using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Foliosync.Simulator;

/// <summary>The addresses under <c>/_sim/</c>, by which tests and people steer a running simulator.</summary>
internal sealed class SimulatorControl(KiteSimulator simulator)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public async Task AnswerAsync(HttpContext context, string command)
    {
        try
        {
            await AnswerKnownAsync(context, command);
        }
        catch (JsonException error)
        {
            await RefuseAsync(context, 400, $"The body cannot be read: {error.Message}");
        }
        catch (ArgumentOutOfRangeException error)
        {
            await RefuseAsync(context, 400, error.Message);
        }
    }

    private async Task AnswerKnownAsync(HttpContext context, string command)
    {
        switch (context.Request.Method, command)
        {
            case ("GET", "stats"):
                await context.Response.WriteAsJsonAsync(simulator.Statistics(), Json, context.RequestAborted);
                break;
            case ("DELETE", "stats"):
                simulator.ResetStatistics();
                await DoneAsync(context);
                break;
            case ("POST", "fault"):
                simulator.Add(await BodyAsync<Fault>(context));
                await DoneAsync(context);
                break;
            case ("DELETE", "fault"):
                simulator.ClearFaults(int.TryParse(context.Request.Query["account"], out var account) ? account : null);
                await DoneAsync(context);
                break;
            case ("POST", "holdings"):
                var holdings = await BodyAsync<HoldingsCommand>(context);
                await (simulator.SetHoldings(holdings.Account, holdings.Count)
                    ? DoneAsync(context)
                    : RefuseAsync(context, 404, "No such account, or more than 5,000 holdings."));
                break;
            case ("POST", "user"):
                var user = await BodyAsync<UserCommand>(context);
                await (simulator.SetUser(user.Account, user.UserId) ? DoneAsync(context) : RefuseAsync(context, 404, "No such account."));
                break;
            case ("POST", "tick"):
                Tick((await BodyAsync<TickCommand>(context)).Change);
                await DoneAsync(context);
                break;
            case ("POST", "day"):
                var shift = await BodyAsync<DayCommand>(context);
                simulator.ShiftDay(shift.Days, shift.KeepSessions);
                await DoneAsync(context);
                break;
            case ("POST", "delay"):
                simulator.Delay = TimeSpan.FromMilliseconds((await BodyAsync<DelayCommand>(context)).Milliseconds);
                await DoneAsync(context);
                break;
            case ("POST", "redirect"):
                simulator.RedirectUrl = (await BodyAsync<RedirectCommand>(context)).Url;
                await DoneAsync(context);
                break;
            case ("POST", "market"):
                var market = await BodyAsync<MarketCommand>(context);
                simulator.MoveMarket(TimeSpan.FromMilliseconds(market.EveryMilliseconds), market.OneOf);
                await DoneAsync(context);
                break;
            case ("DELETE", "market"):
                simulator.StopMarket();
                await DoneAsync(context);
                break;
            case ("POST", "sessions"):
                var sessions = await BodyAsync<SessionsCommand>(context);
                await (EndSessions(sessions) ? DoneAsync(context) : RefuseAsync(context, 404, "No such account."));
                break;
            case ("GET", "truth"):
                await TellTruthAsync(context);
                break;
            default:
                await RefuseAsync(
                    context,
                    404,
                    "Known are: GET, DELETE stats; POST, DELETE fault; GET truth; POST, DELETE market; POST sessions, holdings, user, tick, day, delay, redirect.");
                break;
        }
    }

    private void Tick(TickChange change)
    {
        if (change == TickChange.Prices)
            simulator.TickPrices();
        else
            simulator.TickQuantities();
    }

    private bool EndSessions(SessionsCommand command)
    {
        if (command.At is not { } instants)
            return simulator.EndSessions(command.Account);

        simulator.EndSessionsAt(instants);
        return true;
    }

    private Task TellTruthAsync(HttpContext context)
    {
        if (!int.TryParse(context.Request.Query["account"], out var number))
            return context.Response.WriteAsJsonAsync(new { accounts = simulator.Truth() }, Json, context.RequestAborted);

        return simulator.TruthOf(number) is { } truth
            ? context.Response.WriteAsJsonAsync(truth, Json, context.RequestAborted)
            : RefuseAsync(context, 404, "No such account.");
    }

    // An empty body stands for an empty object: `curl -X POST .../_sim/tick` is enough.
    private static async Task<T> BodyAsync<T>(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync(context.RequestAborted);
        return JsonSerializer.Deserialize<T>(string.IsNullOrWhiteSpace(text) ? "{}" : text, Json)
            ?? throw new JsonException("An object is expected.");
    }

    private static Task DoneAsync(HttpContext context) => context.Response.WriteAsJsonAsync(new { done = true }, context.RequestAborted);

    private static Task RefuseAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { error = reason }, context.RequestAborted);
    }

    private enum TickChange
    {
        Prices,
        Quantities,
    }

    private sealed record HoldingsCommand(int Count, int? Account = null);

    private sealed record UserCommand(int Account, string UserId);

    private sealed record TickCommand(TickChange Change = TickChange.Prices);

    private sealed record DayCommand(int Days = 1, bool KeepSessions = false);

    private sealed record DelayCommand(int Milliseconds);

    private sealed record MarketCommand(int EveryMilliseconds = 5_000, int OneOf = 1);

    private sealed record SessionsCommand(int? Account = null, IReadOnlyList<DateTimeOffset>? At = null);

    private sealed record RedirectCommand(Uri Url);
}
