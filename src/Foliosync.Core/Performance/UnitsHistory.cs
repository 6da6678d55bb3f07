using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Performance;

/// <summary>Units after a split for each before. Prices of days before <paramref name="ExDay"/> are not divided yet.</summary>
internal readonly record struct UnitsFactor(decimal Factor, int ExDay);

/// <summary>A change of units and the transaction that explains it.</summary>
/// <param name="Day">The day on which the units changed.</param>
/// <param name="Entry">The transaction.</param>
/// <param name="Units">How many of its units, never negative; 0 for a transaction that moves none.</param>
internal readonly record struct Explained(int Day, LedgerEntry Entry, decimal Units);

/// <summary>
/// How units of one instrument in one account came and went, and what transactions say of it. Reports tell units, transactions tell
/// money, and the two do not always agree on the day: a purchase of today may be in the report of tomorrow.
/// </summary>
internal sealed class UnitsHistory
{
    /// <summary>A transaction explains a change of units that was reported up to this many days before or after it.</summary>
    public const int Window = 7;

    private readonly SortedDictionary<int, decimal> _changes = [];
    private readonly List<(int Day, LedgerEntry Entry)> _entries = [];

    /// <summary>Changes of units, in order of days.</summary>
    public IReadOnlyCollection<KeyValuePair<int, decimal>> Changes => _changes;

    public void Add(int from, int to, decimal units)
    {
        if (from < to)
        {
            Change(from, units);
            Change(to, -units);
        }
    }

    public void Add(int day, LedgerEntry entry) => _entries.Add((day, entry));

    /// <summary>
    /// Fills in the time before the first report from the transactions: what was held then, less what came, plus what went. Without
    /// any report the transactions alone tell it.
    /// </summary>
    /// <param name="days">The day after the last; a change on it is none.</param>
    /// <param name="reportedFrom">First day on which it would have been reported; null when nothing is.</param>
    public void Complete(int days, int? reportedFrom)
    {
        _entries.Sort(static (a, b) => a.Day.CompareTo(b.Day));
        if (reportedFrom is { } told && (_changes.Count == 0 || _changes.First().Key > told))
        {
            // It was not held when reports began.
            Change(told, 0);
        }

        if (_changes.Count == 0)
        {
            foreach (var (day, entry) in _entries)
            {
                Change(day, entry.UnitsEffect);
            }
        }
        else
        {
            BackFrom(_changes.First().Key);
        }

        _changes.Remove(days);
        foreach (var day in _changes.Where(c => c.Value == 0).Select(c => c.Key).ToList())
        {
            _changes.Remove(day);
        }
    }

    /// <summary>Splits and bonuses as factors by the day on which the units changed.</summary>
    public IEnumerable<(int Day, UnitsFactor Factor)> Factors()
    {
        foreach (var (exDay, entry) in _entries.Where(e => IsSplit(e.Entry)))
        {
            var day = DayOfSplit(exDay, entry);
            if (day is null)
            {
                continue;
            }

            var before = _changes.TakeWhile(c => c.Key < day).Sum(c => c.Value);
            // On a day with trades, too, only what the split itself added counts.
            var added = entry.Units ?? _changes[day.Value];
            if (before > 0 && before + added > 0)
            {
                yield return (day.Value, new UnitsFactor((before + added) / before, exDay));
            }
        }
    }

    /// <summary>Finds the transaction behind each change of units.</summary>
    /// <returns>Every transaction, in parts if need be, and the changes that none explains.</returns>
    public (List<Explained> Explained, List<(int Day, decimal Units)> Unexplained) Explain()
    {
        var explained = new List<Explained>(_entries.Count);
        var open = new Dictionary<int, decimal>(_changes);
        var left = new List<(int Day, LedgerEntry Entry, decimal Units)>();
        for (int i = 0, next; i < _entries.Count; i = next)
        {
            var day = _entries[i].Day;
            var effect = 0m;
            for (next = i; next < _entries.Count && _entries[next].Day == day; next++)
            {
                effect += _entries[next].Entry.UnitsEffect;
            }

            var fits = open.GetValueOrDefault(day) == effect;
            for (var j = i; j < next; j++)
            {
                var (_, entry) = _entries[j];
                if (fits || entry.UnitsEffect == 0)
                {
                    explained.Add(new Explained(day, entry, Math.Abs(entry.UnitsEffect)));
                }
                else
                {
                    left.Add((day, entry, entry.UnitsEffect));
                }
            }

            if (fits)
            {
                open.Remove(day);
            }
        }

        return (explained, MatchWithin(left, open, explained));
    }

