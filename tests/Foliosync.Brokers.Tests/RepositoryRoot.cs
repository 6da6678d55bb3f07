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

    /// <summary>The bytes of an official sample; skips the test where the samples, which are not ours to copy, are not at hand.</summary>
    public static byte[] Sample(string broker, string file)
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
            .Select(place => Path.Combine(place!, "brokers", broker, "samples", file))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, $"The official sample {file} is not here. Set FOLIOSYNC_SHARED to the folder that has brokers/{broker}/samples.");
        return File.ReadAllBytes(found);
    }
}
