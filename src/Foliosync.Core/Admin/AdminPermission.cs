namespace Foliosync.Core.Admin;

/// <summary>That somebody who is no admin may do one thing in one table of the admin area. Admins may everything without.</summary>
public sealed class AdminPermission
{
    /// <summary>The person.</summary>
    public Guid UserId { get; set; }

    /// <summary>Name of the table, see <see cref="AdminTables"/>.</summary>
    public required string TableName { get; set; }

    /// <summary>What they may do.</summary>
    public AdminRight Allows { get; set; }
}

/// <summary>What can be permitted in a table. Each but the first is worth nothing without the first.</summary>
public enum AdminRight
{
    /// <summary>List, look at and search.</summary>
    View,

    /// <summary>Make rows.</summary>
    Create,

    /// <summary>Change rows, replace secrets, undo.</summary>
    Change,

    /// <summary>Delete rows.</summary>
    Delete,

    /// <summary>The actions of the table, for example pause.</summary>
    Act,

    /// <summary>Download.</summary>
    Export,
}

/// <summary>A list of the admin area that somebody wants to find again.</summary>
public sealed class AdminView
{
    /// <summary>Id.</summary>
    public Guid Id { get; set; }

    /// <summary>Whose it is.</summary>
    public Guid UserId { get; set; }

    /// <summary>Name of the table.</summary>
    public required string TableName { get; set; }

    /// <summary>What the person calls it.</summary>
    public required string Name { get; set; }

    /// <summary>The query of the list's address.</summary>
    public required string Query { get; set; }
}
