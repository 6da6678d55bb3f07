using System.Globalization;

namespace Foliosync.Core.Valuations;

/// <summary>
/// Prices of a benchmark from a file: a line for each day with the day and the price, divided by comma, semicolon or tab; a third column may
/// tell the currency. A first line of titles is passed over.
/// </summary>
public sealed record BenchmarkFile
{
    private const int MostLines = 40_000;

    private BenchmarkFile(string name, IReadOnlyList<(DateOnly Day, decimal Price)> prices, string? currency)
    {
        Name = name;
        Prices = prices;
        Currency = currency;
    }

    /// <summary>For people.</summary>
    public string Name { get; }

    /// <summary>The prices in order of days.</summary>
    public IReadOnlyList<(DateOnly Day, decimal Price)> Prices { get; }

    /// <summary>ISO 4217; null when the file does not tell it.</summary>
    public string? Currency { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">A line cannot be read; the message says which and how it should be.</exception>
    public static async Task<BenchmarkFile> ReadAsync(string name, TextReader file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        var prices = new SortedDictionary<DateOnly, decimal>();
        string? currency = null;
        for (var number = 1; await file.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line; number++)
        {
            if (number > MostLines)
            {
                throw Wrong($"The price file has more than {MostLines} lines. Leave out days that are not needed.");
            }

            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            var cells = line.TrimStart('\uFEFF').Split(line.Contains(';', StringComparison.Ordinal) ? ';' : line.Contains('\t', StringComparison.Ordinal) ? '\t' : ',');
            if (!DateOnly.TryParseExact(cells[0].Trim().Trim('"'), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                if (number == 1)
                {
                    continue;
                }

                throw Wrong($"Line {number} of the price file does not begin with a day of the form 2026-01-31.");
            }

            if (cells.Length < 2
                || !decimal.TryParse(cells[1].Trim().Trim('"'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price)
                || price <= 0)
            {
                throw Wrong($"Line {number} of the price file has no price above zero after the day, for example 2026-01-31,101.5.");
            }

            if (!prices.TryAdd(day, price))
            {
                throw Wrong($"The price file has {day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)} twice. Keep one of the two lines.");
            }

            currency = CurrencyOf(cells, number) is not { } told ? currency
                : currency is null || currency == told ? told
                : throw Wrong($"Line {number} of the price file is in {told} and others are in {currency}. Use one currency.");
        }

        return prices.Count == 0
            ? throw Wrong("The price file has no lines with a day and a price, for example 2026-01-31,101.5.")
            : new BenchmarkFile(name, [.. prices.Select(p => (p.Key, p.Value))], currency);
    }

    private static string? CurrencyOf(string[] cells, int number) => cells.Length < 3 || cells[2].Trim().Trim('"') is not { Length: > 0 } text ? null
        : text.Length == 3 && text.All(char.IsAsciiLetter) ? text.ToUpperInvariant()
        : throw Wrong($"Line {number} of the price file has '{(text.Length > 10 ? text[..10] : text)}' where a currency like INR belongs.");

    private static InputException Wrong(string message) => new(message, "benchmark");
}
