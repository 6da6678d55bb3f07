using Microsoft.AspNetCore.Http.Features;

namespace Foliosync.Api;

/// <summary>Bodies that were turned down because of their size.</summary>
internal static class LargeBody
{
    // Beyond it nobody has taken the wrong file by mistake.
    private const long MostToTake = 1024L * 1024 * 1024;

    /// <summary>Lets a sender come to the end of a body that nobody reads: whoever is still sending sees a broken connection, not the answer.</summary>
    public static async Task LetEndAsync(HttpContext http)
    {
        if (http.Request.ContentLength is <= MostToTake && http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
            await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
        }
    }
}
