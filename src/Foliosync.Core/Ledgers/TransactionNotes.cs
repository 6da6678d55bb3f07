using System.Text.Json;
using Foliosync.Core.Storage;
using Foliosync.Core.Transactions;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Ledgers;

/// <summary>What people add to transactions, whoever told them: tags and a note. Both are theirs and change no figure.</summary>
public sealed class TransactionNotes(Database database, TimeProvider clock)
{
    private const int MostTags = 10;

    /// <summary>Sets tags and note of a transaction.</summary>
    /// <param name="id">The transaction.</param>
    /// <param name="tags">Words, divided by commas; case does not tell two apart.</param>
    /// <param name="note">At most 500 characters; null or empty for none.</param>
    /// <param name="by">Who does it.</param>
    /// <param name="cancellationToken">Stops before anything is stored.</param>
    /// <exception cref="InputException">Too many or too long.</exception>
    /// <exception cref="NotFoundException">There is no such transaction within reach.</exception>
    public async Task SetAsync(Guid id, string? tags, string? note, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        var words = TagsOf(tags);
        var text = string.IsNullOrWhiteSpace(note) ? null : note.Trim();
        if (text is { Length: > 500 })
        {
            throw new InputException("The note is longer than 500 characters. Shorten it.", "ownNote");
        }

        await using var db = database.Open(by.Scope);
        var row = await db.Transactions.Include(t => t.Tags).SingleOrDefaultAsync(t => t.Id == id, cancellationToken).ConfigureAwait(false)
            ?? throw new NotFoundException("transaction");
        var before = new { tags = row.Tags.Select(t => t.Tag).Order(StringComparer.Ordinal).ToList(), note = row.OwnNote };
        row.OwnNote = text;
        foreach (var gone in row.Tags.Where(t => !words.Contains(t.Tag, StringComparer.Ordinal)).ToList())
        {
            row.Tags.Remove(gone);
        }

        foreach (var word in words.Where(w => row.Tags.All(t => t.Tag != w)))
        {
            row.Tags.Add(new TransactionTag { TransactionId = id, Tag = word });
        }

        db.AuditEvents.Add(by.Did("transaction.noted", id, clock.GetUtcNow(), JsonSerializer.Serialize(new { before, after = new { tags = words, note = text } })));
        await db.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The tags of a text.</summary>
    /// <exception cref="InputException">Too many or too long.</exception>
    internal static IReadOnlyList<string> TagsOf(string? text)
    {
        List<string> words =
        [
            .. (text ?? string.Empty).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(w => w.TrimStart('#').Trim()).Where(w => w.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase),
        ];
        return words switch
        {
            { Count: > MostTags } => throw new InputException("A transaction has at most ten tags.", "tags"),
            _ when words.Exists(w => w.Length > 40) => throw new InputException("A tag has at most 40 characters.", "tags"),
            _ => words,
        };
    }
}
