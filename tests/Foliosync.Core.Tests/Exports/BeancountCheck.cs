using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using Shouldly;

namespace Foliosync.Core.Tests.Exports;

/// <summary>
/// What bean-check would find wrong, as far as our ledgers go: syntax, accounts that were not opened, entries that do not add up (to a
/// millionth of a millionth here, far below its tolerance; it reckons with 28 digits, as we do), and lots sold that are not there.
/// </summary>
internal sealed partial class BeancountCheck
{
    private readonly HashSet<string> _opened = [];
    private readonly Dictionary<(string Account, string Commodity, decimal? Cost, string? Day), decimal> _held = [];
    private readonly Dictionary<string, BigInteger> _sums = [];

    public static BeancountCheck Of(string text)
    {
        var check = new BeancountCheck();
        string? day = null;
        foreach (var line in text.Split('\n'))
        {
            if (Posting().Match(line) is { Success: true } posting)
            {
                check.Add(posting, day!);
            }
            else if (line.Length > 0 && line[0] is not (';' or ' ') && !line.StartsWith("option ", StringComparison.Ordinal))
            {
                check.RequireNothingLeft();
                var directive = Directive().Match(line);
                directive.Success.ShouldBeTrue(line);
                day = directive.Groups["day"].Value;
                if (directive.Groups["opened"] is { Success: true } opened)
                {
                    check._opened.Add(opened.Value).ShouldBeTrue(line);
                }
                else if (directive.Groups["noted"] is { Success: true } noted)
                {
                    check._opened.ShouldContain(noted.Value);
                }
            }
            else
            {
                (line.Length == 0 || line[0] == ';' || line.StartsWith("  ; ", StringComparison.Ordinal) || Option().IsMatch(line) || Meta().IsMatch(line))
                    .ShouldBeTrue(line);
            }
        }

        check.RequireNothingLeft();
        return check;
    }

    /// <summary>What is in all accounts whose name ends so.</summary>
    public decimal Balance(string ending, string commodity) =>
        _held.Where(h => h.Key.Account.EndsWith(ending, StringComparison.Ordinal) && h.Key.Commodity == commodity).Sum(h => h.Value);

    /// <summary>All units of a commodity among the assets.</summary>
    public decimal Units(string commodity) =>
        _held.Where(h => h.Key.Account.StartsWith("Assets:", StringComparison.Ordinal) && h.Key.Commodity == commodity).Sum(h => h.Value);

    private void Add(Match posting, string entryDay)
    {
        var (account, commodity) = (posting.Groups["account"].Value, posting.Groups["commodity"].Value);
        _opened.ShouldContain(account);
        var units = Number(posting.Groups["units"]);
        decimal? cost = posting.Groups["cost"].Success ? Number(posting.Groups["cost"]) : null;
        var key = (account, commodity, cost, cost is null ? null : posting.Groups["bought"].Value);
        var held = _held.GetValueOrDefault(key) + units;
        if (cost is not null)
        {
            held.ShouldBeGreaterThanOrEqualTo(0m, $"{entryDay} {posting.Value}");
        }

        _held[key] = held;
        var each = cost is not null ? posting.Groups["cost"] : posting.Groups["price"];
        var currency = cost is not null ? posting.Groups["costCurrency"].Value : each.Success ? posting.Groups["priceCurrency"].Value : commodity;
        _sums[currency] = _sums.GetValueOrDefault(currency) + (Scaled(posting.Groups["units"].Value) * (each.Success ? Scaled(each.Value) : One));
    }

    private void RequireNothingLeft()
    {
        _sums.Values.ShouldAllBe(sum => BigInteger.Abs(sum) < Nothing);
        _sums.Clear();
    }

    private static BigInteger One => BigInteger.Pow(10, 28);

    /// <summary>A product of two scaled numbers that is a millionth of a millionth.</summary>
    private static BigInteger Nothing => One * One / BigInteger.Pow(10, 12);

    /// <summary>A number times 10 to the 28th, so that a product is exact.</summary>
    private static BigInteger Scaled(string number)
    {
        var point = number.IndexOf('.', StringComparison.Ordinal);
        var decimals = point < 0 ? 0 : number.Length - point - 1;
        return BigInteger.Parse(number.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * BigInteger.Pow(10, 28 - decimals);
    }

    private static decimal Number(Group group) => decimal.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^  (?<account>(Assets|Income|Expenses|Equity)(:[A-Z0-9][A-Za-z0-9-]*)+)  (?<units>-?\d+(\.\d+)?) (?<commodity>[A-Z][A-Z0-9'._-]{0,22}[A-Z0-9])( \{(?<cost>\d+(\.\d+)?) (?<costCurrency>[A-Z]{3}), (?<bought>\d{4}-\d\d-\d\d)\})?( @ (?<price>\d+(\.\d+)?) (?<priceCurrency>[A-Z]{3}))?$")]
    private static partial Regex Posting();

    [GeneratedRegex("""^(?<day>\d{4}-\d\d-\d\d) (open (?<opened>[A-Z][A-Za-z]+(:[A-Z0-9][A-Za-z0-9-]*)+)|commodity [A-Z][A-Z0-9'._-]{0,22}[A-Z0-9]|price [A-Z][A-Z0-9'._-]+ \d+(\.\d+)? [A-Z]{3}|note (?<noted>\S+) "([^"\\]|\\.)*"|[*!] "([^"\\]|\\.)*"( #inferred)?)$""")]
    private static partial Regex Directive();

    [GeneratedRegex("""^option "[a-z_]+" "([^"\\]|\\.)*"$""")]
    private static partial Regex Option();

    [GeneratedRegex("""^  [a-z][a-z]+: ("([^"\\]|\\.)*"|\d+(\.\d+)?)$""")]
    private static partial Regex Meta();
}
