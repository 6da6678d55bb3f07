using System.Linq.Expressions;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Monitoring;

#pragma warning disable CA1862 // The database compares, and knows no comparison of ours.

/// <summary>A question about runs as a condition that a database understands.</summary>
internal sealed class RunFilters
{
    private readonly FoliosyncDb _db;
    private readonly DateTimeOffset _now;
    private readonly Dictionary<RunFilter, List<Guid>> _connections = new(ReferenceEqualityComparer.Instance);
    private readonly RunFilter? _filter;
    private Expression<Func<SyncRun, bool>>? _condition;

    private RunFilters(FoliosyncDb db, RunFilter? filter, DateTimeOffset now)
    {
        _db = db;
        _filter = filter;
        _now = now;
    }

    /// <summary>Translates a question; connections that it names are looked up when they are few.</summary>
    public static async Task<RunFilters> PrepareAsync(FoliosyncDb db, RunQuery query, DateTimeOffset now, int few, CancellationToken cancellationToken)
    {
        var filters = new RunFilters(db, query.Filter, now);
        if (query.Filter is { } filter)
        {
            foreach (var leaf in Leaves(filter).OfType<InField>().Where(f => f.Field is RunField.Broker or RunField.Connection or RunField.User))
            {
                var ids = await filters.ConnectionsOf(leaf.Field, leaf.Texts).Take(few + 1).ToListAsync(cancellationToken).ConfigureAwait(false);
                if (ids.Count <= few)
                {
                    filters._connections[leaf] = ids;
                }
            }

            filters._condition = filters.Translate(filter);
        }

        return filters;
    }

    public IQueryable<SyncRun> Apply(IQueryable<SyncRun> runs) => _condition is null ? runs : runs.Where(_condition);

    /// <summary>
    /// Conditions that together let through all runs in question, such that an index gives those of each in the order of the list, or they
    /// are few; null when there are no such, and the list itself has to be looked through.
    /// </summary>
    public IReadOnlyList<Expression<Func<SyncRun, bool>>>? PartsOf(RunOrder order) => _filter switch
    {
        null => [r => true],
        InState { States: var states } when order != RunOrder.Longest => [.. states.Distinct().Select(InOneState)],
        _ when NamedConnections(_filter) is { } ids => [.. ids.Select(OfConnection)],
        _ => Narrows(_filter) ? [r => true] : null,
    };

    /// <summary>What has to be looked through: the list, or what an index knows to hold all runs in question.</summary>
    public IQueryable<SyncRun> Lead(IQueryable<SyncRun> runs, RunOrder order) => order != RunOrder.Longest && OnlyState(_filter) is { } state ? runs.Where(InOneState(state)) : runs;

    private static SyncRunState? OnlyState(RunFilter? filter) => filter switch
    {
        AllOf all => all.Parts.Select(OnlyState).FirstOrDefault(s => s is not null),
        InState { States: [var one] } => one,
        _ => null,
    };

    private List<Guid>? NamedConnections(RunFilter filter) => filter is AllOf all
        ? all.Parts.Select(NamedConnections).FirstOrDefault(c => c is not null)
        : _connections.GetValueOrDefault(filter);

    private static Expression<Func<SyncRun, bool>> InOneState(SyncRunState state) => r => r.State == state;

    private static Expression<Func<SyncRun, bool>> OfConnection(Guid id) => r => r.ConnectionId == id;

    private static IEnumerable<RunFilter> Leaves(RunFilter filter) => filter switch
    {
        AllOf all => all.Parts.SelectMany(Leaves),
        AnyOf any => any.Parts.SelectMany(Leaves),
        NoneOf none => Leaves(none.Part),
        _ => [filter],
    };

    private bool Narrows(RunFilter filter) => filter switch
    {
        AllOf all => all.Parts.Any(Narrows),
        AnyOf any => any.Parts.All(Narrows),
        InState state => !state.States.Contains(SyncRunState.Succeeded) && !state.States.Contains(SyncRunState.Failed),
        InField { Field: RunField.Id } id => id.Texts.All(t => PrefixOf(t) is not null),
        InField => _connections.ContainsKey(filter),
        _ => false,
    };

    private Expression<Func<SyncRun, bool>> Translate(RunFilter filter) => filter switch
    {
        AllOf all => all.Parts.Select(Translate).Aggregate((a, b) => Join(a, b, Expression.AndAlso)),
        AnyOf any => any.Parts.Select(Translate).Aggregate((a, b) => Join(a, b, Expression.OrElse)),
        NoneOf none => Not(Translate(none.Part)),
        InState { States: var states } => states is [var one] ? r => r.State == one : r => states.Contains(r.State),
        ByTrigger { Triggers: var triggers } => r => triggers.Contains(r.Trigger),
        InTime time => Times(time),
        InNumbers numbers => Numbers(numbers),
        InField field => field.Field switch
        {
            RunField.Worker => Any(field.Texts, text => r => r.Worker != null && r.Worker.ToLower().Contains(text)),
            RunField.Error => Any(field.Texts, InError),
            RunField.Id => Any(field.Texts, InId),
            _ when _connections.TryGetValue(field, out var ids) => r => ids.Contains(r.ConnectionId),
            _ => OfConnections(ConnectionsOf(field.Field, field.Texts)),
        },
        Word { Text: var word } => Anywhere(word),
        _ => throw new InvalidOperationException(filter.GetType().Name),
    };

