using System.Security.Claims;
using Foliosync.Core.Ledgers;
using Foliosync.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Foliosync.Api;

/// <summary>What comparing the transactions of an account with what the broker says came to.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="AsOf">The report that was compared with; null while nothing has been reported.</param>
/// <param name="Badge">In a few words, for example <c>in balance</c> or <c>off by 3 INFY since 2026-08-05</c>; null while nothing has been reported.</param>
/// <param name="InBalance">True when nobody has to do anything; null while nothing has been reported.</param>
/// <param name="OffSince">Day since which it is off; null when it is not.</param>
/// <param name="Lines">Every instrument, then cash.</param>
internal sealed record ReconciliationView(
    Guid AccountId, DateTimeOffset? AsOf, string? Badge, bool? InBalance, DateOnly? OffSince, IReadOnlyList<ReconciliationLineView> Lines)
{
    public static ReconciliationView Of(Guid accountId, AccountVerdict? verdict) => new(
        accountId,
        verdict?.AsOf,
        verdict?.Badge,
        verdict?.IsInBalance,
        verdict?.OffSince,
        [.. (verdict?.Lines ?? []).Select(l => new ReconciliationLineView(
            l.InstrumentId, l.Name, l.Ledger, l.Broker, l.Difference, l.IsInBalance, l.Cause, l.Since, l.Explanation))]);
}

/// <summary>One instrument, or the cash of one currency.</summary>
internal sealed record ReconciliationLineView(
    Guid? InstrumentId,
    string Name,
    decimal Ledger,
    decimal Broker,
    decimal Difference,
    bool InBalance,
    DifferenceCause Cause,
    DateOnly? Since,
    string Explanation);

/// <summary><c>/api/v1/accounts/{id}/reconciliation</c>.</summary>
internal static class ReconciliationApi
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/accounts/{id:guid}/reconciliation", GetAsync).WithTags("Accounts").WithName("getReconciliation")
            .WithSummary("What the transactions say against what the broker says, for each instrument and for cash").ProducesProblem(404);

    private static async Task<Ok<ReconciliationView>> GetAsync(
        ClaimsPrincipal user, Reconciliation reconciliation, Guid id, CancellationToken cancellationToken) =>
        TypedResults.Ok(ReconciliationView.Of(id, await reconciliation.CheckAsync(id, Caller.Of(user).Rows, cancellationToken)));
}
