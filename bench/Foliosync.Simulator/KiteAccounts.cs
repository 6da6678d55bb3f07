using System.Globalization;

namespace Foliosync.Simulator;

/// <summary>
/// The accounts by their keys. Account n has the api key <c>key{n}</c>, the secret <c>secret{n}</c>, the user id <c>U{n:D6}</c> and
/// until its session ends the access token <c>token{n}</c>; after d such ends it is <c>token{n}d{d}</c>.
/// </summary>
internal sealed class KiteAccounts(int count, int holdings)
{
    private readonly KiteAccount?[] _accounts = new KiteAccount?[count + 1];
    private volatile int _holdings = holdings;

    /// <summary>Holdings of every account that was not given its own number.</summary>
    public int Holdings
    {
        get => _holdings;
        set => _holdings = value;
    }

    /// <summary>The accounts that were called or changed.</summary>
    public IEnumerable<KiteAccount> Used => _accounts.OfType<KiteAccount>();

    public static string ApiKey(int number) => string.Create(CultureInfo.InvariantCulture, $"key{number}");

    public static string ApiSecret(int number) => string.Create(CultureInfo.InvariantCulture, $"secret{number}");

    public static string AccessToken(int number, int sessionEnds) => sessionEnds == 0
        ? string.Create(CultureInfo.InvariantCulture, $"token{number}")
        : string.Create(CultureInfo.InvariantCulture, $"token{number}d{sessionEnds}");

    /// <summary>The account with that number, or null when it does not exist.</summary>
    public KiteAccount? Find(int number)
    {
        if (number < 1 || number >= _accounts.Length)
            return null;

        return _accounts[number]
            ?? Interlocked.CompareExchange(ref _accounts[number], new KiteAccount(number), null)
            ?? _accounts[number];
    }

    /// <summary>The account with that api key, or null.</summary>
    public KiteAccount? FindByApiKey(ReadOnlySpan<char> apiKey) =>
        apiKey.StartsWith("key") && int.TryParse(apiKey[3..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Find(number)
            : null;

    /// <summary>The account that <c>token {api_key}:{access_token}</c> opens, or null when key or token is wrong or old.</summary>
    public KiteAccount? Open(ReadOnlySpan<char> authorization, int sessionDay)
    {
        const string scheme = "token ";
        var colon = authorization.IndexOf(':');
        if (!authorization.StartsWith(scheme) || colon < 0)
            return null;

        var account = FindByApiKey(authorization[scheme.Length..colon]);
        return account is not null && authorization[(colon + 1)..].SequenceEqual(account.AccessToken(sessionDay)) ? account : null;
    }

    public KitePortfolio PortfolioOf(KiteAccount account) => KitePortfolio.Of(account.Number, account.Holdings ?? _holdings);
}

/// <summary>One account, and how often it is called.</summary>
internal sealed class KiteAccount(int number)
{
    private readonly Lock _calling = new();
    private readonly Queue<long> _lastSecond = new();
    private (int Ends, string Token) _token = (0, KiteAccounts.AccessToken(number, 0));
    private int _calls;
    private int _endedAlone;

    public int Number { get; } = number;

    /// <summary>Holdings on the first day; null for as many as all others.</summary>
    public int? Holdings { get; set; }

    /// <summary>Who logs in; another person than the account's to see that it is refused.</summary>
    public string UserId { get; set; } = string.Create(CultureInfo.InvariantCulture, $"U{number:D6}");

    /// <summary>Most calls in any second so far.</summary>
    public int BusiestSecond { get; private set; }

    /// <summary>The token that opens it.</summary>
    /// <param name="sessionDay">How often the sessions of all accounts have ended.</param>
    public string AccessToken(int sessionDay)
    {
        lock (_calling)
        {
            var ends = sessionDay + _endedAlone;
            if (_token.Ends != ends)
                _token = (ends, KiteAccounts.AccessToken(Number, ends));
            return _token.Token;
        }
    }

    /// <summary>Ends its session; only a new login gives the next token.</summary>
    public void EndSession()
    {
        lock (_calling)
            _endedAlone++;
    }

    /// <summary>Counts a call.</summary>
    /// <param name="clock">Source of the time of the call.</param>
    /// <returns>How many calls came before, and how many came in the second that ends now, this one included.</returns>
    public (int Before, int InLastSecond) Count(TimeProvider clock)
    {
        lock (_calling)
        {
            var now = clock.GetTimestamp();
            while (_lastSecond.TryPeek(out var oldest) && clock.GetElapsedTime(oldest, now) >= TimeSpan.FromSeconds(1))
                _lastSecond.Dequeue();

            _lastSecond.Enqueue(now);
            BusiestSecond = Math.Max(BusiestSecond, _lastSecond.Count);
            return (_calls++, _lastSecond.Count);
        }
    }

    public void ForgetCalls()
    {
        lock (_calling)
        {
            _lastSecond.Clear();
            BusiestSecond = 0;
        }
    }
}
