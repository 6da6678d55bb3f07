namespace Foliosync.Brokers.Contract;

/// <summary>What is known about a broker before the first call. Data only.</summary>
public sealed record BrokerManifest
{
    /// <summary>Permanent id: lower case letters, digits and hyphens, equal to the folder's name in lower case. Stored in databases.</summary>
    public required string Id { get; init; }

    /// <summary>The name people know.</summary>
    public required string Name { get; init; }

    /// <summary>Home country as ISO 3166-1 alpha-2, for example <c>IN</c>.</summary>
    public required string Country { get; init; }

    /// <summary>The broker's home page.</summary>
    public required Uri Homepage { get; init; }

    /// <summary>Where the broker documents its API or files.</summary>
    public required Uri DocsUrl { get; init; }

    /// <summary>Base address of the API; null for a broker that is not read over the network. Adapters use relative addresses only.</summary>
    public Uri? ApiUrl { get; init; }

    /// <summary>The page where a person logs in; null without <see cref="IInteractiveLogin"/>.</summary>
    public Uri? LoginUrl { get; init; }

    /// <summary>Every host that the adapter may call. A call to any other host is refused by the engine.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>What a person must give. Drives the form, the command line, validation, encryption and redaction.</summary>
    public IReadOnlyList<CredentialField> Credentials { get; init; } = [];

    /// <summary>How often the broker may be called; null when it sets no limit.</summary>
    public RateLimit? RateLimit { get; init; }

    /// <summary>One sentence for people: how long a session lives and what ends it.</summary>
    public required string SessionRule { get; init; }

    /// <summary>True when a sync never needs a person, once connected.</summary>
    public required bool Unattended { get; init; }

    /// <summary>How far the adapter has come.</summary>
    public required BrokerMaturity Maturity { get; init; }

    /// <summary>IANA time zone of the broker's trading day, for example <c>Asia/Kolkata</c>.</summary>
    public required string TimeZone { get; init; }

    /// <summary>How often a sync is worth it; null to use the instance's setting, or none when <see cref="SyncTimes"/> say enough.</summary>
    public TimeSpan? SuggestedInterval { get; init; }

    /// <summary>
    /// Times of the day, in <see cref="TimeZone"/>, at which a sync is most worth it, for example after the market has closed and settled.
    /// Connections are spread over the quarter of an hour that follows.
    /// </summary>
    public IReadOnlyList<TimeOnly> SyncTimes { get; init; } = [];

    /// <summary>How far back the broker tells transactions: zero for the present day only, null for everything it has.</summary>
    public TimeSpan? HistoryDepth { get; init; }

    /// <summary>
    /// True when the average price that it tells is that of the units bought last, because those bought first leave first; false for a moving
    /// average of all purchases.
    /// </summary>
    public bool AverageIsFifo { get; init; }

    /// <summary>What the broker documents of its answers; a route that is not listed is not watched.</summary>
    public IReadOnlyList<KnownAnswer> KnownAnswers { get; init; } = [];
}

/// <summary>One thing that a person must give to connect.</summary>
/// <param name="Key">Permanent camelCase key, unique in the manifest.</param>
/// <param name="Label">What the form says.</param>
/// <param name="Kind">How it is asked for and kept.</param>
public sealed record CredentialField(string Key, string Label, CredentialKind Kind)
{
    /// <summary>True when a connection cannot be saved without it.</summary>
    public bool Required { get; init; } = true;

    /// <summary>Where to find it, in one or two sentences; null when the label says all.</summary>
    public string? Help { get; init; }

    /// <summary>Regular expression that the whole value must match; null for any text.</summary>
    public string? Pattern { get; init; }

    /// <summary>The values to choose from, for <see cref="CredentialKind.Choice"/> only.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];
}

/// <summary>How a credential is asked for and kept. All kinds are encrypted at rest.</summary>
public enum CredentialKind
{
    /// <summary>Plain text that may be shown again.</summary>
    Text,

    /// <summary>Never shown again, redacted everywhere.</summary>
    Secret,

    /// <summary>One of a few values.</summary>
    Choice,

    /// <summary>Asked for at each login, never stored.</summary>
    OneTimeCode,
}

/// <summary>How far an adapter has come. The rules of each stage are in <c>docs/contributing/adding-a-broker.md</c>.</summary>
public enum BrokerMaturity
{
    /// <summary>Works on recordings; not yet proven by real use.</summary>
    Experimental,

    /// <summary>Every error kind recorded, an owner named, a month of real use.</summary>
    Supported,

    /// <summary>Transactions, cash and corporate actions too.</summary>
    Exemplary,
}

/// <summary>In no sliding window of length <paramref name="Window"/> more than <paramref name="Permits"/> calls.</summary>
/// <param name="Permits">Calls allowed, at least 1.</param>
/// <param name="Window">Length of the sliding window.</param>
/// <param name="CredentialKey">
/// The credential whose value shares the limit (for example an API key used by several logins); null for one limit a connection.
/// </param>
public sealed record RateLimit(int Permits, TimeSpan Window, string? CredentialKey = null);
