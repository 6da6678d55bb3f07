using Foliosync.Core.Storage;

namespace Foliosync.Core.Admin;

/// <summary>One of several rows cannot be changed so. Then none of them was.</summary>
/// <param name="key">The row's key.</param>
/// <param name="reason">Why, for a person.</param>
public sealed class RowRefusedException(string key, string reason) : RefusedException($"Nothing was done, because of the row {key}: {reason}")
{
    /// <summary>The row's key.</summary>
    public string Key => key;

    /// <summary>Why, for a person.</summary>
    public string Reason => reason;

    /// <summary>Does something to rows, one after another, and says which of several it was that refused.</summary>
    internal static async Task EachAsync(IReadOnlyList<string> keys, Func<string, Task> change)
    {
        foreach (var key in keys)
        {
            try
            {
                await change(key);
            }
            // What is wrong with a value, is wrong with it whatever the row.
            catch (Exception e) when (keys.Count > 1 && (Worded(e) ?? e) is (RefusedException or NotFoundException or InputException { Field: null }) and var refusal)
            {
                throw new RowRefusedException(key, refusal.Message);
            }
        }
    }

    /// <summary>What a database refused, in words; null for anything else.</summary>
    internal static Exception? Worded(Exception e) => e switch
    {
        _ when StorageFailure.IsTaken(e) => new InputException("There is a row with these values already. Choose others."),
        _ when StorageFailure.IsBrokenReference(e) =>
            new RefusedException("Rows refer to each other: what this one refers to is not there, or others refer to it and must go first."),
        _ => null,
    };
}
