using Foliosync.Core.Monitoring;
using Foliosync.Core.Sync;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Monitoring;

/// <summary>The language of questions about runs.</summary>
public sealed class RunQueryTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("  kite  ", "kite")]
    [InlineData("one two", "one two")]
    [InlineData("one AND two", "one two")]
    [InlineData("one or two and three", "one OR (two three)")]
    [InlineData("(one OR two) three", "(one OR two) three")]
    [InlineData("-one", "NOT one")]
    [InlineData("NOT (one two)", "NOT (one two)")]
    [InlineData("\"rate limit\"", "\"rate limit\"")]
    [InlineData("\"and\"", "\"and\"")]
    [InlineData("STATE:FAILED,needsReview", "state:failed,needsReview")]
    [InlineData("trigger:manual", "trigger:manual")]
    [InlineData("kind:transient", "error:transient")]
    [InlineData("broker:zerodha,\"a b\"", "broker:zerodha,\"a b\"")]
    [InlineData("started:<2h", "started:<7200000ms")]
    [InlineData("started:>1d", "started:>86400000ms")]
    [InlineData("finished:2h..1d", "finished:86400000ms..7200000ms")]
    [InlineData("finished:1d..2h", "finished:86400000ms..7200000ms")]
    [InlineData("queued:2026-11-20", "queued:2026-11-20T00:00:00Z..2026-11-21T00:00:00Z")]
    [InlineData("queued:>2026-11-20", "queued:>=2026-11-21T00:00:00Z")]
    [InlineData("queued:2026-11-01..2026-11-20", "queued:2026-11-01T00:00:00Z..2026-11-21T00:00:00Z")]
    [InlineData("duration:>30s", "duration:>=30001ms")]
    [InlineData("duration:500ms..2s", "duration:500ms..2000ms")]
    [InlineData("attempt:2", "attempt:2")]
    [InlineData("attempt:>1", "attempt:>=2")]
    [InlineData("warnings:2..4", "warnings:2..4")]
    public void A_question_is_read_as_it_is_meant(string text, string meant) => RunQuery.Parse(text).ToString().ShouldBe(meant);

    [Theory]
    [InlineData("stat:failed", 1, "there is no qualifier 'stat'")]
    [InlineData("one state:fialed", 11, "there is no state 'fialed'")]
    [InlineData("state:", 7, "a value must follow state")]
    [InlineData("(one", 1, "this bracket is not closed")]
    [InlineData("one)", 4, "this bracket closes nothing")]
    [InlineData("one OR", 7, "something is missing here")]
    [InlineData("OR one", 1, "a word, a qualifier or a bracket must stand here")]
    [InlineData("one \"two", 5, "these quotes are not closed")]
    [InlineData("started:soon", 9, "'soon' is no time")]
    [InlineData("duration:long", 10, "'long' is no duration")]
    [InlineData("attempt:many", 9, "'many' is no number")]
    [InlineData("attempt:1,2", 11, "attempt takes one value")]
    public void What_cannot_be_read_is_told_in_one_sentence_that_names_the_place(string text, int position, string problem)
    {
        var wrong = Should.Throw<RunQueryException>(() => RunQuery.Parse(text));

        wrong.Position.ShouldBe(position);
        wrong.Message.ShouldStartWith($"At character {position}: {problem}");
        wrong.Message.ShouldEndWith(".");
    }

    [Fact]
    public void Whatever_is_asked_is_read_again_as_the_same() => Cases.ForAll(Filters(), filter =>
    {
        var text = filter.ToString();

        RunQuery.Parse(text).ToString().ShouldBe(text);
    });

    [Fact]
    public void Whatever_is_typed_is_read_or_told_to_be_wrong_at_a_place_in_it() => Cases.ForAll(Texts(), text =>
    {
        try
        {
            RunQuery.Parse(text);
        }
        catch (RunQueryException e)
        {
            e.Position.ShouldBeInRange(1, text.Length + 1);
        }
    });

    private static Gen<string> Texts() =>
        from parts in Gen.Elements("state:", "failed", "(", ")", "\"", " ", "AND", "or", "NOT ", "-", "started:", "<", ">", "..", "2h", "2026-11-20", ",", "x", ":", "1", "ÄΩ", "id:").ListOf()
        select string.Concat(parts);

    private static Gen<RunFilter> Filters() => Filter(3);

    private static Gen<RunFilter> Filter(int depth)
    {
        var leaves = Gen.OneOf(
            from text in Gen.Elements("kite", "rate limit", "and", "-x", "a:b", "0193ab") select (RunFilter)new Word(text),
            from states in Gen.SubListOf(Enum.GetValues<SyncRunState>()) where states.Count > 0 select (RunFilter)new InState([.. states]),
            from trigger in Gen.Elements(Enum.GetValues<SyncTrigger>()) select (RunFilter)new ByTrigger([trigger]),
            from text in Gen.Elements("zerodha", "x y") from field in Gen.Elements(RunField.Broker, RunField.User, RunField.Error, RunField.Worker) select (RunFilter)new InField(field, [text, "b"]),
            from hours in Gen.Choose(1, 400) from isFrom in Gen.Elements(true, false) select (RunFilter)new InTime(RunField.Started, isFrom ? new TimePoint(null, TimeSpan.FromHours(hours)) : null, isFrom ? null : new TimePoint(null, TimeSpan.FromHours(hours))),
            from least in Gen.Choose(0, 90) select (RunFilter)new InNumbers(RunField.Duration, least, least + 10));
        if (depth == 0)
        {
            return leaves;
        }

        var inner = Filter(depth - 1);
        return Gen.OneOf(
            leaves,
            from a in inner from b in inner select (RunFilter)new AllOf([a, b]),
            from a in inner from b in inner select (RunFilter)new AnyOf([a, b]),
            from a in inner select (RunFilter)new NoneOf(a));
    }
}
