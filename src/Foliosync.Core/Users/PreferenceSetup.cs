using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Users;

/// <summary>Stores how people like to see things.</summary>
public sealed class PreferenceSetup(Database database)
{
    /// <summary>Languages that the pages are written in, ISO 639.</summary>
    public static IReadOnlyList<string> Languages { get; } = ["en", "hi"];

    /// <summary>Changes a person's preferences; makes the row when there is none.</summary>
    /// <exception cref="InputException">A value cannot be used; nothing is stored.</exception>
    public async Task ChangeAsync(Guid userId, Action<UserPreferences> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        await using var db = database.Open(OwnerScope.Everyone);
        var row = await db.UserPreferences.SingleOrDefaultAsync(p => p.UserId == userId, cancellationToken);
        if (row is null)
        {
            row = new UserPreferences { UserId = userId };
            db.UserPreferences.Add(row);
        }

        change(row);
        Check(row);
        await db.SaveChangesAsync(cancellationToken);
    }

    private static void Check(UserPreferences row)
    {
        if (row.Language is { } language && !Languages.Contains(language))
        {
            throw new InputException("Choose one of the languages in the list.", "language");
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(row.TimeZone, out _))
        {
            throw new InputException("There is no time zone of that name. Write it like Asia/Kolkata.", "timeZone");
        }

        row.Currency = string.IsNullOrWhiteSpace(row.Currency) ? null : row.Currency.Trim().ToUpperInvariant();
        if (row.Currency is { } currency && !(currency.Length == 3 && currency.All(char.IsAsciiLetterUpper)))
        {
            throw new InputException("Write the currency as three letters, for example INR or USD.", "currency");
        }

        if (row.HoldingColumns is { Length: > 400 })
        {
            throw new InputException("These are more columns than there are.", "columns");
        }
    }
}
