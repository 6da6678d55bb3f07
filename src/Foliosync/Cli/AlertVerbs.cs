using System.CommandLine;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Alerts;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Cli;

/// <summary><c>foliosync alerts …</c>: what people should know, and how they are told.</summary>
internal static class AlertVerbs
{
    private static readonly Option<string?> OfUser = new("--user") { Description = "Only this person's", HelpName = "EMAIL" };
    private static readonly Option<bool> Open = new("--open") { Description = "Only those that last and were not put aside" };
    private static readonly Option<Guid?> Connection = Input.IdOption("--connection", "Only those of this connection", "connect list");
    private static readonly Option<string?> OfKind = new("--kind") { Description = "Only those of this kind, for example needsLogin", HelpName = "KIND" };

    private static readonly Option<string> User = new("--user") { Description = "Who is told", HelpName = "EMAIL", Required = true };
    private static readonly Option<string> Kind = new Option<string>("--kind") { Description = "What it is", HelpName = "email|webhook|ntfy", Required = true }
        .AcceptOnlyFromAmong("email", "webhook", "ntfy");

    private static readonly Option<string> Address = new("--address")
    {
        Description = "E-mail address, or address of the webhook or the ntfy topic",
        HelpName = "ADDRESS",
        Required = true,
    };

    private static readonly Option<bool> SecretStdin = new("--secret-stdin") { Description = "Read the webhook's signing key or the ntfy token from stdin" };
    private static readonly Option<string[]> Events = new("--events")
    {
        Description = $"What it tells; everything if left out. Choose from {string.Join(", ", AlertKinds.All)}",
        HelpName = "KINDS",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<Guid[]> Connections = new("--connections")
    {
        Description = "Of which connections; of all if left out",
        HelpName = "IDS",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string?> QuietFrom = new("--quiet-from") { Description = "When the quiet hours begin", HelpName = "HH:MM" };
    private static readonly Option<string?> QuietTo = new("--quiet-to") { Description = "When they end", HelpName = "HH:MM" };
    private static readonly Option<string?> TimeZone = new("--time-zone") { Description = "IANA name of the time zone of these times (UTC)", HelpName = "ZONE" };
    private static readonly Option<string?> DigestAt = new("--digest-at") { Description = "One message a day at this time, instead of at once", HelpName = "HH:MM" };
    private static readonly Argument<Guid> Id = Input.Id("The channel's id", "alerts channels");

    public static Command Create() => Verb.Group(
        "alerts",
        "What people should know, and how they are told",
        Verb.Create("list", "List alerts, newest first", ListAsync, OfUser, Open, Connection, OfKind),
        Verb.Create("channels", "List the channels and how they are", ChannelsAsync, OfUser),
        Verb.Create(
            "add", "Add a channel", AddAsync, User, Kind, Address, SecretStdin, Events, Connections, QuietFrom, QuietTo, TimeZone, DigestAt),
        Verb.Create("remove", "Remove a channel", RemoveAsync, Id),
        Verb.Create("test", "Send a trial to a channel now", TestAsync, Id));

    private static async Task ListAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var owner = await OwnerAsync(context, context.Get(OfUser), cancellationToken);
        var (onlyOpen, connectionId, kind) = (context.Get(Open), context.Get(Connection), context.Get(OfKind));
        await using var db = context.OpenDatabase();
        var alerts = await db.Alerts.AsNoTracking()
            .Where(a => (owner == null || a.OwnerId == owner) && (connectionId == null || a.ConnectionId == connectionId) && (kind == null || a.Kind == kind))
            .Where(a => !onlyOpen || (a.ResolvedAt == null && a.DismissedAt == null))
            .OrderByDescending(a => a.Id)
            .Select(a => new
            {
                a.Id,
                User = db.Users.Single(u => u.Id == a.OwnerId).Email,
                a.Kind,
                a.ConnectionId,
                a.Message,
                a.CreatedAt,
                a.ResolvedAt,
                a.DismissedAt,
                a.ToldAt,
            })
            .ToListAsync(cancellationToken);
        context.Output.Result(alerts, console =>
        {
            var table = Tables.Create("Since", "Until", "User", "Kind", "Message");
            foreach (var a in alerts)
            {
                table.Row(Tables.Instant(a.CreatedAt), Tables.Instant(a.ResolvedAt), a.User, a.Kind, a.Message);
            }

            console.WriteTable(table, "There are no alerts.");
        });
    }

    private static async Task ChannelsAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var owner = await OwnerAsync(context, context.Get(OfUser), cancellationToken);
        await using var db = context.OpenDatabase();
        var rows = await db.AlertChannels.AsNoTracking().Where(c => owner == null || c.OwnerId == owner).OrderBy(c => c.Id)
            .Select(c => new { Channel = c, User = db.Users.Single(u => u.Id == c.OwnerId).Email })
            .ToListAsync(cancellationToken);
        var channels = rows.Select(r => new
        {
            r.Channel.Id,
            r.User,
            r.Channel.Kind,
            r.Channel.Address,
            HasSecret = r.Channel.Sealed is not null,
            r.Channel.Enabled,
            r.Channel.Events,
            r.Channel.Connections,
            r.Channel.QuietFrom,
            r.Channel.QuietTo,
            r.Channel.TimeZone,
            r.Channel.DigestAt,
            r.Channel.LastSentAt,
            r.Channel.DeadSince,
        }).ToList();
        context.Output.Result(channels, console =>
        {
            var table = Tables.Create("Id", "User", "Kind", "Address", "State", "Last message");
            foreach (var c in channels)
            {
                var state = c.DeadSince is not null ? "dead" : c.Enabled ? "works" : "off";
                table.Row(c.Id.ToString(), c.User, Tables.Word(c.Kind), c.Address, state, Tables.Instant(c.LastSentAt));
            }

            console.WriteTable(table, "There are no channels. Add one with 'foliosync alerts add'.");
        });
    }

