using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Instruments;

namespace Foliosync.Core.Sync;

/// <summary>Finds the instruments that a broker means, in the order given.</summary>
internal delegate ValueTask<Guid[]> ResolveInstruments(
    string brokerId, IReadOnlyList<ReportedInstrument> reported, CancellationToken cancellationToken);

/// <summary>Reads everything that a connection reads through an open session, be it the broker's or a recording's.</summary>
/// <param name="resolve">Finds the instruments.</param>
/// <param name="names">Fills in names of instruments; null where the broker cannot be asked for its list.</param>
/// <param name="clock">The time of the reading.</param>
internal sealed class ReportReader(ResolveInstruments resolve, InstrumentNames? names, TimeProvider clock)
{
    public async Task ReadAsync(ConnectionReading reading, IBroker broker, BrokerSession session, CancellationToken cancellationToken)
    {
        if (reading.Connection.ExternalUserId is null && reading.Identity is null)
        {
            reading.Identity = await reading.StepAsync("check identity", clock, () => broker.CheckAsync(session, cancellationToken)).ConfigureAwait(false);
        }

        var accounts = await AccountsAsync(reading, broker, session, cancellationToken).ConfigureAwait(false);
        reading.HasSeveralAccounts = accounts.Count > 1;
        if (reading.Connection.Reads == ReadKinds.None && reading.Connection.Accounts.Count > 0)
        {
            // What files said is as old as they are: a sync that reads nothing must not make it look fresh.
            return;
        }

        foreach (var account in accounts)
        {
            var report = await new AccountReader(reading, broker, session, account, resolve, names, clock)
                .ReadAsync(cancellationToken).ConfigureAwait(false);
            reading.Accounts.Add(new AccountReading(account, report, ReportFingerprint.Of(report), reading.Connection.RunId));
        }
    }

    private async Task<IReadOnlyList<ClaimedAccount>> AccountsAsync(
        ConnectionReading reading, IBroker broker, BrokerSession session, CancellationToken cancellationToken)
    {
        if (reading.Connection.Accounts.Count > 0)
        {
            return reading.Connection.Accounts;
        }

        var reported = await reading.StepAsync("list accounts", clock, () => broker.ListAccountsAsync(session, cancellationToken)).ConfigureAwait(false);
        return [.. reported.Select(a => new ClaimedAccount
        {
            Id = Guid.CreateVersion7(clock.GetUtcNow()),
            ExternalId = a.ExternalId,
            Name = a.Name,
            Currency = a.Currency,
            IsNew = true,
        })];
    }
}
