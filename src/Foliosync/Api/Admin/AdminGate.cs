using Foliosync.Core.Admin;
using Foliosync.Core.Users;

namespace Foliosync.Api.Admin;

/// <summary>Who asks for something in the admin area, and whether they may.</summary>
/// <param name="UserId">The person.</param>
/// <param name="Rights">What they may do.</param>
/// <param name="Actor">The person as the one who makes a change.</param>
internal sealed record AdminCaller(Guid UserId, AdminRights Rights, Actor Actor)
{
    /// <summary>The caller, who may do that.</summary>
    /// <exception cref="ForbiddenException">They may not.</exception>
    public AdminCaller Require(AdminTable table, AdminRight right) => Rights.May(table, right) ? this : throw new ForbiddenException();
}

/// <summary>Finds out who asks. The names of tables hide nothing, so whoever may nothing at all is told so, whatever they ask for.</summary>
internal sealed class AdminGate(AdminAccess access, AdminCatalog catalog)
{
    /// <summary>The caller of an authenticated request.</summary>
    /// <exception cref="ForbiddenException">The caller may do nothing here.</exception>
    public async ValueTask<AdminCaller> OpenAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(http.User);
        var rights = await access.OfAsync(caller.UserId, caller.IsOperator, caller.Scope >= TokenScope.Write, cancellationToken);
        return rights.Any
            ? new AdminCaller(caller.UserId, rights, OperatorsOnly.OperatorOf(http))
            : throw new ForbiddenException();
    }

    /// <summary>The table, in which the caller may do that.</summary>
    /// <exception cref="ForbiddenException">The caller may not.</exception>
    public async ValueTask<(AdminCaller Caller, AdminTable Table)> OpenAsync(HttpContext http, string table, AdminRight right, CancellationToken cancellationToken)
    {
        var caller = await OpenAsync(http, cancellationToken);
        var found = catalog.Get(table);
        return (caller.Require(found, right), found);
    }
}
