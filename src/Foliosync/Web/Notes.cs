using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace Foliosync.Web;

/// <summary>
/// One sentence that the page after a redirect shows, for example "Saved.". It travels in a sealed cookie, so that nobody else can put
/// words into a page.
/// </summary>
internal sealed class Notes(IDataProtectionProvider protection)
{
    private const string CookieName = "foliosync-note";

    private readonly IDataProtector _protector = protection.CreateProtector("note");

    /// <summary>Leaves a sentence for the next page: translated already, or the key of a text.</summary>
    public void Leave(HttpContext http, string text) => http.Response.Cookies.Append(
        CookieName, Convert.ToBase64String(_protector.Protect(Encoding.UTF8.GetBytes(text))), Options(http));

    /// <summary>The sentence that was left; null when none was. It is shown once.</summary>
    public string? Take(HttpContext http)
    {
        if (http.Request.Cookies[CookieName] is not { } text || http.Response.HasStarted)
        {
            return null;
        }

        http.Response.Cookies.Delete(CookieName, Options(http));
        try
        {
            return Encoding.UTF8.GetString(_protector.Unprotect(Convert.FromBase64String(text)));
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            return null;
        }
    }

    private static CookieOptions Options(HttpContext http) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = SessionCookie.IsSecure(http),
        Path = "/",
        IsEssential = true,
    };
}
