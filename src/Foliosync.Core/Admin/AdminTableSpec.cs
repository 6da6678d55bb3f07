namespace Foliosync.Core.Admin;

/// <summary>
/// What only a person can say about a table of the admin area. Columns, types, keys and relations come from the model; properties are
/// named as the entity names them, those of a related row as <c>Account.ConnectionId</c>.
/// </summary>
/// <param name="Name">In addresses and on the command line, for example <c>fx-rates</c>.</param>
/// <param name="Label">In the plural, English; the key of its translation.</param>
/// <param name="Noun">One row in the audit log, for example <c>fxRate</c>.</param>
/// <param name="Entity">The entity whose table it is.</param>
public sealed record AdminTableSpec(string Name, string Label, string Noun, Type Entity)
{
    /// <summary>What it is listed under on the index: a key of a translation.</summary>
    public required string Group { get; init; }

    /// <summary>One sentence about it, English; the key of its translation.</summary>
    public required string About { get; init; }

    /// <summary>What the list shows unless somebody chooses otherwise.</summary>
    public required IReadOnlyList<string> Listed { get; init; }

    /// <summary>What a row is called where another refers to it; empty for the beginning of its id.</summary>
    public IReadOnlyList<string> Title { get; init; } = [];

    /// <summary>Where the search box looks.</summary>
    public IReadOnlyList<string> Searched { get; init; } = [];

    /// <summary>What can be changed.</summary>
    public IReadOnlyList<string> Edited { get; init; } = [];

    /// <summary>What a new row is given; empty when none can be made here.</summary>
    public IReadOnlyList<string> Created { get; init; } = [];

    /// <summary>What is never read: not listed, shown, filtered, exported or put into the audit log. Bytes are such by themselves.</summary>
    public IReadOnlyList<string> Masked { get; init; } = [];

    /// <summary>Columns beside those of the table itself, of rows it refers to.</summary>
    public IReadOnlyList<string> Joined { get; init; } = [];

    /// <summary>References that the database does not know of: property and name of the table.</summary>
    public IReadOnlyList<(string Property, string Table)> Refers { get; init; } = [];

    /// <summary>Order of the list in the words of the address, for example <c>-id</c>.</summary>
    public required string Sort { get; init; }

    /// <summary>True when rows can be deleted.</summary>
    public bool Deletes { get; init; }

    /// <summary>Tables whose rows belong to one of this and are looked after together with it, by name; each refers to this table by one column.</summary>
    public IReadOnlyList<string> Inlines { get; init; } = [];

    /// <summary>What else can be done to rows.</summary>
    public IReadOnlyList<AdminAction> Actions { get; init; } = [];

    /// <summary>What of a row is a secret that can be replaced and never be seen: a label, English; null when there is none.</summary>
    public string? Secret { get; init; }

    /// <summary>True when only admins may, whatever others are permitted: it decides who may what.</summary>
    public bool AdminsOnly { get; init; }

    /// <summary>Where else people who run the instance can look at a row, with <c>{0}</c> for its key; null for nowhere.</summary>
    public string? Page { get; init; }
}

/// <summary>Something that can be done to rows of a table beside changing and deleting them.</summary>
/// <param name="Name">In addresses and on the command line, for example <c>pause</c>.</param>
/// <param name="Label">English; the key of its translation.</param>
public sealed record AdminAction(string Name, string Label);
