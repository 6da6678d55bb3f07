using Foliosync.Core.Storage;
using Foliosync.Core.Transactions;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Portfolios;

/// <summary>What a person changes about an account; what is null stays.</summary>
/// <param name="RemindAfterDays">See <see cref="BrokerAccount.RemindAfterDays"/>.</param>
/// <param name="CostMethod">See <see cref="BrokerAccount.CostMethod"/>.</param>
public sealed record AccountChange(int? RemindAfterDays = null, CostMethod? CostMethod = null);

/// <summary>Changes what a person sets about an account.</summary>
public static class AccountSettings
{
    /// <summary>Changes an account; changes nothing when nothing is to change.</summary>
    /// <param name="database">Where.</param>
    /// <param name="accountId">The account.</param>
    /// <param name="change">What changes.</param>
    /// <param name="by">Who changes it, which decides which accounts are within reach.</param>
    /// <param name="now">UTC instant.</param>
    /// <param name="cancellationToken">Stops before anything is stored.</param>
    /// <exception cref="NotFoundException">There is no such account within reach.</exception>
    /// <exception cref="InputException">The number cannot be used.</exception>
    public static async Task ChangeAsync(
        Database database, Guid accountId, AccountChange change, Actor by, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(change);
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope.Owned);
        var account = await db.Accounts.SingleOrDefaultAsync(a => a.Id == accountId, cancellationToken) ?? throw new NotFoundException("account");
        if (change.RemindAfterDays is < 0 or > 3660)
        {
            throw new InputException("Give a number of days from 1 to 3660, or 0 for no reminder.", "remindAfterDays");
        }

        account.RemindAfterDays = change.RemindAfterDays ?? account.RemindAfterDays;
        account.CostMethod = change.CostMethod ?? account.CostMethod;
        if (db.ChangeTracker.HasChanges())
        {
            db.AuditEvents.Add(by.Did("account.changed", accountId, now, AuditDetail.Of(db.Entry(account))));
            await db.SaveChangesAsync(cancellationToken);
        }
    }
}
