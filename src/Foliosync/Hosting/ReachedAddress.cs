using Foliosync.Core.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Foliosync.Hosting;

/// <summary>Finds out where people reach this instance.</summary>
internal static class ReachedAddress
{
    /// <summary>What is set; with the port that the system chose when it was to choose one.</summary>
    /// <param name="settings">What is set.</param>
    /// <param name="server">The server of this process; null when it serves nothing.</param>
    public static PublicAddress Of(InstanceSettings settings, IServer? server) => () =>
        settings.PublicUrl is { Port: not 0 } || server?.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() is not { } listened
            ? settings.PublicUrl
            : new UriBuilder(settings.PublicUrl) { Port = new UriBuilder(listened).Port }.Uri;
}
