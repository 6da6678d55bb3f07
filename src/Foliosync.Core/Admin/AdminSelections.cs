using Foliosync.Core.Users;

namespace Foliosync.Core.Admin;

/// <summary>Rows that were chosen, one by one or by what they have in common, and what is done to all of them.</summary>
public sealed class AdminSelections(AdminReader reader, AdminChanges changes, AdminActions actions)
{
    /// <summary>The keys of the chosen rows.</summary>
    /// <param name="table">Their table.</param>
    /// <param name="keys">Rows chosen one by one; null when they are chosen by a query.</param>
    /// <param name="matching">All rows that fit; null when they are chosen one by one.</param>
    /// <param name="expected">How many the person was told that fit; null for any number.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="InputException">Nothing is chosen, or too much.</exception>
    /// <exception cref="RefusedException">Other rows fit than the person was told.</exception>
    public async Task<IReadOnlyList<string>> KeysAsync(
        AdminTable table, IReadOnlyList<string>? keys, AdminQuery? matching, long? expected, CancellationToken cancellationToken)
    {
        if (matching is null)
        {
            return keys is { Count: > 0 } ? [.. keys.Distinct(StringComparer.Ordinal)] : throw new InputException("Choose at least one row.", "keys");
        }

        var found = new List<string>();
        await foreach (var row in reader.StreamAsync(matching with { Chosen = [.. table.Key], After = null, Before = null }, cancellationToken))
        {
            found.Add(row.Key);
            if (found.Count > AdminChanges.MaxRows)
            {
                throw new InputException($"More than {AdminChanges.MaxRows} rows fit. Narrow the list, and do it in parts.", "matching");
            }
        }

        if (expected is { } told && told != found.Count)
        {
            throw new RefusedException($"{found.Count} rows fit by now, not {told}. Look at the list again.");
        }

        return found.Count > 0 ? found : throw new InputException("No row fits.", "matching");
    }

    /// <summary>Deletes rows (<c>delete</c>), gives one column of them a value (<c>set</c>), or does an action of the table.</summary>
    public Task<AdminBulk> RunAsync(
        AdminTable table, IReadOnlyList<string> keys, string action, string? column, string? value, Actor by, CancellationToken cancellationToken) => action switch
        {
            "delete" => changes.DeleteAsync(table, keys, by, cancellationToken),
            "set" => changes.ChangeAllAsync(table, keys, column ?? throw new InputException("Say which column.", "column"), value, by, cancellationToken),
            _ => actions.RunAsync(table, action, keys, by, cancellationToken),
        };
}
