using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Connections;

/// <summary>What an import made.</summary>
/// <param name="Connections">How many connections.</param>
/// <param name="States">How many in which state; only states that occur.</param>
public sealed record ConnectionImportResult(int Connections, IReadOnlyDictionary<ConnectionState, int> States);

/// <summary>Makes many connections from lines of JSON, without asking any broker: all of them or none.</summary>
public sealed partial class ConnectionImport(Database database, Vault vault, BrokerCatalog catalog, TimeProvider clock)
{
    // Change tracking slows down with the number of rows it watches.
    private const int BatchSize = 500;

    private const string DefaultPortfolio = "Main";

    /// <summary>Reads and stores every line. Portfolios are made by name when they are missing; users must exist.</summary>
    /// <param name="lines">One JSON object a line; blank lines are skipped.</param>
    /// <param name="progress">Told how many connections are written; null for nobody.</param>
    /// <param name="by">Who imports.</param>
    /// <param name="cancellationToken">Stops with nothing stored.</param>
    /// <exception cref="InputException">A line cannot be used; the message gives its number and repeats no secret. Nothing was stored.</exception>
    public async Task<ConnectionImportResult> ImportAsync(
        TextReader lines, IProgress<int>? progress, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(by);
        var now = clock.GetUtcNow();
        await using var db = database.Open(OwnerScope.Everyone);
        db.ChangeTracker.AutoDetectChangesEnabled = false;

        var places = new Places(
            await db.Users.AsNoTracking().ToDictionaryAsync(u => u.NormalizedUserName!, u => u.Id, cancellationToken),
            await db.Portfolios.AsNoTracking().ToDictionaryAsync(p => (p.OwnerId, p.Name), p => p.Id, cancellationToken),
            []);
        var drafts = await ReadAsync(lines, places, now, cancellationToken);

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        db.Portfolios.AddRange(places.New);
        db.AuditEvents.Add(by.Did("connections.imported", drafts.Count.ToString(CultureInfo.InvariantCulture), now));
        await db.SaveChangesAsync(cancellationToken);
        var written = 0;
        foreach (var batch in drafts.Chunk(BatchSize))
        {
            foreach (var draft in batch)
            {
                db.Connections.Add(draft.Connection);
                db.Credentials.AddRange(draft.Seal(vault, now));
            }

            await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
            progress?.Report(written += batch.Length);
        }

        await transaction.CommitAsync(cancellationToken);
        return new ConnectionImportResult(
            drafts.Count, drafts.CountBy(d => d.Connection.Sync!.State).OrderBy(s => s.Key).ToDictionary());
    }

    private async Task<List<ConnectionDraft>> ReadAsync(
        TextReader lines, Places places, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var drafts = new List<ConnectionDraft>();
        for (var number = 1; await lines.ReadLineAsync(cancellationToken) is { } text; number++)
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }

            try
            {
                drafts.Add(Read(text, places, now));
            }
            catch (InputException e)
            {
                throw new InputException(string.Create(CultureInfo.InvariantCulture, $"Line {number}: {e.Message} Nothing was imported."), e.Field);
            }
        }

        return drafts;
    }

    private ConnectionDraft Read(string text, Places places, DateTimeOffset now)
    {
        var line = Parse(text);
        var owner = places.OwnerOf(line.User);
        ReadKinds? reads = null;
        if (line.Reads is { } names)
        {
            reads = ReadKindNames.TryParse(names, out var kinds) ? kinds : throw UnknownReads();
        }

        var draft = ConnectionDraft.From(
            new NewConnection(
                owner,
                Guid.Empty,
                line.Broker ?? string.Empty,
                line.Label,
                line.Credentials ?? [],
                SessionOf(line.Session),
                reads,
                line.Interval is { } interval ? SyncIntervals.Parse(interval) : null),
            catalog,
            now);
        draft.Connection.PortfolioId = places.PortfolioOf(owner, line.Portfolio ?? DefaultPortfolio, now);
        return draft;
    }

    private static ImportLine Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, ImportJson.Default.ImportLine) ?? throw NotALine(null);
        }
        catch (JsonException e)
        {
            // The parser's own message may repeat a piece of a secret; the path does not.
            throw NotALine(e.Path);
        }
    }

    private static BrokerToken? SessionOf(ImportSession? session)
    {
        if (session is null)
        {
            return null;
        }

        return string.IsNullOrWhiteSpace(session.Token)
            ? throw new InputException("The session has no token.", "session.token")
            : new BrokerToken(new Secret(session.Token), session.ExpiresAt?.ToUniversalTime());
    }

    private static InputException NotALine(string? path) => new(
        $"This is not a JSON object of the right form{(path is null or "$" ? string.Empty : $" (see '{path}')")}.");

    private static InputException UnknownReads() => new(
        $"'reads' names something unknown. Choose from: {string.Join(", ", ReadKindNames.ToNames((ReadKinds)~0))}.", "reads");

    /// <summary>Where the lines' names lead.</summary>
    private sealed record Places(
        Dictionary<string, Guid> Users, Dictionary<(Guid Owner, string Name), Guid> Portfolios, List<Portfolio> New)
    {
        public Guid OwnerOf(string? email) =>
            Users.TryGetValue((email ?? string.Empty).Trim().Normalize().ToUpperInvariant(), out var id)
                ? id
                : throw new InputException($"There is no user '{email}'. Add it first with 'foliosync user add'.", "user");

        public Guid PortfolioOf(Guid owner, string name, DateTimeOffset now)
        {
            if (!Portfolios.TryGetValue((owner, name.Trim()), out var id))
            {
                var portfolio = PortfolioSetup.New(owner, name, baseCurrency: null, now);
                New.Add(portfolio);
                Portfolios[(owner, portfolio.Name)] = id = portfolio.Id;
            }

            return id;
        }
    }

    private sealed record ImportLine(
        string? User,
        string? Portfolio,
        string? Broker,
        string? Label,
        Dictionary<string, string>? Credentials,
        ImportSession? Session,
        string[]? Reads,
        string? Interval);

    private sealed record ImportSession(string? Token, DateTimeOffset? ExpiresAt);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(ImportLine))]
    private sealed partial class ImportJson : JsonSerializerContext;
}
