using Foliosync.Core.Users;

namespace Foliosync.Api;

/// <summary>Leaves a group of addresses to people who run the instance, with a token that may do that.</summary>
internal static class OperatorsOnly
{
    public static RouteGroupBuilder ForOperators(this RouteGroupBuilder group)
    {
        group.AddEndpointFilter((context, next) => Caller.Of(context.HttpContext.User).IsOperator ? next(context) : throw new ForbiddenException());
        return group;
    }

    /// <summary>The caller as one who reaches everybody's rows.</summary>
    public static Actor OperatorOf(HttpContext http) =>
        Actor.Admin(Caller.Of(http.User).UserId, "api", http.Connection.RemoteIpAddress?.ToString());
}
