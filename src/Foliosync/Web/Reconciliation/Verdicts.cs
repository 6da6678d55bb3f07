using System.Runtime.CompilerServices;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Transactions;

namespace Foliosync.Web.Reconciliation;

/// <summary>
/// Verdicts on all accounts of a person. Each is worked out from every transaction of its account, so they are kept for as long as the sheet
/// of what is held is: nothing was told of the accounts meanwhile.
/// </summary>
internal sealed class Verdicts(HeldSheets sheets, Core.Ledgers.Reconciliation checks)
{
    private readonly ConditionalWeakTable<HeldSheet, IReadOnlyList<(HeldAccount Account, AccountVerdict? Verdict)>> _kept = [];

    /// <summary>The accounts, each with its verdict; null while nothing has been reported of it.</summary>
    public async Task<IReadOnlyList<(HeldAccount Account, AccountVerdict? Verdict)>> ReadAsync(Viewer viewer, CancellationToken cancellationToken)
    {
        var sheet = await sheets.ReadAsync(viewer.Rows, cancellationToken);
        if (_kept.TryGetValue(sheet, out var known))
        {
            return known;
        }

        var verdicts = new List<(HeldAccount, AccountVerdict?)>(sheet.Accounts.Count);
        foreach (var account in sheet.Accounts)
        {
            verdicts.Add((account, await checks.CheckAsync(account.Id, viewer.Rows, cancellationToken)));
        }

        _kept.AddOrUpdate(sheet, verdicts);
        return verdicts;
    }
}
