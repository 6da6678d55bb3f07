namespace Foliosync.Core.Prices;

/// <summary>What one euro cost on one day by one source. The history is kept; shared by all users.</summary>
public sealed class FxRate
{
    /// <summary>ISO 4217; never EUR, whose rate is 1.</summary>
    public required string Currency { get; set; }

    /// <summary>Day for which the source published it.</summary>
    public DateOnly Day { get; set; }

    /// <summary>Who said so, for example <c>ecb</c>.</summary>
    public required string Source { get; set; }

    /// <summary>Units of <see cref="Currency"/> for one euro, as published.</summary>
    public decimal PerEuro { get; set; }

    /// <summary>UTC instant at which it was read.</summary>
    public DateTimeOffset FetchedAt { get; set; }
}

/// <summary>How reading one source of prices or rates stands: what is known of its file, and when to ask again.</summary>
public sealed class PriceFeedState
{
    /// <summary>The source, for example <c>amfi</c>.</summary>
    public required string Source { get; set; }

    /// <summary>The file last read; <see cref="Etag"/> and <see cref="LastModified"/> are of it. Null before the first.</summary>
    public string? Address { get; set; }

    /// <summary>The server's mark of that file; null when it gives none.</summary>
    public string? Etag { get; set; }

    /// <summary>The server's time of that file; null when it gives none.</summary>
    public DateTimeOffset? LastModified { get; set; }

    /// <summary>UTC instant at which the source was last asked; null before the first time.</summary>
    public DateTimeOffset? AskedAt { get; set; }

    /// <summary>UTC instant of the last time without a problem; null before the first.</summary>
    public DateTimeOffset? SucceededAt { get; set; }

    /// <summary>UTC instant before which it is not asked by itself; null for at once.</summary>
    public DateTimeOffset? NextAt { get; set; }

    /// <summary>Failures since the last success.</summary>
    public int Failures { get; set; }

    /// <summary>Why the last time failed, one sentence for people; null when it did not.</summary>
    public string? Problem { get; set; }
}
