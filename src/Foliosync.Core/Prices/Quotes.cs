using Foliosync.Core.Instruments;

namespace Foliosync.Core.Prices;

/// <summary>A closing price.</summary>
/// <param name="Day">Day of the exchange.</param>
/// <param name="Close">Of one unit, adjusted for splits and not for dividends.</param>
/// <param name="Currency">ISO 4217, never a hundredth of one.</param>
/// <param name="At">UTC instant of the price.</param>
internal sealed record Quote(DateOnly Day, decimal Close, string Currency, DateTimeOffset At);

/// <summary>A source that is asked for one instrument at a time. Stateless.</summary>
internal interface IQuoteSource
{
    /// <summary>Who it is.</summary>
    PriceSource Source { get; }

    /// <summary>Where the last days' prices of an instrument are, relative to the source's folder; null when it has no name there.</summary>
    string? AddressOf(Instrument instrument, DateOnly today);

    /// <summary>Reads an answer; empty when the source does not know the instrument.</summary>
    /// <exception cref="Brokers.Contract.BrokerException">The answer is not one with prices.</exception>
    IReadOnlyList<Quote> Read(Stream body, Instrument instrument);
}
