using System.Globalization;
using System.Threading.RateLimiting;
using Foliosync.Api;
using Microsoft.AspNetCore.RateLimiting;

namespace Foliosync.Web;

/// <summary>How often one address may try to sign in, whoever it claims to be. Looking at the pages is free.</summary>
internal sealed class SignInLimit : IRateLimiterPolicy<string>
{
    public const string Name = "sign-in";

    /// <summary>Tries that may come at once.</summary>
    public const int AtOnce = 10;

    private static readonly TimeSpan OneMoreAfter = TimeSpan.FromSeconds(6);

    public Func<OnRejectedContext, CancellationToken, ValueTask>? OnRejected => async (context, _) =>
    {
        context.HttpContext.Response.Headers.RetryAfter = OneMoreAfter.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        await Problems.WriteAsync(context.HttpContext, StatusCodes.Status429TooManyRequests, "Too many tries. Wait a minute, then try again.");
    };

    public RateLimitPartition<string> GetPartition(HttpContext httpContext) => HttpMethods.IsPost(httpContext.Request.Method)
        ? RateLimitPartition.GetTokenBucketLimiter(
            httpContext.Connection.RemoteIpAddress?.ToString() ?? string.Empty,
            _ => new TokenBucketRateLimiterOptions { TokenLimit = AtOnce, TokensPerPeriod = 1, ReplenishmentPeriod = OneMoreAfter })
        : RateLimitPartition.GetNoLimiter(string.Empty);
}
