using System.Security.Cryptography;
using System.Text;
using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Zerodha;

/// <summary>A person logs in on Kite's page, once a trading day; the request token that comes back is traded for a session.</summary>
internal static class ZerodhaLogin
{
    /// <summary>Where a request token is traded for a session.</summary>
    public const string Path = "session/token";

    private const string State = "state";

    /// <summary>Kite echoes <c>redirect_params</c>, itself an encoded query, to the redirect address.</summary>
    public static LoginStep.Redirect Begin(BrokerSession session, LoginRequest request)
    {
        var apiKey = session.Credentials.Require(ZerodhaBroker.ApiKey);
        session.Credentials.Require(ZerodhaBroker.ApiSecret);
        var echoed = $"{State}={Uri.EscapeDataString(request.State)}";
        var address = new UriBuilder(request.LoginPage)
        {
            Query = $"v=3&api_key={Uri.EscapeDataString(apiKey)}&redirect_params={Uri.EscapeDataString(echoed)}",
        };
        return new LoginStep.Redirect(address.Uri);
    }

    public static async Task<LoginStep> ContinueAsync(
        BrokerSession session, LoginRequest request, LoginAnswer answer, CancellationToken cancellationToken)
    {
        if (!SameText(answer.Find(State), request.State))
        {
            throw BrokerException.AuthExpired("This answer belongs to another login. Start the Zerodha login again.");
        }

        if (answer.Find("status") != "success" || answer.Find("request_token") is not { } requestToken)
        {
            throw BrokerException.AuthExpired("The Zerodha login was not completed. Start it again.");
        }

        var login = await ExchangeAsync(session, requestToken, cancellationToken);
        if (login.AccessToken.Length == 0 || login.UserId.Length == 0)
        {
            throw ZerodhaErrors.Unreadable(Path, login.UserId.Length == 0 ? "data.user_id" : "data.access_token");
        }

        var expiresAt = ZerodhaTime.SessionEndAfter(LoginTime(login, session.Clock.GetUtcNow()));
        return new LoginStep.Done(new BrokerToken(new Secret(login.AccessToken), expiresAt), IdentityOf(login.UserId, login.UserName));
    }

    public static BrokerIdentity IdentityOf(string userId, string? userName) =>
        new(userId, string.IsNullOrWhiteSpace(userName) ? userId : userName);

    /// <summary>Lower-case hexadecimal SHA-256 of the three texts written one after the other.</summary>
    public static string Checksum(string apiKey, string requestToken, string apiSecret) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(apiKey + requestToken + apiSecret)));

    private static async Task<ZerodhaLoginAnswer> ExchangeAsync(
        BrokerSession session, string requestToken, CancellationToken cancellationToken)
    {
        var apiKey = session.Credentials.Require(ZerodhaBroker.ApiKey);
        var apiSecret = session.Credentials.Require(ZerodhaBroker.ApiSecret);
        return await ZerodhaApi.PostAsync(
            session,
            Path,
            [
                new("api_key", apiKey),
                new("request_token", requestToken),
                new("checksum", Checksum(apiKey, requestToken, apiSecret)),
            ],
            ZerodhaJson.Default.Login,
            cancellationToken);
    }

    /// <summary>A login time in the future is no login time: the session would seem to live for ever.</summary>
    private static DateTimeOffset LoginTime(ZerodhaLoginAnswer login, DateTimeOffset now) =>
        ZerodhaTime.Read(login.LoginTime) is { } time && time < now.AddDays(1) ? time : now;

    private static bool SameText(string? given, string expected) => given is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));
}
