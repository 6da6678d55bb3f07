using System.Collections.Concurrent;
using Foliosync.Core.Storage;

namespace Foliosync.Api;

/// <summary>
/// Pages of holdings as they were written last, for as long as nothing has been committed since: a page is asked for far more often
/// than a sync changes it, and writing one costs a hundred times more than asking whether it still holds.
/// </summary>
internal sealed class HoldingPages(DataVersion version)
{
    private const long MaxBytes = 32 * 1024 * 1024;

    private volatile Shelf _shelf = new(string.Empty);

    /// <summary>The page from before if nothing has changed, else a fresh one.</summary>
    /// <param name="filter">Which holdings, and whose.</param>
    /// <param name="write">Reads and writes the page.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public async ValueTask<byte[]> GetAsync(HoldingFilter filter, Func<Task<byte[]>> write, CancellationToken cancellationToken)
    {
        var now = await version.ReadAsync(cancellationToken);
        var shelf = _shelf;
        if (shelf.Version != now || shelf.Bytes > MaxBytes)
        {
            _shelf = shelf = new Shelf(now);
        }

        return shelf.Find(filter) ?? shelf.Add(filter, await write());
    }

    /// <summary>The pages of one version.</summary>
    private sealed class Shelf(string version)
    {
        private readonly ConcurrentDictionary<HoldingFilter, byte[]> _pages = new();
        private long _bytes;

        public string Version => version;

        public long Bytes => Interlocked.Read(ref _bytes);

        public byte[]? Find(HoldingFilter filter) => _pages.GetValueOrDefault(filter);

        public byte[] Add(HoldingFilter filter, byte[] page)
        {
            if (_pages.TryAdd(filter, page))
            {
                Interlocked.Add(ref _bytes, page.Length);
            }

            return page;
        }
    }
}
