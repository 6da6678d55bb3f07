using System.Globalization;
using System.Runtime.CompilerServices;
using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Prices;

/// <summary>
/// Net asset values of all Indian mutual funds, as AMFI publishes them. Columns are found by their names, because the layout has
/// changed and the history has another. Rows of dead schemes keep their old day.
/// </summary>
internal sealed class AmfiNavs : IPriceFile
{
    private const string Unreadable = "AMFI sent a file that has not the known columns. The prices of before are kept.";

    // The file grows through the evening and is whole on the next morning.
    private static readonly PublishingTimes Times = new("Asia/Kolkata", everyDay: true, new TimeOnly(10, 0), new TimeOnly(23, 30));

    public PriceSource Source => PriceSource.Amfi;

    public IReadOnlyList<AssetClass> Kinds { get; } = [AssetClass.MutualFund, AssetClass.Fund, AssetClass.Etf, AssetClass.Other];

    public bool PageMeansNoFile => false;

    public string AddressAt(DateTimeOffset now) => "NAVAll.txt";

    public DateTimeOffset NextAfter(DateTimeOffset now) => Times.NextAfter(now);

    // A value is made from the closing prices of its day.
    public DateTimeOffset InstantOf(DateOnly day) => Times.At(day, new TimeOnly(15, 30));

    public IAsyncEnumerable<FilePrice> ReadAsync(FetchedFile file, CancellationToken cancellationToken) => ReadAsync(file.Body, cancellationToken);

    /// <summary>Reads the file of the day or the history report. A scheme with two ISINs comes twice.</summary>
    public static async IAsyncEnumerable<FilePrice> ReadAsync(Stream text, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(text, leaveOpen: true);
        Columns? columns = null;
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.StartsWith("Scheme Code;", StringComparison.Ordinal))
            {
                columns = Columns.Of(line);
                continue;
            }

            // Between the rows stand blank lines, categories and fund houses; only a row begins with the number of its scheme.
            var cells = line.Split(';', StringSplitOptions.TrimEntries);
            if (columns is null || cells.Length != columns.Count || !int.TryParse(cells[0], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                continue;
            }

            if (!decimal.TryParse(cells[columns.Nav], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var nav) || nav == 0)
            {
                // "N.A." and 0 both say that there is none.
                continue;
            }

            if (!DateOnly.TryParseExact(cells[columns.Day], "dd-MMM-yyyy", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                throw BrokerException.InvalidData(Unreadable, "Date");
            }

            foreach (var isin in new[] { cells[columns.Growth], cells[columns.Reinvestment] })
            {
                if (isin.Length == 12)
                {
                    yield return new FilePrice(isin, cells[0], day, nav, "INR");
                }
            }
        }

        if (columns is null)
        {
            throw BrokerException.InvalidData(Unreadable, "header");
        }
    }

    private sealed record Columns(int Count, int Growth, int Reinvestment, int Nav, int Day)
    {
        public static Columns Of(string header)
        {
            var names = header.Split(';').Select(n => n.Replace(" ", string.Empty, StringComparison.Ordinal)).ToList();
            return new Columns(
                names.Count, Find("ISINDivPayout/ISINGrowth"), Find("ISINDivReinvestment"), Find("NetAssetValue"), Find("Date"));

            int Find(string name) => names.IndexOf(name) is >= 0 and var index ? index : throw BrokerException.InvalidData(Unreadable, name);
        }
    }
}
