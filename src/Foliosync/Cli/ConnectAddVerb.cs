using System.CommandLine;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Spectre.Console;

namespace Foliosync.Cli;

/// <summary><c>foliosync connect add</c>. What is not given is asked for, in the words of the broker's manifest.</summary>
internal static class ConnectAddVerb
{
    private const string DefaultPortfolio = "Main";

    private static readonly Option<string> Broker = new("--broker") { Description = "The broker; 'foliosync broker list' shows them", HelpName = "ID", Required = true };
    private static readonly Option<string?> User = new("--user") { Description = "Whose it is; may be left out while there is one person only", HelpName = "EMAIL" };
    private static readonly Option<string> Portfolio = new("--portfolio")
    {
        Description = "The portfolio it counts for; made when it is missing",
        HelpName = "NAME",
        DefaultValueFactory = _ => DefaultPortfolio,
    };

    private static readonly Option<string?> Label = new("--label") { Description = "What you call it; the broker's name if left out", HelpName = "TEXT" };
    private static readonly Option<string[]> Credential = new("--credential")
    {
        Description = "A credential as key=value. Other users of this machine can see it while the command runs: better use stdin for secrets",
        HelpName = "KEY=VALUE",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<bool> CredentialsStdin = new("--credentials-stdin")
    {
        Description = "Read credentials from stdin: {\"apiKey\":\"…\"} or {\"credentials\":{…},\"session\":{\"token\":\"…\",\"expiresAt\":\"…\"}}",
    };

    private static readonly Option<bool> SessionStdin = new("--session-stdin")
    {
        Description = "Read a session you have already from stdin: the token alone, or {\"token\":\"…\",\"expiresAt\":\"…\"}",
    };

    private static readonly Option<string[]> Reads = new("--reads")
    {
        Description = "What to read, for example holdings,funds; everything the broker can if left out",
        HelpName = "KINDS",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<bool> NoCheck = new("--no-check") { Description = "Save without asking the broker first" };

    public static Command Create() => Verb.Create(
        "add", "Connect to a broker", RunAsync, Broker, User, Portfolio, Label, Credential, CredentialsStdin, SessionStdin, Reads, NoCheck);

    private static async Task RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var broker = FindBroker(context);
        var reads = ParseReads(context.Get(Reads)!);
        var owner = await OwnerAsync(context, cancellationToken);
        var (credentials, session) = await SecretsAsync(context, broker, cancellationToken);
        var portfolioId = await PortfolioAsync(context, owner, cancellationToken);

        // A broker that wants a login cannot be asked before it.
        var waitsForLogin = broker.NeedsLogin && session is null;
        var connection = await context.Service<ConnectionSetup>().CreateAsync(
            new NewConnection(owner, portfolioId, broker.Manifest.Id, context.Get(Label), credentials, session, reads),
            check: !context.Get(NoCheck) && !waitsForLogin,
            Actor.CommandLine,
            cancellationToken);

        var state = connection.Sync!.State;
        context.Output.Result(
            new
            {
                connection.Id,
                Broker = connection.BrokerId,
                connection.Label,
                Reads = ReadKindNames.ToNames(connection.Reads),
                State = state,
                Accounts = connection.Accounts.Select(a => new { a.Id, a.ExternalId, a.Name }),
                Session = new { ExpiresAt = connection.SessionExpiresAt },
            },
            console =>
            {
                console.Line($"'{connection.Label}' is connected: {connection.Id}");
                console.Line(connection switch
                {
                    _ when state == ConnectionState.NeedsLogin => $"Log in next: foliosync connect login {connection.Id}",
                    { Reads: ReadKinds.None } when connection.Accounts.FirstOrDefault() is { } account =>
                        $"Import its files: foliosync import FILE --account {account.Id}",
                    _ => $"Sync it: foliosync sync --connection {connection.Id}",
                });
            });
    }

    private static BrokerDescription FindBroker(VerbContext context)
    {
        var all = BrokerDescription.AllOf(context.Service<BrokerCatalog>());
        var id = context.Get(Broker)!;
        return all.FirstOrDefault(b => b.Manifest.Id.Equals(id, StringComparison.OrdinalIgnoreCase))
            ?? throw new UsageException($"There is no broker '{id}'. Choose one of: {string.Join(", ", all.Select(b => b.Manifest.Id))}.");
    }

    private static ReadKinds? ParseReads(string[] given)
    {
        var names = given.SelectMany(g => g.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToList();
        if (names.Count == 0)
        {
            return null;
        }

        return ReadKindNames.TryParse(names, out var kinds)
            ? kinds
            : throw new UsageException($"--reads takes: {string.Join(", ", ReadKindNames.ToNames((ReadKinds)~0))}.");
    }

    private static async Task<Guid> OwnerAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var accounts = context.Service<UserAccounts>();
        if (context.Get(User) is { } email)
        {
            return (await accounts.GetAsync(email, cancellationToken)).Id;
        }

        return await accounts.ListAsync(cancellationToken) switch
        {
            [var only] => only.Id,
            [] => throw new UsageException("There is nobody yet. Add somebody first with 'foliosync user add EMAIL'."),
            _ => throw new UsageException("Say whose connection it is with --user EMAIL."),
        };
    }

    private static async Task<Guid> PortfolioAsync(VerbContext context, Guid owner, CancellationToken cancellationToken)
    {
        var name = context.Get(Portfolio)!.Trim();
        await using var db = context.OpenDatabase();
        var known = await db.Portfolios.SingleOrDefaultAsync(p => p.OwnerId == owner && p.Name == name, cancellationToken);
        return known?.Id
            ?? (await context.Service<PortfolioSetup>().CreateAsync(owner, name, baseCurrency: null, Actor.CommandLine, cancellationToken)).Id;
    }

    private static async Task<(Dictionary<string, string> Credentials, BrokerToken? Session)> SecretsAsync(
        VerbContext context, BrokerDescription broker, CancellationToken cancellationToken)
    {
        var credentials = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in context.Get(Credential)!)
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new UsageException("--credential takes key=value, for example --credential apiKey=….");
            }

            credentials[pair[..equals]] = pair[(equals + 1)..];
        }

        BrokerToken? session = null;
        if (context.Get(CredentialsStdin) || context.Get(SessionStdin))
        {
            var piped = PipedSecrets.Read(
                await Console.In.ReadToEndAsync(cancellationToken), context.Get(CredentialsStdin), context.Get(SessionStdin));
            session = piped.Session;
            foreach (var (key, value) in piped.Credentials)
            {
                credentials[key] = value;
            }
        }
        else if (context.Output.CanAsk)
        {
            foreach (var field in broker.Manifest.Credentials.Where(f => f.Kind != CredentialKind.OneTimeCode && !credentials.ContainsKey(f.Key)))
            {
                if (await context.Output.AskAsync(field, cancellationToken) is { Length: > 0 } value)
                {
                    credentials[field.Key] = value;
                }
            }
        }

        return (credentials, session);
    }
}
