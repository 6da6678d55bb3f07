using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Foliosync.Brokers.Contract;

/// <summary>Everything an adapter may use for one sync of one connection.</summary>
/// <param name="Http">
/// Reaches the hosts of the manifest and no other, with its base address set. Time-outs, rate limit, size limit, decompression
/// and short retries of broken connections are built in. Belongs to the engine: never disposed by an adapter.
/// </param>
/// <param name="Credentials">What the person gave.</param>
/// <param name="Token">The broker's short-lived session; null before the first login and for brokers without sessions.</param>
/// <param name="Clock">The only source of time.</param>
public sealed record BrokerSession(HttpClient Http, CredentialValues Credentials, BrokerToken? Token, TimeProvider Clock);

/// <summary>A text that must not be seen. Prints as <c>hidden</c> wherever it lands; only <see cref="Reveal"/> gives the text.</summary>
public sealed class Secret : IEquatable<Secret>
{
    private readonly string _value;

    /// <summary>Wraps a text.</summary>
    public Secret(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value;
    }

    /// <summary>The text itself. Call it only where the text is sent to the broker or sealed by the vault.</summary>
    public string Reveal() => _value;

    /// <summary>Always <c>hidden</c>.</summary>
    public override string ToString() => "hidden";

    /// <inheritdoc/>
    public bool Equals(Secret? other) => other is not null && string.Equals(_value, other._value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Secret);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_value);
}

/// <summary>Credential values by <see cref="CredentialField.Key"/>. Prints no value.</summary>
public sealed class CredentialValues : IReadOnlyCollection<KeyValuePair<string, Secret>>
{
    private readonly Dictionary<string, Secret> _values;

    /// <summary>Takes a copy of <paramref name="values"/>.</summary>
    public CredentialValues(IEnumerable<KeyValuePair<string, Secret>> values) => _values = new(values, StringComparer.Ordinal);

    /// <summary>No credentials at all.</summary>
    public static CredentialValues Empty { get; } = new([]);

    /// <summary>How many values there are.</summary>
    public int Count => _values.Count;

    /// <summary>The text of a required credential.</summary>
    /// <exception cref="BrokerException">Of kind <see cref="BrokerErrorKind.AuthExpired"/> when it is missing.</exception>
    public string Require(string key) => _values.TryGetValue(key, out var value)
        ? value.Reveal()
        : throw BrokerException.AuthExpired($"The credential '{key}' is missing. Enter it in the connection's settings.");

    /// <summary>The text of an optional credential, or null.</summary>
    public string? Find(string key) => _values.GetValueOrDefault(key)?.Reveal();

    /// <summary>Looks a value up without revealing it.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out Secret? value) => _values.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Secret>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The keys only, for example <c>apiKey=hidden, apiSecret=hidden</c>.</summary>
    public override string ToString() => string.Join(", ", _values.Select(v => $"{v.Key}={v.Value}"));
}

/// <summary>The broker's short-lived proof of a login.</summary>
/// <param name="Value">Sent with each call.</param>
/// <param name="ExpiresAt">UTC instant from which the broker refuses it; null when unknown or never.</param>
/// <param name="RefreshValue">Used by <see cref="ITokenRefresh"/>; null when the broker gives none.</param>
public sealed record BrokerToken(Secret Value, DateTimeOffset? ExpiresAt = null, Secret? RefreshValue = null);

/// <summary>Who the broker says the login belongs to.</summary>
/// <param name="UserId">The broker's permanent id of the person. A connection never changes to another one.</param>
/// <param name="DisplayName">For people; may be empty.</param>
public sealed record BrokerIdentity(string UserId, string DisplayName);
