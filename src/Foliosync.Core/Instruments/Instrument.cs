using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Instruments;

/// <summary>What can be held. Shared by all users; identified by ISIN, else MIC and symbol, else a broker's key.</summary>
public sealed class Instrument
{
    /// <summary>Id.</summary>
    public Guid Id { get; set; }

    /// <summary>ISO 6166; unique; null when no broker has told it.</summary>
    public string? Isin { get; set; }

    /// <summary>ISO 10383 of the exchange it was first seen on; null when unknown or not traded on one.</summary>
    public string? Mic { get; set; }

    /// <summary>Symbol under which it was first seen.</summary>
    public required string Symbol { get; set; }

    /// <summary>Full name; null while unknown.</summary>
    public string? Name { get; set; }

    /// <summary>The kind of instrument.</summary>
    public AssetClass AssetClass { get; set; }

    /// <summary>Currency of its prices as ISO 4217.</summary>
    public required string Currency { get; set; }
}

/// <summary>How one broker calls an instrument.</summary>
public sealed class InstrumentAlias
{
    /// <summary>The broker's id.</summary>
    public required string BrokerId { get; set; }

    /// <summary>The broker's key.</summary>
    public required string Key { get; set; }

    /// <summary>The instrument.</summary>
    public Guid InstrumentId { get; set; }
}

/// <summary>Price of one unit on one day by one source. A later price of the same day replaces an earlier one.</summary>
public sealed class Price
{
    /// <summary>The instrument.</summary>
    public Guid InstrumentId { get; set; }

    /// <summary>Day in the source's time zone.</summary>
    public DateOnly Day { get; set; }

    /// <summary>Who said so, for example <c>zerodha</c>.</summary>
    public required string Source { get; set; }

    /// <summary>Price of one unit in <see cref="Currency"/>.</summary>
    public decimal Value { get; set; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; set; }

    /// <summary>UTC instant of the price.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>UTC instant at which it was read; null when it was stored before that was kept.</summary>
    public DateTimeOffset? FetchedAt { get; set; }
}
