using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Monitoring;

/// <summary>What happened within one piece of a chart's time.</summary>
/// <param name="From">UTC instant at which it begins.</param>
/// <param name="Succeeded">Runs that succeeded.</param>
/// <param name="Failed">Runs that failed.</param>
/// <param name="Other">Runs that ended in another way.</param>
/// <param name="Requests">Requests to brokers.</param>
/// <param name="Median">Half of the runs took no longer, in milliseconds; null when there were none.</param>
/// <param name="P95">95 of 100 runs took no longer, in milliseconds.</param>
/// <param name="Lag95">95 of 100 scheduled runs began no later after they were due, in milliseconds.</param>
public sealed record RunBucket(DateTimeOffset From, long Succeeded, long Failed, long Other, long Requests, long? Median, long? P95, long? Lag95)
{
    /// <summary>Part of the runs that succeeded, of those that succeeded or failed; null when there were none.</summary>
    public decimal? SuccessRate => Succeeded + Failed == 0 ? null : (decimal)Succeeded / (Succeeded + Failed);
}

/// <summary>Adds up hours for charts.</summary>
public sealed class RunCharts(Database database, TimeProvider clock)
{
    // More pieces than this are more than a chart has pixels on a phone.
    private const int MostPieces = 120;

    private static readonly int[] Steps = [1, 2, 3, 6, 12, 24, 48, 168, 336, 720];

    /// <summary>The last hours, in pieces of equal length.</summary>
    /// <param name="hours">How far back, in hours: 1 to 26,280 (three years).</param>
    /// <param name="broker">One broker; null for all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<RunBucket>> ReadAsync(int hours, string? broker, CancellationToken cancellationToken)
    {
        hours = Math.Clamp(hours, 1, 26_280);
        var step = Steps.FirstOrDefault(s => hours / s <= MostPieces, Steps[^1]);
        var length = TimeSpan.FromHours(step);
        var now = clock.GetUtcNow();
        var end = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % length.Ticks), TimeSpan.Zero) + length;
        var begin = end - (length * Math.Max(1, (int)Math.Ceiling(hours / (double)step)));
        var pieces = Enumerable.Range(0, (int)((end - begin) / length)).Select(i => new Piece(begin + (length * i))).ToList();
        var script = SqlScript.For(database);
        script.Query(
            $"""
            select hour, succeeded, failed, other, requests, durations, lags from run_hours
            where hour >= @from {(broker is null ? string.Empty : "and broker_id = @broker")}
            """,
            ids: null,
            row =>
            {
                var at = (int)((row.Instant(0) - begin) / length);
                if (at >= 0 && at < pieces.Count)
                {
                    pieces[at].Add(row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), SqlValues.CountsFrom(row.GetString(5)), SqlValues.CountsFrom(row.GetString(6)));
                }
            },
            broker is null ? [("from", begin)] : [("from", begin), ("broker", broker)]);
        await script.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return [.. pieces.Select(p => p.ToBucket())];
    }

    /// <summary>The value below which a part of what was counted lies, straight within its class; null when nothing was counted.</summary>
    internal static long? Percentile(IReadOnlyList<long> counts, double part)
    {
        var all = counts.Sum();
        if (all == 0)
        {
            return null;
        }

        var wanted = all * part;
        double before = 0;
        for (var i = 0; i < counts.Count; i++)
        {
            if (before + counts[i] >= wanted && counts[i] > 0)
            {
                var low = i == 0 ? 0 : RunHour.Bounds[i - 1];
                var high = i < RunHour.Bounds.Count ? RunHour.Bounds[i] : RunHour.Bounds[^1];
                return (long)(low + ((high - low) * (wanted - before) / counts[i]));
            }

            before += counts[i];
        }

        return RunHour.Bounds[^1];
    }

    private sealed class Piece(DateTimeOffset from)
    {
        private readonly long[] _durations = new long[RunHour.Bounds.Count + 1];
        private readonly long[] _lags = new long[RunHour.Bounds.Count + 1];
        private long _succeeded;
        private long _failed;
        private long _other;
        private long _requests;

        public void Add(long succeeded, long failed, long other, long requests, IReadOnlyList<long> durations, IReadOnlyList<long> lags)
        {
            _succeeded += succeeded;
            _failed += failed;
            _other += other;
            _requests += requests;
            AddTo(_durations, durations);
            AddTo(_lags, lags);
        }

        public RunBucket ToBucket() =>
            new(from, _succeeded, _failed, _other, _requests, Percentile(_durations, 0.5), Percentile(_durations, 0.95), Percentile(_lags, 0.95));

        private static void AddTo(long[] sums, IReadOnlyList<long> counts)
        {
            for (var i = 0; i < Math.Min(sums.Length, counts.Count); i++)
            {
                sums[i] += counts[i];
            }
        }
    }
}
