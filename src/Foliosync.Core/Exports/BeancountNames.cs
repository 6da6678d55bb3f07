using System.Text;
using Foliosync.Core.Instruments;

namespace Foliosync.Core.Exports;

/// <summary>
/// Names as Beancount takes them: accounts of capitalised words of letters, digits and dashes; commodities of 2 to 24 capitals, digits and
/// dashes that begin with a letter and do not end with a dash. Two things never get the same name.
/// </summary>
internal sealed class BeancountNames
{
    private const int LongestCommodity = 24;
    private const int LongestAccount = 60;

    // Words of the language, which would be read as values.
    private static readonly string[] Words = ["TRUE", "FALSE", "NULL"];

    private readonly HashSet<string> _taken;
    private readonly Dictionary<Guid, string> _commodities = [];
    private readonly Dictionary<Guid, string> _accounts = [];

    /// <param name="currencies">Names that no instrument may have.</param>
    public BeancountNames(IEnumerable<string> currencies) => _taken = new HashSet<string>([.. currencies, .. Words], StringComparer.Ordinal);

    /// <summary>The commodity of an instrument.</summary>
    public string CommodityOf(Instrument instrument)
    {
        if (!_commodities.TryGetValue(instrument.Id, out var name))
        {
            name = Free(Commodity(instrument.Symbol), LongestCommodity);
            _commodities[instrument.Id] = name;
        }

        return name;
    }

    /// <summary>The commodity of an instrument that has one already.</summary>
    public string CommodityOf(Guid instrumentId) => _commodities[instrumentId];

    /// <summary>The part of all account names that stands for an account.</summary>
    public string AccountOf(ExportedAccount account)
    {
        if (!_accounts.TryGetValue(account.Id, out var name))
        {
            var words = Plain(account.Name, keepCase: true);
            name = words.Length == 0 ? "Account" : char.ToUpperInvariant(words[0]) + words[1..Math.Min(words.Length, LongestAccount)];

            // Names of accounts and of commodities do not meet, but one set is enough.
            name = Free(name, LongestAccount);
            _accounts[account.Id] = name;
        }

        return name;
    }

    private static string Commodity(string symbol)
    {
        var name = Plain(symbol, keepCase: false);
        name = name.Length > 0 && char.IsAsciiLetterUpper(name[0]) ? name : "X" + name;
        name = name.Length > LongestCommodity ? name[..LongestCommodity].TrimEnd('-') : name;
        return name.Length > 1 ? name : name + "-SHARE";
    }

    private string Free(string name, int longest)
    {
        var free = name;
        for (var number = 2; !_taken.Add(free); number++)
        {
            var ending = $"-{number}";
            free = name[..Math.Min(name.Length, longest - ending.Length)].TrimEnd('-') + ending;
        }

        return free;
    }

    /// <summary>ASCII letters and digits, with one dash for whatever stands between them.</summary>
    private static string Plain(string text, bool keepCase)
    {
        var plain = new StringBuilder();
        foreach (var character in text)
        {
            if (char.IsAsciiLetterOrDigit(character))
            {
                plain.Append(keepCase ? character : char.ToUpperInvariant(character));
            }
            else if (plain.Length > 0 && plain[^1] != '-')
            {
                plain.Append('-');
            }
        }

        return plain.ToString().TrimEnd('-');
    }
}
