namespace Foliosync.Core.Prices;

/// <summary>Reads one source and stores what it has.</summary>
internal interface IPriceFeed
{
    /// <summary>What is read.</summary>
    PriceSource Source { get; }

    /// <summary>Permanent name of the recurring job that reads it.</summary>
    string JobName { get; }

    /// <summary>True when anything stored needs it.</summary>
    Task<bool> IsNeededAsync(CancellationToken cancellationToken);

    /// <summary>Asks the source and stores the answer.</summary>
    /// <param name="state">What is known of the source's file; the feed notes the file in it once its content is stored.</param>
    /// <param name="isWanted">True when a person asks now; false lets it leave out what cannot have changed.</param>
    /// <param name="cancellationToken">Stops it; what is stored stays.</param>
    /// <returns>How many prices or rates were written.</returns>
    /// <exception cref="Brokers.Contract.BrokerException">The source cannot be read.</exception>
    Task<int> FetchAsync(PriceFeedState state, bool isWanted, CancellationToken cancellationToken);

    /// <summary>When to ask again, after a time that went well.</summary>
    Task<DateTimeOffset> NextAfterAsync(DateTimeOffset now, CancellationToken cancellationToken);
}
