namespace Foliosync.Core.Tests.Alerts;

/// <summary>Waits for what another thread does, for a bounded time.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<bool> condition)
    {
        for (var tries = 0; !condition(); tries++)
        {
            if (tries == 1_000)
            {
                throw new TimeoutException("It did not happen.");
            }

            await Task.Delay(20);
        }
    }
}
