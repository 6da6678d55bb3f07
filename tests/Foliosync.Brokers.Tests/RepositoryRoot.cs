using Xunit;

namespace Foliosync.Brokers.Tests;

/// <summary>Finds the working copy above the test assembly, and the official samples beside it.</summary>
internal static class RepositoryRoot
{
    public static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Foliosync.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("Foliosync.slnx is in no folder above the test assembly.");
    }

    /// <summary>The bytes of a broker's official sample; skips the test where the samples, which are not ours to copy, are not at hand.</summary>
    public static byte[] Sample(string broker, string file) => Shared("brokers", broker, "samples", file);

    /// <summary>The bytes of a sample of prices or rates; skips the test like <see cref="Sample"/>.</summary>
    public static byte[] MarketSample(string file) => Shared("market-data", "samples", file);

    private static byte[] Shared(params string[] path)
    {
        var root = Find();
        string?[] places =
        [
            Environment.GetEnvironmentVariable("FOLIOSYNC_SHARED"),
            Path.Combine(root, "..", "shared"),
            Path.Combine(root, "..", "..", "shared"),
        ];
        var found = places
            .Where(place => !string.IsNullOrEmpty(place))
            .Select(place => Path.Combine([place!, .. path]))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(
            found is null, $"The sample {path[^1]} is not here. Set FOLIOSYNC_SHARED to the folder that has {string.Join('/', path[..^1])}.");
        return File.ReadAllBytes(found);
    }
}
