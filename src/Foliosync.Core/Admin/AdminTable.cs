using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Foliosync.Core.Admin;

/// <summary>A table of the admin area: its description and what the model knows of it.</summary>
public sealed class AdminTable
{
    /// <summary>What a person said about it.</summary>
    public required AdminTableSpec Spec { get; init; }

    /// <summary>All columns that may be seen, those of the list first.</summary>
    public required IReadOnlyList<AdminColumn> Columns { get; init; }

    /// <summary>In addresses.</summary>
    public string Name => Spec.Name;

    /// <summary>The columns of the key, in its order.</summary>
    public required IReadOnlyList<AdminColumn> Key { get; init; }

    /// <summary>What the list shows unless somebody chooses otherwise.</summary>
    public required IReadOnlyList<AdminColumn> Listed { get; init; }

    /// <summary>What a row is called.</summary>
    public required IReadOnlyList<AdminColumn> Title { get; init; }

    /// <summary>What can be changed.</summary>
    public IReadOnlyList<AdminColumn> Edited => [.. Spec.Edited.Select(Named)];

    /// <summary>What a new row is given.</summary>
    public IReadOnlyList<AdminColumn> Created => [.. Spec.Created.Select(Named)];

    /// <summary>True when all of a row is kept in the audit log, so that one that was deleted can be put back.</summary>
    internal bool PutsBack => Spec.Deletes
        && Columns.All(c => c.IsJoined || c.Kind != AdminKind.Data || c.Type.IsEnum)
        && Entity.GetProperties().All(p => Columns.Any(c => c.Property == p.Name));

    internal IEntityType Entity { get; init; } = null!;

    /// <summary>Quoted.</summary>
    internal string Sql { get; init; } = null!;

    /// <summary>Name of the table in the database, as it is.</summary>
    internal string Stored { get; init; } = null!;

    /// <summary>How rows that this one refers to are joined, by the alias that their columns begin with.</summary>
    internal IReadOnlyDictionary<string, string> Joins { get; init; } = null!;

    /// <summary>The column of that name.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public AdminColumn Column(string name) => Find(name)
        ?? throw new InputException($"There is no column '{name}' in {Name}. There are: {string.Join(", ", Columns.Select(c => c.Name))}.", name);

    /// <summary>The column of that name, in any case; null when there is none.</summary>
    public AdminColumn? Find(string name) => Columns.FirstOrDefault(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The key of a row as it is written in addresses.</summary>
    public string KeyOf(IEnumerable<object?> values) => string.Join(',', Key.Zip(values, (c, v) => Escape(AdminColumn.Format(v) ?? string.Empty)));

    /// <summary>The values of a key that was written in an address.</summary>
    /// <exception cref="NotFoundException">No row can have it.</exception>
    public IReadOnlyList<object> ParseKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var parts = key.Split(',');
        if (parts.Length != Key.Count)
        {
            throw new NotFoundException(Spec.Noun);
        }

        try
        {
            return [.. Key.Zip(parts, (c, p) => c.Parse(Unescape(p)) ?? string.Empty)];
        }
        catch (Exception e) when (e is InputException or FormatException)
        {
            throw new NotFoundException(Spec.Noun);
        }
    }

    internal AdminColumn Named(string property) => Columns.First(c => c.Property == property);

    // Keys of brokers may be any text. What an address would escape is written as bytes, so that it is escaped once and by us.
    private static string Escape(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_' or (byte)'.' or (byte)':')
            {
                result.Append((char)b);
            }
            else
            {
                result.Append(CultureInfo.InvariantCulture, $"~{b:x2}");
            }
        }

        return result.ToString();
    }

    private static string Unescape(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '~' && i + 2 < text.Length)
            {
                bytes.Add(byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 2;
            }
            else
            {
                bytes.Add((byte)text[i]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
