using System.Net;

namespace Foliosync.Core.Alerts.Channels;

/// <summary>Tells addresses of the internet from those of this machine, its network and its provider.</summary>
internal static class PublicAddresses
{
    private static readonly IPNetwork[] ReservedV4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(n => IPNetwork.Parse(n)),
    ];

    // All that is given out to the internet (RFC 4291). Loopback, link-local, unique local, multicast and NAT64 lie outside of it.
    private static readonly IPNetwork GlobalV6 = IPNetwork.Parse("2000::/3");

    // Within it: protocol assignments with Teredo, documentation, and 6to4, which carries an IPv4 address of any kind.
    private static readonly IPNetwork[] ReservedV6 =
        [IPNetwork.Parse("2001::/23"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("2002::/16"), IPNetwork.Parse("3fff::/20")];

    /// <summary>True when the address is one of the internet.</summary>
    public static bool Contains(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
            ? !ReservedV4.Any(n => n.Contains(plain))
            : GlobalV6.Contains(plain) && !ReservedV6.Any(n => n.Contains(plain));
    }
}
