using Foliosync.Core.Users;

namespace Foliosync.Api.Monitor;

/// <summary>Leaves a group of addresses to people who run the instance, with a token that may do that.</summary>
internal static class OperatorsOnly
{
    public static RouteGroupBuilder ForOperators(this RouteGroupBuilder group)
    {
        group.AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            if (Caller.Of(http.User).Scope >= TokenScope.Admin && http.User.IsInRole(nameof(UserRole.Admin)))
            {
                return await next(context);
            }

            await Problems.WriteAsync(
                http, StatusCodes.Status403Forbidden, "This is for people who run the instance. Use a token of scope 'admin', made by one of them.");
            return Results.Empty;
        });
        return group;
    }

    /// <summary>The caller as one who reaches everybody's rows.</summary>
    public static Actor OperatorOf(HttpContext http) =>
        Actor.Admin(Caller.Of(http.User).UserId, "api", http.Connection.RemoteIpAddress?.ToString());
}
