using Foliosync.Hosting;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Hosting;

public sealed class IdleMemoryTests
{
    [Fact]
    public void What_the_start_took_is_handed_back_in_the_first_quiet_minute() => HandsBack([100, 101], [0, 1]);

    [Fact]
    public void Nothing_is_collected_while_much_is_allocated() => HandsBack([100, 200, 300], [0, 0, 0]);

    [Fact]
    public void A_process_that_stays_quiet_is_left_alone() => HandsBack([100, 101, 106, 111, 116], [0, 1, 1, 1, 1]);

    [Fact]
    public void What_a_busy_time_took_is_handed_back_after_it() => HandsBack([100, 101, 500, 900, 901], [0, 1, 1, 1, 2]);

    // Megabytes allocated until each minute, and how often memory was handed back by then.
    private static void HandsBack(long[] megabytes, int[] times)
    {
        var (allocated, handedBack) = (0L, 0);
        using var memory = new IdleMemory(TimeProvider.System, () => allocated, () => handedBack++);

        megabytes.Select(megabyte =>
        {
            allocated = megabyte << 20;
            memory.Look();
            return handedBack;
        }).ShouldBe(times);
    }
}
