using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Files;

/// <summary>
/// For whatever a person has files of and no adapter reads: a connection without a login, with one account for each source. It reads no
/// files itself; the readers of all formats do.
/// </summary>
internal sealed class FilesBroker : IBroker
{
    private const string Source = "source";
    private const string Currency = "currency";
    private const string UsualCurrency = "INR";

    public BrokerManifest Manifest { get; } = new()
    {
        Id = "files",
        Name = "Files from anywhere",
        Country = "ZZ", // of no country
        Homepage = new Uri("https://files.example/"),
        DocsUrl = new Uri("https://files.example/docs"),
        SessionRule = "There is nothing to log in to: import files, in the Foliosync format or in any other that is read.",
        Unattended = false,
        Maturity = BrokerMaturity.Experimental,
        TimeZone = "Etc/UTC",
        Credentials =
        [
            new CredentialField(Source, "Source", CredentialKind.Text)
            {
                Required = false,
                Help = "Where the files come from, for example the name of a bank. Each source is an account of its own.",
                Pattern = ".{1,100}",
            },
            new CredentialField(Currency, "Main currency", CredentialKind.Text) { Required = false, Help = "ISO 4217, for example USD; INR if left out.", Pattern = "[A-Z]{3}" },
        ],
    };

    /// <summary>There is nobody to ask: a source is who it says it is.</summary>
    public Task<BrokerIdentity> CheckAsync(BrokerSession session, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var source = Given(session, Source) ?? Manifest.Name;
        return Task.FromResult(new BrokerIdentity(source.ToUpperInvariant(), source));
    }

    public async Task<IReadOnlyList<ReportedAccount>> ListAccountsAsync(BrokerSession session, CancellationToken cancellationToken)
    {
        var identity = await CheckAsync(session, cancellationToken).ConfigureAwait(false);
        return [new ReportedAccount("files", identity.DisplayName, Given(session, Currency) ?? UsualCurrency)];
    }

    private static string? Given(BrokerSession session, string key) =>
        session.Credentials.FirstOrDefault(c => c.Key == key).Value?.Reveal().Trim() is { Length: > 0 } text ? text : null;
}
