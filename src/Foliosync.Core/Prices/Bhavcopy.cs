using System.Globalization;
using System.Runtime.CompilerServices;
using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Prices;

/// <summary>
/// Closing prices of all that was traded on an Indian exchange on one day, in the common form of NSE and BSE ("UDiFF bhavcopy").
/// What was not traded that day is not in it.
/// </summary>
internal sealed class Bhavcopy : IPriceFile
{
    // A share can stand in several series. Block deals (BL) have a price of their own and do not count.
    private static readonly string[] SeriesByRank = ["EQ", "BE", "BZ", "SM", "ST"];

    private static readonly PublishingTimes Times = new("Asia/Kolkata", everyDay: false, new TimeOnly(17, 15));

    private readonly string _addressFormat;

    private Bhavcopy(PriceSource source, string addressFormat, bool pageMeansNoFile)
    {
        Source = source;
        PageMeansNoFile = pageMeansNoFile;
        _addressFormat = addressFormat;
    }

    public static Bhavcopy OfNse { get; } = new(PriceSource.Nse, "'BhavCopy_NSE_CM_0_0_0_'yyyyMMdd'_F_0000.csv.zip'", pageMeansNoFile: false);

    public static Bhavcopy OfBse { get; } = new(PriceSource.Bse, "'BhavCopy_BSE_CM_0_0_0_'yyyyMMdd'_F_0000.CSV'", pageMeansNoFile: true);

    public PriceSource Source { get; }

    public IReadOnlyList<AssetClass> Kinds { get; } =
        [AssetClass.Equity, AssetClass.Etf, AssetClass.Bond, AssetClass.GovernmentBond, AssetClass.Fund, AssetClass.Other];

    public bool PageMeansNoFile { get; }

    public string AddressAt(DateTimeOffset now) => Times.LastPublished(now).ToString(_addressFormat, CultureInfo.InvariantCulture);

    public DateTimeOffset NextAfter(DateTimeOffset now) => Times.NextAfter(now);

    public DateTimeOffset InstantOf(DateOnly day) => Times.At(day, new TimeOnly(15, 30));

    public async IAsyncEnumerable<FilePrice> ReadAsync(FetchedFile file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var bytes = await file.ReadAllAsync(cancellationToken).ConfigureAwait(false);
        // NSE packs the file and BSE does not.
        var csv = bytes.ReadByte() == 'P' && bytes.ReadByte() == 'K' ? Unpack(bytes) : bytes;
        csv.Position = 0;
        using var reader = new StreamReader(csv);
        foreach (var price in Read(reader, Source.Name))
        {
            yield return price;
        }
    }

    /// <summary>Reads the table.</summary>
    /// <exception cref="BrokerException">InvalidData: it is not such a table.</exception>
    public static IEnumerable<FilePrice> Read(TextReader csv, string from)
    {
        var names = csv.ReadLine()?.TrimStart('\uFEFF').Split(',') ?? [];
        var (day, isin, symbol, series, close) = (Find("TradDt"), Find("ISIN"), Find("TckrSymb"), Find("SctySrs"), Find("ClsPric"));
        while (csv.ReadLine() is { } line)
        {
            var cells = line.Split(',', StringSplitOptions.TrimEntries);
            if (cells.Length != names.Length || cells[isin].Length != 12 || cells[series] == "BL" || cells[close] is "" or "-")
            {
                continue;
            }

            if (!DateOnly.TryParseExact(cells[day], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var traded)
                || !decimal.TryParse(cells[close], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            {
                throw Unreadable(from, "ClsPric");
            }

            var rank = Array.IndexOf(SeriesByRank, cells[series]);
            yield return new FilePrice(
                cells[isin], $"{cells[symbol]}-{cells[series]}", traded, value, "INR", rank < 0 ? SeriesByRank.Length : rank);
        }

        int Find(string name) => Array.IndexOf(names, name) is >= 0 and var index ? index : throw Unreadable(from, name);
    }

    private MemoryStream Unpack(MemoryStream archive)
    {
        archive.Position = 0;
        return SingleFileArchive.Unpack(archive, Source.Name, PriceHttp.MaxBytes);
    }

    private static BrokerException Unreadable(string from, string where) =>
        BrokerException.InvalidData($"{from} sent closing prices of a form that is not known. The prices of before are kept.", where);
}
