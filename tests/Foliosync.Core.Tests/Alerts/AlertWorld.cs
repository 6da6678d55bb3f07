using Foliosync.Brokers.Contract;
using Foliosync.Core.Alerts;
using Foliosync.Core.Alerts.Channels;
using Foliosync.Core.Alerts.Email;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Tests.Sync;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Foliosync.Core.Tests.Alerts;

/// <summary>A world that syncs, and tells a receiver of what goes wrong.</summary>
internal sealed class AlertWorld : IAsyncDisposable
{
    public const string Secret = "planted-signing-key-1";

    private readonly AlertHttp _http;
    private readonly SmtpMail _mail;
    private readonly ChannelSender _sender;

    private AlertWorld(SyncWorld world, TestReceiver receiver, Guid owner, AlertSettings settings)
    {
        World = world;
        Receiver = receiver;
        Owner = owner;
        Settings = settings;
        Incidents = new Incidents(world.Database, world.Clock);
        _http = new AlertHttp(settings, world.Clock);
        _mail = new SmtpMail(settings, world.Clock, TestCertificate.Trusted);
        _sender = new ChannelSender(_http, _mail, world.Vault, world.Clock, NullLogger<ChannelSender>.Instance);
        Channels = new AlertChannels(world.Database, world.Vault, _sender, _http, settings, world.Clock);
        Deliveries = NewDeliveries();
    }

    public SyncWorld World { get; }

    public FakeClock Time => World.Time;

    public TestReceiver Receiver { get; }

    public Guid Owner { get; }

    public AlertSettings Settings { get; }

    public Incidents Incidents { get; }

    public AlertChannels Channels { get; }

    public AlertDeliveries Deliveries { get; }

    /// <summary>What the login page's address is made of; null for none.</summary>
    public LoginLinkFactory LoginLink { get; set; } = (_, _, _) => Task.FromResult<Uri?>(null);

    /// <summary>What the receiver was told, in short: event and kind.</summary>
    public List<string> Told => [.. Receiver.Got.Select(g => $"{g.Event} {g.Json.GetProperty("kind").GetString()}")];

    public static async Task<AlertWorld> CreateAsync(Store store, TimeProvider? clock = null, SmtpSettings? smtp = null, Uri? publicUrl = null)
    {
        var world = await SyncWorld.CreateAsync(store, clock);
        var owner = await world.ReadAsync(db => db.Users.Select(u => u.Id).SingleAsync());
        return new AlertWorld(
            world, await TestReceiver.StartAsync(), owner, new AlertSettings { AllowPrivate = true, Smtp = smtp, PublicUrl = publicUrl });
    }

    /// <summary>The deliveries as another process would have them.</summary>
    public AlertDeliveries NewDeliveries() => new(
        World.Database, _sender, Incidents, (o, c, t) => LoginLink(o, c, t), Settings, World.Clock, NullLogger<AlertDeliveries>.Instance);

    public async Task<Guid> AddWebhookAsync(ChannelValues? values = null) => (await Channels.CreateAsync(
        Owner,
        AlertChannelKind.Webhook,
        (values ?? new ChannelValues()) with { Address = values?.Address ?? Receiver.Address.AbsoluteUri, Secret = new Secret(Secret) },
        Actor.CommandLine,
        default)).Channel.Id;

    public async Task<Guid> AddAsync(AlertChannelKind kind, ChannelValues values) =>
        (await Channels.CreateAsync(Owner, kind, values, Actor.CommandLine, default)).Channel.Id;

    /// <summary>Syncs, and tells what is to be told.</summary>
    public async Task SyncAsync()
    {
        await World.SyncAsync();
        await Deliveries.RunAsync(default);
    }

    public async Task TellAsync(TimeSpan after)
    {
        Time.Advance(after);
        await Deliveries.RunAsync(default);
    }

    public Task RaiseAsync(string kind = AlertKinds.WorkersDown, string message = "Nobody works.") =>
        Incidents.RaiseAsync(Owner, Owner, null, kind, message, default);

    public Task<List<AlertDelivery>> DeliveriesAsync() =>
        World.ReadAsync(db => db.AlertDeliveries.AsNoTracking().OrderBy(d => d.Id).ToListAsync());

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Receiver.DisposeAsync();
        await World.DisposeAsync();
    }
}
