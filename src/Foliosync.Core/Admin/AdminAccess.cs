using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Database = Foliosync.Core.Storage.Database;

namespace Foliosync.Core.Admin;

/// <summary>What one person may do in the admin area.</summary>
public sealed class AdminRights
{
    private readonly HashSet<(string Table, AdminRight Right)>? _permitted;

    private AdminRights(HashSet<(string, AdminRight)>? permitted) => _permitted = permitted;

    /// <summary>Everything: admins, and the command line of the machine's owner.</summary>
    public static AdminRights All { get; } = new(null);

    /// <summary>True when the person may everything.</summary>
    public bool IsAdmin => _permitted is null;

    /// <summary>True when there is anything that the person may see.</summary>
    public bool Any => IsAdmin || _permitted!.Count > 0;

    /// <summary>True when the person may do that in that table.</summary>
    public bool May(AdminTable table, AdminRight right)
    {
        ArgumentNullException.ThrowIfNull(table);
        return IsAdmin || (!table.Spec.AdminsOnly && _permitted!.Contains((table.Name, AdminRight.View)) && _permitted.Contains((table.Name, right)));
    }

    internal static AdminRights Of(IEnumerable<(string, AdminRight)> permitted) => new([.. permitted]);
}

/// <summary>Says who may do what in the admin area: admins everything, others what a permission says.</summary>
public sealed class AdminAccess(Database database)
{
    /// <summary>What a person may do.</summary>
    /// <param name="userId">The person.</param>
    /// <param name="isAdmin">True for an admin who came with all that an admin may.</param>
    /// <param name="mayWrite">False for those who only read.</param>
    /// <param name="cancellationToken">Stops the look-up.</param>
    public async ValueTask<AdminRights> OfAsync(Guid userId, bool isAdmin, bool mayWrite, CancellationToken cancellationToken)
    {
        if (isAdmin)
        {
            return AdminRights.All;
        }

        await using var db = database.Open(OwnerScope.Only(userId));
        var permitted = await db.AdminPermissions.AsNoTracking().Select(p => new { p.TableName, p.Allows }).ToListAsync(cancellationToken);
        return AdminRights.Of(permitted.Where(p => mayWrite || p.Allows is AdminRight.View or AdminRight.Export).Select(p => (p.TableName, p.Allows)));
    }
}

/// <summary>Keeps lists of the admin area for those who want to find them again.</summary>
public sealed class AdminViews(Database database, TimeProvider clock)
{
    /// <summary>A person's lists, by name.</summary>
    public async Task<IReadOnlyList<AdminView>> ListAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Only(userId));
        return await db.AdminViews.AsNoTracking().OrderBy(v => v.Name).ToListAsync(cancellationToken);
    }

    /// <summary>Keeps a list; one of the same table and name is replaced.</summary>
    /// <exception cref="InputException">The name is missing or too long, or the list cannot be asked for.</exception>
    public async Task<AdminView> SaveAsync(Guid userId, AdminQuery query, string? name, string address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(address);
        var text = name?.Trim() is { Length: > 0 and <= 100 } given ? given : throw new InputException("Give the view a name of at most 100 characters.", "name");
        if (address.Length > 4000)
        {
            throw new InputException("This list has too many filters to be kept.", "query");
        }

        await using var db = database.Open(OwnerScope.Only(userId));
        var view = await db.AdminViews.SingleOrDefaultAsync(v => v.TableName == query.Table.Name && v.Name == text, cancellationToken);
        if (view is null)
        {
            view = new AdminView { Id = Guid.CreateVersion7(clock.GetUtcNow()), UserId = userId, TableName = query.Table.Name, Name = text, Query = address };
            db.AdminViews.Add(view);
        }

        view.Query = address;
        await db.SaveChangesAsync(cancellationToken);
        return view;
    }

    /// <summary>Removes a list.</summary>
    /// <exception cref="NotFoundException">The person has no such list.</exception>
    public async Task RemoveAsync(Guid userId, Guid viewId, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Only(userId));
        if (await db.AdminViews.Where(v => v.Id == viewId).ExecuteDeleteAsync(cancellationToken) == 0)
        {
            throw new NotFoundException("view");
        }
    }
}
