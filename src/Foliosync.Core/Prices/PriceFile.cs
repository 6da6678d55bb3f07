using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Prices;

/// <summary>A price that a file of prices tells.</summary>
/// <param name="Isin">ISO 6166 of the instrument.</param>
/// <param name="Key">The source's own key of the row, for example a scheme code.</param>
/// <param name="Day">The day it is for.</param>
/// <param name="Value">Of one unit in <paramref name="Currency"/>.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Rank">Among rows of one ISIN and day the lowest counts.</param>
internal sealed record FilePrice(string Isin, string Key, DateOnly Day, decimal Value, string Currency, int Rank = 0);

/// <summary>A file with the prices of many instruments, published once a day. Stateless.</summary>
internal interface IPriceFile
{
    /// <summary>Who publishes it.</summary>
    PriceSource Source { get; }

    /// <summary>What kinds of instruments it has.</summary>
    IReadOnlyList<AssetClass> Kinds { get; }

    /// <summary>True when a page for people in place of the file says that there is none for the day.</summary>
    bool PageMeansNoFile { get; }

    /// <summary>The file that is the newest at an instant, relative to the source's folder.</summary>
    string AddressAt(DateTimeOffset now);

    /// <summary>When it should be asked next.</summary>
    DateTimeOffset NextAfter(DateTimeOffset now);

    /// <summary>The instant of the prices of a day.</summary>
    DateTimeOffset InstantOf(DateOnly day);

    /// <summary>Reads the file as it comes.</summary>
    /// <exception cref="BrokerException">InvalidData: it is not such a file.</exception>
    IAsyncEnumerable<FilePrice> ReadAsync(FetchedFile file, CancellationToken cancellationToken);
}