    private static async Task AddAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var owner = await OwnerAsync(context, context.Get(User), cancellationToken);
        var secret = context.Get(SecretStdin) ? new Secret(await Input.ReadLineAsync("secret", cancellationToken)) : null;
        string[] events = [.. context.Get(Events)!.SelectMany(e => e.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        var made = await context.Service<AlertChannels>().CreateAsync(
            owner!.Value,
            Enum.Parse<AlertChannelKind>(context.Get(Kind)!, ignoreCase: true),
            new ChannelValues(
                context.Get(Address),
                secret,
                Events: events,
                Connections: context.Get(Connections),
                QuietFrom: context.Get(QuietFrom),
                QuietTo: context.Get(QuietTo),
                TimeZone: context.Get(TimeZone),
                DigestAt: context.Get(DigestAt)),
            Actor.CommandLine,
            cancellationToken);
        var generated = made.GeneratedSecret?.Reveal();
        context.Output.Result(
            new { made.Channel.Id, made.Channel.Kind, made.Channel.Address, Secret = generated },
            console =>
            {
                console.Line($"The channel is added: {made.Channel.Id}. Try it with 'foliosync alerts test {made.Channel.Id}'.");
                if (generated is not null)
                {
                    console.Line($"Signing key, shown only now: {generated}");
                }
            });
    }

    private static async Task RemoveAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var id = context.Get(Id);
        await context.Service<AlertChannels>().RemoveAsync(id, Actor.CommandLine, cancellationToken);
        context.Output.Result(new { Id = id, Removed = true }, console => console.Line("The channel is removed."));
    }

    private static async Task<int> TestAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var trial = await context.Service<AlertChannels>().TestAsync(context.Get(Id), Actor.CommandLine, cancellationToken);
        context.Output.Result(
            new { Sent = trial.Problem is null, Error = trial.Problem },
            console => console.Line(trial.Problem is null ? "The trial was taken." : $"The trial was not taken. {trial.Problem}"));
        return trial.Problem is null ? ExitCode.Fine : ExitCode.Failed;
    }

    private static async Task<Guid?> OwnerAsync(VerbContext context, string? email, CancellationToken cancellationToken) =>
        email is null ? null : (await context.Service<UserAccounts>().GetAsync(email, cancellationToken)).Id;
}
