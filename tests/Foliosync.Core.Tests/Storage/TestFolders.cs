using Foliosync.Core.Tests.Storage;
using Xunit;

[assembly: AssemblyFixture(typeof(TestFolders))]

namespace Foliosync.Core.Tests.Storage;

/// <summary>Folders, and the PostgreSQL server, that live as long as the test run. The runner disposes of this last of all.</summary>
public sealed class TestFolders : IAsyncDisposable
{
    private static readonly List<string> Created = [];

    /// <summary>A new empty folder, gone when the run ends.</summary>
    public static string Create(string prefix)
    {
        var folder = Directory.CreateTempSubdirectory(prefix).FullName;
        lock (Created)
        {
            Created.Add(folder);
        }

        return folder;
    }

    public async ValueTask DisposeAsync()
    {
        await PostgresServer.StopSharedAsync();
        foreach (var folder in Created)
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