    private static bool IsSplit(LedgerEntry entry) => entry.Kind is TransactionKind.Split or TransactionKind.Bonus;

    private List<(int Day, decimal Units)> MatchWithin(
        List<(int Day, LedgerEntry Entry, decimal Units)> left, Dictionary<int, decimal> open, List<Explained> explained)
    {
        var changes = open.Where(c => c.Value != 0).OrderBy(c => c.Key).Select(c => (Day: c.Key, Units: c.Value)).ToList();
        // Most reports come after the trade; only what is left then may have come before it.
        Match(changes, left, explained, -Window, 0);
        Match(changes, left, explained, 0, Window);

        // A split that does not tell its units explains whatever came with it.
        var splits = _entries.FindAll(e => IsSplit(e.Entry) && e.Entry.Units is null);
        changes.RemoveAll(c => c.Units == 0 || splits.Exists(s => Math.Abs(s.Day - c.Day) <= Window));

        // Bought and sold between two reports the money moved all the same. What was bought and never reported went somewhere again; what
        // is more than the window apart is another matter, so that the past does not change with what comes.
        left.RemoveAll(l => l.Units == 0);
        explained.AddRange(left.Select(l => new Explained(l.Day, l.Entry, Math.Abs(l.Units))));
        var lost = 0m;
        for (var i = 0; i < left.Count; i++)
        {
            lost += left[i].Units;
            if (lost != 0 && (i + 1 == left.Count || left[i + 1].Day - left[i].Day > Window))
            {
                changes.Add((left[i].Day, -lost));
                lost = 0;
            }
        }

        return changes;
    }

    private static void Match(
        List<(int Day, decimal Units)> changes, List<(int Day, LedgerEntry Entry, decimal Units)> left, List<Explained> explained, int from, int to)
    {
        var first = 0;
        for (var c = 0; c < changes.Count; c++)
        {
            var (day, rest) = changes[c];
            while (first < left.Count && (left[first].Units == 0 || left[first].Day < day + from))
            {
                first++;
            }

            for (var i = first; i < left.Count && left[i].Day <= day + to && rest != 0; i++)
            {
                var (entryDay, entry, units) = left[i];
                if (units != 0 && Math.Sign(units) == Math.Sign(rest))
                {
                    var taken = Math.Min(Math.Abs(units), Math.Abs(rest)) * Math.Sign(rest);
                    explained.Add(new Explained(day, entry, Math.Abs(taken)));
                    left[i] = (entryDay, entry, units - taken);
                    rest -= taken;
                }
            }

            changes[c] = (day, rest);
        }
    }

    private void BackFrom(int first)
    {
        var effects = _entries.FindAll(e => e.Day <= first && e.Entry.UnitsEffect != 0);
        if (effects.Count == 0 || effects[0].Day == first)
        {
            return;
        }

        var units = _changes[first];
        _changes.Remove(first);
        for (var i = effects.Count - 1; i >= 0; i--)
        {
            var (day, entry) = effects[i];
            var before = units - entry.UnitsEffect;
            if (before < 0 && units >= 0)
            {
                // What is told of the time before does not fit; the units had come by some other way.
                Change(day, units);
                return;
            }

            Change(day, entry.UnitsEffect);
            units = before;
        }

        // Held before the first transaction, since when is not known.
        Change(effects[0].Day, units);
    }

    private int? DayOfSplit(int exDay, LedgerEntry entry)
    {
        if (_changes.ContainsKey(exDay))
        {
            return exDay;
        }

        // The report comes later; when the units are told, they have to fit.
        return _changes.Where(c => c.Key > exDay && c.Key <= exDay + Window && (entry.Units is null || c.Value == entry.Units))
            .Select(c => (int?)c.Key).FirstOrDefault();
    }

    private void Change(int day, decimal units) => _changes[day] = _changes.GetValueOrDefault(day) + units;
}
