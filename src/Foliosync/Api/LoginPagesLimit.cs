using System.Globalization;
using System.Threading.RateLimiting;
using Foliosync.Api.Pages;
using Foliosync.Web;
using Microsoft.AspNetCore.RateLimiting;

namespace Foliosync.Api;

/// <summary>
/// How often one address may call the pages that work without signing in. A person who logs in ten connections stays far below; the
/// secrets in the addresses are too long to be guessed at any rate.
/// </summary>
internal sealed class LoginPagesLimit : IRateLimiterPolicy<string>
{
    public const string Name = "login-pages";

    /// <summary>Calls that may come at once.</summary>
    public const int AtOnce = 60;

    public Func<OnRejectedContext, CancellationToken, ValueTask>? OnRejected => async (context, _) =>
    {
        var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Math.Ceiling(after.TotalSeconds) : 1;
        context.HttpContext.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        var t = TextLocalizer.Of(context.HttpContext);
        await Html.Message(
            t, t["Too many tries"], t["This page was opened too often. Wait a minute, then open it again."], StatusCodes.Status429TooManyRequests)
            .ExecuteAsync(context.HttpContext);
    };

    public RateLimitPartition<string> GetPartition(HttpContext httpContext) => RateLimitPartition.GetTokenBucketLimiter(
        httpContext.Connection.RemoteIpAddress?.ToString() ?? string.Empty,
        _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = AtOnce,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        });
}
