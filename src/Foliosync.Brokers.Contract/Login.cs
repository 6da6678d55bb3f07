namespace Foliosync.Brokers.Contract;

/// <summary>What an adapter needs to build a login link.</summary>
/// <param name="State">Our single-use value. Must come back with the answer; it proves that the answer belongs to this login.</param>
/// <param name="LoginPage">Where the broker's login page is: <see cref="BrokerManifest.LoginUrl"/> or the setting that replaces it.</param>
public sealed record LoginRequest(string State, Uri LoginPage);

/// <summary>What came back: the query of the redirect, or the fields a person typed.</summary>
/// <param name="Values">Names and values as they came. Untrusted.</param>
public sealed record LoginAnswer(IReadOnlyDictionary<string, string> Values)
{
    /// <summary>The value of <paramref name="name"/>, or null when it is missing or blank.</summary>
    public string? Find(string name) => Values.TryGetValue(name, out var value) && !string.IsNullOrWhiteSpace(value) ? value : null;
}

/// <summary>One step of an interactive login.</summary>
public abstract record LoginStep
{
    private LoginStep()
    {
    }

    /// <summary>Send the person's browser to the broker.</summary>
    /// <param name="Url">Carries the state of the <see cref="LoginRequest"/>.</param>
    public sealed record Redirect(Uri Url) : LoginStep;

    /// <summary>Ask the person for these fields here.</summary>
    /// <param name="Fields">Shown in this order.</param>
    public sealed record Ask(IReadOnlyList<CredentialField> Fields) : LoginStep;

    /// <summary>The login is complete.</summary>
    /// <param name="Token">The new session.</param>
    /// <param name="Identity">Who logged in. The engine refuses a person other than the connection's.</param>
    public sealed record Done(BrokerToken Token, BrokerIdentity Identity) : LoginStep;
}
