namespace Foliosync.Web;

/// <summary>
/// Whether a request that changes something was made by a page of ours. For calls of the API that carry the cookie: a foreign page can
/// make a browser send it, but not tell a lie in these headers.
/// </summary>
internal static class SameOrigin
{
    /// <summary>True when it was.</summary>
    public static bool Holds(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
        {
            return site == "same-origin";
        }

        // Browsers leave that one out without TLS, and always send the origin of what is no GET.
        return Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var origin)
            && string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }
}
