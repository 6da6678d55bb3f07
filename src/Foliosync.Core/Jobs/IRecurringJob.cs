namespace Foliosync.Core.Jobs;

/// <summary>
/// Work that is done again and again by whichever process is free, one at a time in the whole cluster. It knows nothing of the engine
/// that starts it.
/// </summary>
public interface IRecurringJob
{
    /// <summary>Permanent name in kebab-case, for example <c>prune-history</c>. Stored by the engine.</summary>
    string Name { get; }

    /// <summary>Time between two starts.</summary>
    TimeSpan Every { get; }

    /// <summary>
    /// Does what is to be done now. Whatever was not done, because the process died or the token asked to stop, is done by the next
    /// start; so each step must take effect whole or not at all. An exception is logged, and the next start tries again.
    /// </summary>
    Task RunAsync(CancellationToken cancellationToken);
}
