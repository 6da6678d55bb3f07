namespace Foliosync.Brokers.Contract;

/// <summary>What a failure means for the connection. The engine's whole error policy hangs on this, never on an HTTP status.</summary>
public enum BrokerErrorKind
{
    /// <summary>The session or the credentials do not work; a person (or a refresh) must log in. Never tried again as it is.</summary>
    AuthExpired,

    /// <summary>Too many calls; <see cref="BrokerException.RetryAfter"/> says when to come back, if the broker said so.</summary>
    RateLimited,

    /// <summary>The broker or the way to it is troubled; the same call may work later.</summary>
    Transient,

    /// <summary>The broker answered something this adapter cannot read. Old data is kept and the adapter needs care.</summary>
    InvalidData,

    /// <summary>This login may not read that, now or ever; the rest may go on.</summary>
    Unsupported,
}

/// <summary>The one exception of an adapter. The message is for the user: one sentence that says what to do, without secrets.</summary>
public sealed class BrokerException : Exception
{
    private BrokerException(BrokerErrorKind kind, string message, Exception? inner)
        : base(message, inner) => Kind = kind;

    /// <summary>What the failure means.</summary>
    public BrokerErrorKind Kind { get; }

    /// <summary>How long the broker asked to wait; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>The broker's own code, for example <c>TokenException</c>; null when there was none.</summary>
    public string? BrokerCode { get; private init; }

    /// <summary>For developers: which field or address, without secrets and personal data; null when the message says all.</summary>
    public string? Detail { get; private init; }

    /// <summary>The session or the credentials do not work.</summary>
    public static BrokerException AuthExpired(string message, string? brokerCode = null, Exception? inner = null) =>
        new(BrokerErrorKind.AuthExpired, message, inner) { BrokerCode = brokerCode };

    /// <summary>The broker asks to be called less often.</summary>
    public static BrokerException RateLimited(string message, TimeSpan? retryAfter, string? brokerCode = null) =>
        new(BrokerErrorKind.RateLimited, message, null) { RetryAfter = retryAfter, BrokerCode = brokerCode };

    /// <summary>The same call may work later.</summary>
    public static BrokerException Transient(
        string message, string? brokerCode = null, TimeSpan? retryAfter = null, string? detail = null, Exception? inner = null) =>
        new(BrokerErrorKind.Transient, message, inner) { BrokerCode = brokerCode, RetryAfter = retryAfter, Detail = detail };

    /// <summary>The answer has not the shape this adapter knows; <paramref name="detail"/> names the field.</summary>
    public static BrokerException InvalidData(string message, string? detail = null, Exception? inner = null) =>
        new(BrokerErrorKind.InvalidData, message, inner) { Detail = detail };

    /// <summary>This login may not read that.</summary>
    public static BrokerException Unsupported(string message, string? brokerCode = null, string? detail = null) =>
        new(BrokerErrorKind.Unsupported, message, null) { BrokerCode = brokerCode, Detail = detail };
}

/// <summary>Something a person should know although the read succeeded. Stored on the run.</summary>
/// <param name="Code">Permanent kebab-case code, for example <c>pledged-units-unclear</c>.</param>
/// <param name="Message">One sentence that names the instrument or row; no secrets, no personal data.</param>
public sealed record BrokerWarning(string Code, string Message);
