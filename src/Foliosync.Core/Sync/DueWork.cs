namespace Foliosync.Core.Sync;

/// <summary>
/// Claims what is due in one shard, again and again: a connection that becomes due while others are read is not kept waiting by the
/// slowest of them.
/// </summary>
internal sealed class DueWork(SyncClaims claims, BrokerGate gate, SyncTally tally, string brokerId, int shard, TimeProvider clock)
{
    private const int ClaimSize = 48;

    // After this time another job goes on, so that each is short enough to hand over and to show.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly long _begun = clock.GetTimestamp();

    public async Task<IReadOnlyCollection<ClaimedConnection>?> NextAsync(Guid leaseToken, CancellationToken cancellationToken)
    {
        while (clock.GetElapsedTime(_begun) < Longest)
        {
            var due = await claims.FindDueAsync(brokerId, shard, ClaimSize, cancellationToken).ConfigureAwait(false);
            if (due.Count > 0)
            {
                var admitted = await gate.AdmitAsync(brokerId, due.Count, cancellationToken).ConfigureAwait(false);
                if (admitted == 0)
                {
                    return null;
                }

                var claimed = await claims.ClaimAsync([.. due.Take(admitted)], leaseToken, cancellationToken).ConfigureAwait(false);
                tally.Expect(claimed.Count);
                return claimed;
            }

            var noneOpen = tally.NoneOpen;
            if (noneOpen.IsCompleted)
            {
                return null;
            }

            await noneOpen.WaitAsync(Look, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return null;
    }
}