    private Expression<Func<SyncRun, bool>> Anywhere(string word)
    {
        var text = Lower(word);
        var named = _db.Connections.Where(c => c.Label.ToLower().Contains(text) || c.BrokerId.Contains(text)
            || _db.Users.Any(u => u.Id == c.OwnerId && u.Email != null && u.Email.ToLower().Contains(text))).Select(c => c.Id);
        var condition = Join(r => named.Contains(r.ConnectionId) || (r.Worker != null && r.Worker.ToLower().Contains(text)), InError(text), Expression.OrElse);
        return PrefixOf(word) is null ? condition : Join(condition, InId(text), Expression.OrElse);
    }

    private IQueryable<Guid> ConnectionsOf(RunField field, IReadOnlyList<string> texts)
    {
        var all = texts.Select(Lower).ToList();
        var ids = texts.Where(t => Guid.TryParse(t, out _)).Select(Guid.Parse).ToList();
        var connections = field switch
        {
            RunField.Broker => _db.Connections.Where(c => all.Contains(c.BrokerId)),
            RunField.User => _db.Connections.Where(c => _db.Users.Any(u => u.Id == c.OwnerId && u.Email != null && all.Any(t => u.Email.ToLower().Contains(t)))),
            _ => _db.Connections.Where(c => ids.Contains(c.Id) || all.Any(t => c.Label.ToLower().Contains(t))),
        };
        return connections.Select(c => c.Id);
    }

    private static Expression<Func<SyncRun, bool>> InError(string text) => r =>
        r.ErrorKind != null && (r.ErrorKind.ToLower().Contains(text) || (r.ErrorMessage != null && r.ErrorMessage.ToLower().Contains(text))
            || (r.ErrorDetail != null && r.ErrorDetail.ToLower().Contains(text)));

    // The beginning of an id is a range of the key, for ids are ordered.
    private static Expression<Func<SyncRun, bool>> InId(string text)
    {
        if (PrefixOf(text) is not { } prefix)
        {
            return r => false;
        }

        var (least, most) = (new Guid(prefix.PadRight(32, '0')), new Guid(prefix.PadRight(32, 'f')));
        return r => r.Id >= least && r.Id <= most;
    }

    private static string? PrefixOf(string text)
    {
        var digits = text.Replace("-", string.Empty, StringComparison.Ordinal);
        return digits.Length is >= 4 and <= 32 && digits.All(char.IsAsciiHexDigit) ? digits : null;
    }

    private Expression<Func<SyncRun, bool>> Times(InTime time)
    {
        var (from, before) = (time.From?.Of(_now) ?? DateTimeOffset.UnixEpoch, time.Before?.Of(_now) ?? _now.AddYears(100));
        if (time.Field == RunField.Queued)
        {
            // Ids tell when a run was made, so this is a range of the key.
            var (least, most) = (HistoryRetention.FirstIdOf(from), HistoryRetention.FirstIdOf(before));
            return r => r.Id >= least && r.Id < most;
        }

        return time.Field == RunField.Started
            ? r => r.StartedAt != null && r.StartedAt >= from && r.StartedAt < before
            : r => r.FinishedAt != null && r.FinishedAt >= from && r.FinishedAt < before;
    }

    private static Expression<Func<SyncRun, bool>> Numbers(InNumbers numbers)
    {
        var (least, most) = (numbers.Least ?? long.MinValue, numbers.Most ?? long.MaxValue);
        return numbers.Field switch
        {
            RunField.Duration => r => r.DurationMs != null && r.DurationMs >= least && r.DurationMs <= most,
            RunField.Attempt => r => r.Attempt >= least && r.Attempt <= most,
            // Whether there are any is what is asked; how many is in the run.
            _ => least > 0 ? r => r.HasWarnings : most < 1 ? r => !r.HasWarnings : r => true,
        };
    }

    private static Expression<Func<SyncRun, bool>> OfConnections(IQueryable<Guid> connections) => r => connections.Contains(r.ConnectionId);

    private static Expression<Func<SyncRun, bool>> Not(Expression<Func<SyncRun, bool>> one) =>
        Expression.Lambda<Func<SyncRun, bool>>(Expression.Not(one.Body), one.Parameters);

    private static Expression<Func<SyncRun, bool>> Any(IReadOnlyList<string> texts, Func<string, Expression<Func<SyncRun, bool>>> one) =>
        texts.Select(t => one(Lower(t))).Aggregate((a, b) => Join(a, b, Expression.OrElse));

    private static Expression<Func<SyncRun, bool>> Join(
        Expression<Func<SyncRun, bool>> a, Expression<Func<SyncRun, bool>> b, Func<Expression, Expression, Expression> join) =>
        Expression.Lambda<Func<SyncRun, bool>>(join(a.Body, new Renamed(b.Parameters[0], a.Parameters[0]).Visit(b.Body)), a.Parameters);

#pragma warning disable CA1308 // The database lowers the other side.
    private static string Lower(string text) => text.ToLowerInvariant();
#pragma warning restore CA1308

    private sealed class Renamed(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : node;
    }
}
