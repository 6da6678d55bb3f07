using System.Globalization;
using System.Text.Json;
using Foliosync.Core.Sync;

namespace Foliosync.Core.Monitoring;

/// <summary>
/// A question about runs, in the language that docs/monitoring.md explains: words joined by AND, OR and NOT, brackets, phrases in
/// quotes, and qualifiers such as <c>state:failed</c>, <c>broker:zerodha</c>, <c>started:&lt;2h</c> or <c>duration:&gt;30s</c>.
/// </summary>
public sealed class RunQuery
{
    private RunQuery(RunFilter? filter) => Filter = filter;

    /// <summary>The question that every run answers.</summary>
    public static RunQuery Everything { get; } = new(null);

    /// <summary>True when nothing is asked.</summary>
    public bool IsEmpty => Filter is null;

    /// <summary>What is asked; null for every run.</summary>
    internal RunFilter? Filter { get; }

    /// <summary>Reads a question.</summary>
    /// <exception cref="RunQueryException">It cannot be read; the message names the place.</exception>
    public static RunQuery Parse(string? text) => new(RunQueryParser.Parse(text ?? string.Empty));

    /// <summary>The same question, and one thing more.</summary>
    public RunQuery And(RunQuery other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new RunQuery((Filter, other.Filter) switch
        {
            (null, var one) => one,
            (var one, null) => one,
            var (one, two) => new AllOf([one, two]),
        });
    }

    /// <summary>The question in the language, with every bracket that it needs and no other.</summary>
    public override string ToString() => Filter?.ToString() ?? string.Empty;
}

/// <summary>A question about runs cannot be read.</summary>
/// <param name="position">Where, counted from 1.</param>
/// <param name="problem">What is wrong there and what to do, without a capital letter.</param>
public sealed class RunQueryException(int position, string problem)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"At character {position}: {problem}"))
{
    /// <summary>Where, counted from 1.</summary>
    public int Position { get; } = position;
}

/// <summary>A part of a question. Its text is the part in the language.</summary>
internal abstract record RunFilter
{
    /// <summary>The text as part of a larger question.</summary>
    protected virtual string Inner => ToString();

    protected static string InnerOf(RunFilter filter) => filter.Inner;

    protected static string Quoted(string text) =>
        text.Length > 0 && text.All(c => char.IsLetterOrDigit(c) || c is '.' or '_' or '@' or '/' || c == '-') && text[0] != '-' && !RunQueryParser.IsKeyword(text)
            ? text
            : $"\"{text}\"";
}

/// <summary>All parts hold.</summary>
internal sealed record AllOf(IReadOnlyList<RunFilter> Parts) : RunFilter
{
    protected override string Inner => $"({this})";

    public override string ToString() => string.Join(' ', Parts.Select(InnerOf));
}

/// <summary>One of the parts holds.</summary>
internal sealed record AnyOf(IReadOnlyList<RunFilter> Parts) : RunFilter
{
    protected override string Inner => $"({this})";

    public override string ToString() => string.Join(" OR ", Parts.Select(InnerOf));
}

/// <summary>The part does not hold.</summary>
internal sealed record NoneOf(RunFilter Part) : RunFilter
{
    public override string ToString() => "NOT " + InnerOf(Part);
}

/// <summary>The text is somewhere in what names the run: connection, broker, user, worker, error or id.</summary>
internal sealed record Word(string Text) : RunFilter
{
    public override string ToString() => Quoted(Text);
}

/// <summary>The text, one of several, is in one field.</summary>
internal sealed record InField(RunField Field, IReadOnlyList<string> Texts) : RunFilter
{
    public override string ToString() => $"{RunFields.NameOf(Field)}:{string.Join(',', Texts.Select(Quoted))}";
}

/// <summary>The run stands in one of these states.</summary>
internal sealed record InState(IReadOnlyList<SyncRunState> States) : RunFilter
{
    public override string ToString() => "state:" + string.Join(',', States.Select(s => JsonNamingPolicy.CamelCase.ConvertName(s.ToString())));
}

/// <summary>The run was started by one of these.</summary>
internal sealed record ByTrigger(IReadOnlyList<SyncTrigger> Triggers) : RunFilter
{
    public override string ToString() => "trigger:" + string.Join(',', Triggers.Select(t => JsonNamingPolicy.CamelCase.ConvertName(t.ToString())));
}

/// <summary>A time lies from one point to before another.</summary>
internal sealed record InTime(RunField Field, TimePoint? From, TimePoint? Before) : RunFilter
{
    public override string ToString() => RunFields.NameOf(Field) + ":" + (From, Before) switch
    {
        ({ Ago: not null } from, null) => "<" + from,
        (null, { Ago: not null } before) => ">" + before,
        (null, { } before) => "<" + before,
        ({ } from, null) => ">=" + from,
        _ => $"{From}..{Before}",
    };
}

/// <summary>A number lies from one to another, both included. Durations are milliseconds.</summary>
internal sealed record InNumbers(RunField Field, long? Least, long? Most) : RunFilter
{
    public override string ToString() => RunFields.NameOf(Field) + ":" + (Least, Most) switch
    {
        ({ } least, { } most) when least == most && Field != RunField.Duration => Text(least),
        ({ } least, null) => ">=" + Text(least),
        (null, { } most) => "<=" + Text(most),
        _ => $"{Text(Least!.Value)}..{Text(Most!.Value)}",
    };

    private string Text(long value) => value.ToString(CultureInfo.InvariantCulture) + (Field == RunField.Duration ? "ms" : string.Empty);
}

/// <summary>A point in time: an instant, or so long ago.</summary>
internal sealed record TimePoint(DateTimeOffset? At, TimeSpan? Ago)
{
    public DateTimeOffset Of(DateTimeOffset now) => At ?? now - Ago!.Value;

    public override string ToString() => At is { } at
        ? at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{(long)Ago!.Value.TotalMilliseconds}ms");
}

/// <summary>What a qualifier asks about.</summary>
internal enum RunField
{
    State,
    Trigger,
    Broker,
    Connection,
    User,
    Worker,
    Error,
    Id,
    Queued,
    Started,
    Finished,
    Duration,
    Attempt,
    Warnings,
}

/// <summary>The qualifiers by their names.</summary>
internal static class RunFields
{
    private static readonly Dictionary<string, RunField> ByName = Build();

    public static string Names { get; } = string.Join(", ", Enum.GetValues<RunField>().Select(NameOf));

    public static string NameOf(RunField field) => JsonNamingPolicy.CamelCase.ConvertName(field.ToString());

    public static bool TryFind(string name, out RunField field) => ByName.TryGetValue(name, out field);

    private static Dictionary<string, RunField> Build()
    {
        var names = Enum.GetValues<RunField>().ToDictionary(NameOf, f => f, StringComparer.OrdinalIgnoreCase);
        names["kind"] = RunField.Error;
        names["owner"] = RunField.User;
        return names;
    }
}
