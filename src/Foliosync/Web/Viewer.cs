using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Foliosync.Core.Users;

namespace Foliosync.Web;

/// <summary>The person a page is made for: who, which rows are theirs, and how they like to see things. One for each request.</summary>
internal sealed class Viewer
{
    private readonly SignedIn? _signedIn;

    private Viewer(SignedIn? signedIn, string? asked)
    {
        _signedIn = signedIn;
        Preferences = signedIn?.Preferences ?? new UserPreferences();
        Language = Preferences.Language ?? asked ?? PreferenceSetup.Languages[0];
        Formats = new Formats(Preferences, Language);
    }

    /// <summary>False on the pages for those who have not signed in.</summary>
    public bool IsSignedIn => _signedIn is not null;

    /// <summary>The session; only when signed in.</summary>
    public SignedIn Session => _signedIn ?? throw new InvalidOperationException("Nobody is signed in.");

    /// <summary>The person's id; only when signed in.</summary>
    public Guid UserId => Session.UserId;

    /// <summary>The person's e-mail; only when signed in.</summary>
    public string Email => Session.Email;

    /// <summary>What the person may do; only when signed in.</summary>
    public UserRole Role => Session.Role;

    /// <summary>True for those who run the instance; only when signed in.</summary>
    public bool IsOperator => Session.IsOperator;

    /// <summary>True when the person may change things; false for those who only read.</summary>
    public bool MayWrite => Role != UserRole.ReadOnly;

    /// <summary>A portfolio's name; of a shared one with the e-mail of who shares it.</summary>
    public string NameOf(Portfolio portfolio) => Rows.FindShared(portfolio.Id) is { } shared ? $"{portfolio.Name} · {shared.OwnerEmail}" : portfolio.Name;

    /// <summary>True when the person may tell what happened in a portfolio that is seen: in an own one, or as an editor.</summary>
    public bool MayChange(Guid portfolioId) => MayWrite && Rows.FindShared(portfolioId) is not { Role: ShareRole.Viewer };

    /// <summary>True when the person may set up a portfolio that is seen, and what hangs on it: in an own one only.</summary>
    public bool MaySetUp(Guid portfolioId) => MayWrite && Rows.FindShared(portfolioId) is null;

    /// <summary>The rows that the person may see; only when signed in.</summary>
    public OwnerScope Rows => Session.Rows;

    /// <summary>The person as the one who makes a change; only when signed in.</summary>
    public Actor Actor => Actor.Person(Rows, "web");

    /// <summary>How the person likes to see things.</summary>
    public UserPreferences Preferences { get; }

    /// <summary>Language of the pages, ISO 639.</summary>
    public string Language { get; }

    /// <summary>Numbers and days as the person writes them.</summary>
    public Formats Formats { get; }

    /// <summary>The viewer of a request.</summary>
    public static Viewer Of(HttpContext? http) => new(http?.Features.Get<SignedIn>(), AskedLanguage(http));

    /// <summary>Somebody with these preferences, for components outside of a request.</summary>
    public static Viewer For(SignedIn signedIn) => new(signedIn, asked: null);

    // The first language of the browser that there are texts in.
    private static string? AskedLanguage(HttpContext? http) =>
        http?.Request.GetTypedHeaders().AcceptLanguage
            .OrderByDescending(l => l.Quality ?? 1)
            .Select(l => l.Value.Value?.Split('-')[0].ToLowerInvariant())
            .FirstOrDefault(l => PreferenceSetup.Languages.Contains(l));
}
