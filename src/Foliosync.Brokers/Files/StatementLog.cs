using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Files;

/// <summary>
/// What went wrong while a file was read. Of each kind the first are told one by one and the rest by their number, so that a file of a
/// hundred thousand bad rows gives no hundred thousand warnings.
/// </summary>
internal sealed class StatementLog
{
    private const int ToldOneByOne = 20;

    private readonly Dictionary<string, int> _counts = [];
    private readonly List<BrokerWarning> _warnings = [];
    private int _read;

    /// <summary>Rows that were left out.</summary>
    public int Skipped { get; private set; }

    /// <summary>Notes a warning. The message names the row and repeats no text that may be personal.</summary>
    public void Warn(string code, string message)
    {
        var count = _counts[code] = _counts.GetValueOrDefault(code) + 1;
        if (count <= ToldOneByOne)
        {
            _warnings.Add(new BrokerWarning(code, message));
        }
    }

    /// <summary>Leaves a row out because of a field.</summary>
    public void Skip(StatementRow row, Column column)
    {
        Skipped++;
        Warn("row-unreadable", $"{row.Place} was left out: its {column.Name} is missing or cannot be meant.");
    }

    /// <summary>Leaves a row out for a reason of the format.</summary>
    public void Skip(StatementRow row, string code, string reason)
    {
        Skipped++;
        Warn(code, $"{row.Place} was left out: it {reason}.");
    }

    /// <summary>Leaves a row out if one of its fields could not be read; true when it did.</summary>
    public bool SkipIfUnreadable(StatementRow row)
    {
        if (row.Unreadable is not { } column)
        {
            _read++;
            return false;
        }

        Skip(row, column);
        return true;
    }

    /// <summary>The warnings since the last time.</summary>
    public IReadOnlyList<BrokerWarning> Take()
    {
        IReadOnlyList<BrokerWarning> taken = [.. _warnings];
        _warnings.Clear();
        return taken;
    }

    /// <summary>The warnings since the last time, and the number of those that were too many to tell.</summary>
    public IReadOnlyList<BrokerWarning> TakeRest()
    {
        foreach (var (code, count) in _counts.Where(pair => pair.Value > ToldOneByOne))
        {
            _warnings.Add(new BrokerWarning(code, $"The same holds for {count - ToldOneByOne} more rows."));
        }

        return Take();
    }

    /// <summary>Refuses a file of which every row had to be left out: then its format has changed, not a row.</summary>
    /// <exception cref="BrokerException">Of kind InvalidData.</exception>
    public void RequireAnyReadable()
    {
        if (Skipped > 0 && _read == 0)
        {
            throw BrokerException.InvalidData(
                "Not one row of the file could be read. Download it again without changing it; if it is new, its format has changed.",
                detail: _warnings.Count > 0 ? _warnings[0].Message : null);
        }
    }
}
