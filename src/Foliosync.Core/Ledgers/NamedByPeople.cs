using Foliosync.Brokers.Contract;
using Foliosync.Core.Instruments;
using Foliosync.Core.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Ledgers;

/// <summary>Finds the instrument that a person names: among those of own accounts first, then among all.</summary>
internal sealed class NamedByPeople(Database database, InstrumentDirectory directory)
{
    private const int IsinLength = 12;

    /// <exception cref="InputException">There is none of that name, or several.</exception>
    public async Task<Instrument> FindAsync(ManualEntry entry, AccountOfEntry account, Actor by, CancellationToken cancellationToken)
    {
        var name = entry.Instrument!.Trim();
        await using var db = database.Open(by.Scope);
        var own = db.Instruments.AsNoTracking().Where(i =>
            db.Holdings.Any(h => h.InstrumentId == i.Id) || db.Transactions.Any(t => t.InstrumentId == i.Id));
        var found = await Named(own, name).Take(2).ToListAsync(cancellationToken).ConfigureAwait(false);
        if (found.Count == 0)
        {
            found = await Named(db.Instruments.AsNoTracking(), name).Take(2).ToListAsync(cancellationToken).ConfigureAwait(false);
        }

        return found switch
        {
            [var one] => one,
            [] when entry.NewAs is { } kind => await MakeAsync(name, kind, entry, account, cancellationToken).ConfigureAwait(false),
            [] => throw new InputException($"Foliosync does not know '{Short(name)}' yet. Say what kind of instrument it is to add it.", "instrument"),
            _ => throw new InputException($"Several instruments are called '{Short(name)}'. Give the ISIN of the one you mean.", "instrument"),
        };
    }

    private static IQueryable<Instrument> Named(IQueryable<Instrument> instruments, string name)
    {
        if (Guid.TryParse(name, out var id))
        {
            return instruments.Where(i => i.Id == id);
        }

        var upper = name.ToUpperInvariant();
        return instruments.Where(i => i.Isin == upper || i.Symbol == upper || i.Symbol == name);
    }

    private async Task<Instrument> MakeAsync(string name, AssetClass kind, ManualEntry entry, AccountOfEntry account, CancellationToken cancellationToken)
    {
        if (name.Length > 40)
        {
            throw new InputException("A symbol has at most 40 characters.", "instrument");
        }

        var symbol = name.ToUpperInvariant();
        var currency = entry.Currency?.ToUpperInvariant() ?? account.Currency;
        // Its key is one that no broker has: should the broker name the same symbol one day, it tells the two apart or finds it by ISIN.
        var ids = await directory.ResolveAsync(
            account.BrokerId,
            [
                new ReportedInstrument
                {
                    Symbol = symbol,
                    Isin = symbol.Length == IsinLength && char.IsAsciiLetterUpper(symbol[0]) && char.IsAsciiDigit(symbol[^1]) && symbol.All(char.IsAsciiLetterOrDigit) ? symbol : null,
                    BrokerKey = $"manual:{currency}:{symbol}",
                    AssetClass = kind,
                    Currency = currency,
                },
            ],
            cancellationToken).ConfigureAwait(false);
        return new Instrument { Id = ids[0], Symbol = symbol, AssetClass = kind, Currency = currency };
    }

    private static string Short(string name) => name.Length <= 40 ? name : name[..40] + "…";
}
