using Foliosync.Brokers.Contract;
using Foliosync.Core.Sync.Reviews;

namespace Foliosync.Core.Sync.Replays;

/// <summary>What today's adapter makes of what a broker sent in an earlier run. Nothing of it is stored.</summary>
/// <param name="RunId">The run.</param>
/// <param name="TakenAt">UTC instant of the recording.</param>
/// <param name="Counts">Rows, compared with what is held now.</param>
/// <param name="Accounts">The reports, by account; none when the recording cannot be read.</param>
/// <param name="Warnings">What the adapter warns of.</param>
/// <param name="Error">Why it cannot be read; null when it can.</param>
public sealed record ReplayResult(
    Guid RunId,
    DateTimeOffset TakenAt,
    SyncCounts Counts,
    IReadOnlyList<ReplayedAccount> Accounts,
    IReadOnlyList<BrokerWarning> Warnings,
    ReplayError? Error);

/// <summary>Why a recording cannot be read.</summary>
/// <param name="Kind">See <see cref="SyncRun.ErrorKind"/>.</param>
/// <param name="Message">One sentence for people.</param>
/// <param name="Detail">Route and field, without personal data; null when the message says all.</param>
public sealed record ReplayError(string Kind, string Message, string? Detail);

/// <summary>The report of one account.</summary>
/// <param name="AccountId">The account; null when there is none yet.</param>
/// <param name="ExternalId">The broker's id of it.</param>
/// <param name="Name">For people.</param>
/// <param name="Holdings">What is held, by this report.</param>
/// <param name="Cash">The balances, by this report; null when it tells none.</param>
/// <param name="Transactions">How many transactions it tells.</param>
/// <param name="Suspicion">Why a person should look before it is applied; null when it is plausible.</param>
/// <param name="Diff">What it would change in what is held now.</param>
public sealed record ReplayedAccount(
    Guid? AccountId,
    string ExternalId,
    string Name,
    IReadOnlyList<ReplayedHolding> Holdings,
    IReadOnlyList<ReportedCash>? Cash,
    int Transactions,
    string? Suspicion,
    ReviewDiff Diff);

/// <summary>One lot of a report; see <see cref="ReportedLot"/>.</summary>
/// <param name="Symbol">Symbol at the broker.</param>
/// <param name="Name">The instrument's name; null when it has none.</param>
/// <param name="Exchange">The broker's exchange code; null for funds.</param>
/// <param name="Lot">See <see cref="ReportedLot.Lot"/>.</param>
/// <param name="Quantity">All units owned.</param>
/// <param name="UnsettledQuantity">Of these, not delivered yet.</param>
/// <param name="PledgedQuantity">Of these, pledged.</param>
/// <param name="AveragePrice">Of one unit; null when unknown.</param>
/// <param name="CostBasis">Of all units; null when unknown.</param>
/// <param name="LastPrice">Of one unit; null when unknown.</param>
/// <param name="Multiplier">Value of one unit is price times this.</param>
public sealed record ReplayedHolding(
    string Symbol,
    string? Name,
    string? Exchange,
    string Lot,
    decimal Quantity,
    decimal UnsettledQuantity,
    decimal PledgedQuantity,
    decimal? AveragePrice,
    decimal? CostBasis,
    decimal? LastPrice,
    decimal Multiplier);
