using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Foliosync.Simulator;

/// <summary>
/// Kite's login: the page sends the browser back with a request token, which is exchanged once for the access token of the day.
/// The page asks nothing; <c>cancel=1</c> plays a person who changed their mind.
/// </summary>
internal sealed class KiteLogin(KiteAccounts accounts, TimeProvider clock)
{
    private static readonly TimeSpan RequestTokenLife = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, (KiteAccount Account, DateTimeOffset Until)> _requestTokens = new();
    private int _issued;

    /// <summary>GET /connect/login.</summary>
    public async Task ShowPageAsync(HttpContext context, Uri redirectUrl)
    {
        var query = context.Request.Query;
        if (query["v"] != "3" || accounts.FindByApiKey(query["api_key"].ToString()) is not { } account)
        {
            await KiteReply.JsonAsync(context, 400, KiteJson.Error("Invalid `api_key` or version.", "InputException"));
            return;
        }

        var answer = query["cancel"] == "1"
            ? "action=login&status=cancelled"
            : $"action=login&type=login&status=success&request_token={NewRequestToken(account)}";
        if (query["redirect_params"].ToString() is { Length: > 0 } echoed)
            answer += "&" + echoed;

        var target = new UriBuilder(redirectUrl);
        target.Query = target.Query.Length > 1 ? $"{target.Query}&{answer}" : answer;
        context.Response.Redirect(target.Uri.AbsoluteUri);
    }

    /// <summary>POST /session/token.</summary>
    public async Task ExchangeAsync(HttpContext context, int sessionDay)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var apiKey = form["api_key"].ToString();
        var requestToken = form["request_token"].ToString();

        // Once only, whatever comes of it.
        if (!_requestTokens.TryRemove(requestToken, out var issued)
            || issued.Until <= clock.GetUtcNow()
            || accounts.FindByApiKey(apiKey) != issued.Account)
        {
            await KiteReply.JsonAsync(context, 403, KiteJson.Error("Token is invalid or has expired.", "TokenException"));
            return;
        }

        var checksum = SHA256.HashData(Encoding.UTF8.GetBytes(apiKey + requestToken + KiteAccounts.ApiSecret(issued.Account.Number)));
        if (form["checksum"] != Convert.ToHexStringLower(checksum))
        {
            await KiteReply.JsonAsync(context, 403, KiteJson.Error("Invalid `checksum`.", "TokenException"));
            return;
        }

        await KiteReply.JsonAsync(context, 200, Session(issued.Account, apiKey, sessionDay));
    }

    private string NewRequestToken(KiteAccount account)
    {
        var token = string.Create(CultureInfo.InvariantCulture, $"request{account.Number}x{Interlocked.Increment(ref _issued)}");
        _requestTokens[token] = (account, clock.GetUtcNow() + RequestTokenLife);
        return token;
    }

    private byte[] Session(KiteAccount account, string apiKey, int sessionDay)
    {
        var indianTime = clock.GetUtcNow().ToOffset(KiteSimulator.IndianOffset);
        return KiteJson.Render(json =>
        {
            json.WriteStartObject();
            KiteJson.WritePerson(json, account.UserId);
            json.WriteString("api_key"u8, apiKey);
            json.WriteString("access_token"u8, account.AccessToken(sessionDay));
            json.WriteString("public_token"u8, "public" + account.UserId);
            json.WriteString("enctoken"u8, "enc" + account.UserId);
            json.WriteString("refresh_token"u8, ""u8);
            json.WriteString("silo"u8, ""u8);
            json.WriteString("login_time"u8, indianTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
            json.WriteEndObject();
        });
    }
}
