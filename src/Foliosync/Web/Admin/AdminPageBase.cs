using Foliosync.Core;
using Foliosync.Core.Admin;
using Foliosync.Web.Monitor;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace Foliosync.Web.Admin;

/// <summary>A page of the admin area: for people who run the instance, and for whom they permitted a table of it.</summary>
public abstract class AdminPageBase : OperatorPage
{
    [Inject] internal AdminCatalog Catalog { get; set; } = default!;

    [Inject] internal AdminAccess Access { get; set; } = default!;

    [Inject] internal Notes Notes { get; set; } = default!;

    [Inject] internal NavigationManager Navigate { get; set; } = default!;

    [Inject] internal IStringLocalizer<Texts> Words { get; set; } = default!;

    /// <summary>What the person may do.</summary>
    protected internal AdminRights Rights { get; private set; } = default!;

    /// <summary>The table of the page, when it is of one.</summary>
    protected AdminTable Table { get; private set; } = default!;

    /// <inheritdoc/>
    protected sealed override async ValueTask<bool> MayOpenAsync()
    {
        Rights = await Access.OfAsync(Who.UserId, Who.IsOperator, Who.MayWrite, Stop);
        return Rights.Any;
    }

    /// <summary>Finds the table, in which the person may do that.</summary>
    /// <exception cref="NotFoundException">There is none, or they may not.</exception>
    protected void Open(string table, AdminRight right)
    {
        Table = Catalog.Get(table);
        if (!May(right))
        {
            throw new NotFoundException("page");
        }
    }

    /// <summary>True when the person may do that in the table of the page.</summary>
    protected bool May(AdminRight right) => Rights.May(Table, right);

    /// <summary>What is wrong, in the person's language where there are words for it.</summary>
    protected internal string Say(Exception refusal)
    {
        var t = Words;
        return refusal is RowRefusedException row ? t["Nothing was done, because of the row {0}: {1}", row.Key, t[row.Reason]] : t[refusal.Message];
    }

    /// <summary>What the core refused; anything else is a fault and goes on.</summary>
    protected internal static bool IsRefusal(Exception e) => e is InputException or RefusedException;
}
