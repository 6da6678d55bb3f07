using Foliosync.Core;
using Foliosync.Core.Admin;
using Foliosync.Core.Users;
using Foliosync.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace Foliosync.Web.Admin;

/// <summary>A page of the admin area. For whoever may not see it, it is not there.</summary>
public abstract class AdminPageBase : LoadedPage
{
    [CascadingParameter] internal HttpContext Http { get; set; } = default!;

    [Inject] internal AdminCatalog Catalog { get; set; } = default!;

    [Inject] internal AdminAccess Access { get; set; } = default!;

    [Inject] internal Notes Notes { get; set; } = default!;

    [Inject] internal NavigationManager Navigate { get; set; } = default!;

    [Inject] internal Viewer Who { get; set; } = default!;

    [Inject] internal IStringLocalizer<Texts> Words { get; set; } = default!;

    /// <summary>What the person may do.</summary>
    protected AdminRights Rights { get; private set; } = default!;

    /// <summary>The table of the page, when it is of one.</summary>
    protected AdminTable Table { get; private set; } = default!;

    /// <summary>The person as the one who makes a change.</summary>
    protected Actor By => Actor.Admin(Who.UserId, "web", Http.Connection.RemoteIpAddress?.ToString());

    /// <summary>Stops when the person does not wait any more.</summary>
    protected CancellationToken Stop => Http.RequestAborted;

    /// <summary>Finds out what the person may do.</summary>
    /// <exception cref="NotFoundException">Nothing.</exception>
    protected async Task OpenAsync()
    {
        Rights = await Access.OfAsync(Who.UserId, Who.Role == UserRole.Admin, Who.MayWrite, Stop);
        if (!Rights.Any)
        {
            throw new NotFoundException("page");
        }
    }

    /// <summary>Finds the table, in which the person may do that.</summary>
    /// <exception cref="NotFoundException">There is none, or they may not.</exception>
    protected async Task OpenAsync(string table, AdminRight right)
    {
        await OpenAsync();
        Table = Catalog.Get(table);
        if (!Rights.May(Table, right))
        {
            throw new NotFoundException("page");
        }
    }

    /// <summary>What is wrong, in the person's language where there are words for it.</summary>
    protected string Say(Exception refusal) => Words[refusal.Message];

    /// <summary>What the core refused; anything else is a fault and goes on.</summary>
    protected static bool IsRefusal(Exception e) => e is InputException or RefusedException;
}
