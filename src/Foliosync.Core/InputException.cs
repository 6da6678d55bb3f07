namespace Foliosync.Core;

/// <summary>What a person gave cannot be used. The message is one sentence that says what to do, without secrets.</summary>
/// <param name="message">For the person.</param>
/// <param name="field">The camelCase name of the input, for example <c>label</c> or <c>credentials.apiKey</c>; null when it is not one input.</param>
public sealed class InputException(string message, string? field = null) : Exception(message)
{
    /// <summary>The camelCase name of the input; null when it is not one input.</summary>
    public string? Field { get; } = field;
}

/// <summary>There is no such row, or it belongs to someone else: the two are not told apart.</summary>
/// <param name="what">What was looked for, for example <c>connection</c>.</param>
public sealed class NotFoundException(string what) : Exception($"There is no {what} with this id.")
{
    /// <summary>What was looked for.</summary>
    public string What => what;
}

/// <summary>What was asked for does not go now, as things stand. The message is one sentence that says why and what to do.</summary>
/// <param name="message">For the person.</param>
public class RefusedException(string message) : Exception(message);

/// <summary>What was asked for does not go at this moment, and will when something that is at work is done.</summary>
/// <param name="message">For the person.</param>
public sealed class BusyException(string message) : RefusedException(message);
