namespace Foliosync.Core.Connections;

/// <summary>
/// Tells where people reach this instance, for links in messages and for redirect URLs. Asked for each of them: a server that takes any
/// free port knows it only when it listens.
/// </summary>
public delegate Uri PublicAddress();

/// <summary>Addresses below that of this instance.</summary>
public static class PublicAddresses
{
    /// <summary>A page of this instance, as people reach it.</summary>
    /// <param name="address">Where people reach this instance; may have a path of its own.</param>
    /// <param name="path">Path and query, without a slash at the start.</param>
    public static Uri At(this PublicAddress address, string path)
    {
        ArgumentNullException.ThrowIfNull(address);
        return new Uri(new Uri(address().AbsoluteUri.TrimEnd('/') + "/"), path);
    }
}
