namespace Foliosync.Core.Alerts;

/// <summary>Makes an address at which a person logs connections in at their brokers; asked for each message about a needed login.</summary>
/// <param name="ownerId">Whose connections they are.</param>
/// <param name="connectionIds">The connections that need a login.</param>
/// <param name="cancellationToken">Stops.</param>
/// <returns>The address; null when there is no such page. The message then says where to log in.</returns>
public delegate Task<Uri?> LoginLinkFactory(Guid ownerId, IReadOnlyList<Guid> connectionIds, CancellationToken cancellationToken);
