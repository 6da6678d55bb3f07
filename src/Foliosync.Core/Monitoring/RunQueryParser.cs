using System.Text;
using Foliosync.Core.Sync;

namespace Foliosync.Core.Monitoring;

/// <summary>Reads questions about runs. Pure: times that are relative stay so until the question is asked.</summary>
internal sealed class RunQueryParser
{
    private const int MostCharacters = 1000;
    private const int DeepestBrackets = 20;

    private readonly string _text;
    private int _at;
    private int _depth;

    private RunQueryParser(string text) => _text = text;

    private bool IsAtEnd => _at >= _text.Length;

    /// <summary>Reads a question; null when it is blank.</summary>
    public static RunFilter? Parse(string text)
    {
        if (text.Length > MostCharacters)
        {
            throw new RunQueryException(MostCharacters + 1, $"a question has {MostCharacters} characters at most.");
        }

        var parser = new RunQueryParser(text);
        parser.SkipBlanks();
        if (parser.IsAtEnd)
        {
            return null;
        }

        var filter = parser.ReadAny();
        return parser.IsAtEnd ? filter : throw parser.Wrong("this bracket closes nothing; take it away or open one before it.");
    }

    public static bool IsKeyword(string word) =>
        word.Equals("AND", StringComparison.OrdinalIgnoreCase) || word.Equals("OR", StringComparison.OrdinalIgnoreCase) || word.Equals("NOT", StringComparison.OrdinalIgnoreCase);

    private RunFilter ReadAny()
    {
        var parts = new List<RunFilter> { ReadAll() };
        while (TakeKeyword("OR"))
        {
            parts.Add(ReadAll());
        }

        return parts.Count == 1 ? parts[0] : new AnyOf(parts);
    }

    private RunFilter ReadAll()
    {
        var parts = new List<RunFilter> { ReadNot() };
        while (true)
        {
            var isJoined = TakeKeyword("AND");
            if (!isJoined && (IsAtEnd || _text[_at] == ')' || IsNext("OR")))
            {
                return parts.Count == 1 ? parts[0] : new AllOf(parts);
            }

            parts.Add(ReadNot());
        }
    }

    private RunFilter ReadNot()
    {
        if (TakeKeyword("NOT"))
        {
            return new NoneOf(ReadNot());
        }

        if (!IsAtEnd && _text[_at] == '-' && _at + 1 < _text.Length && !char.IsWhiteSpace(_text[_at + 1]))
        {
            _at++;
            return new NoneOf(ReadNot());
        }

        return ReadOne();
    }

    private RunFilter ReadOne()
    {
        if (IsAtEnd)
        {
            throw Wrong("something is missing here: a word, a qualifier or a bracket.");
        }

        if (IsNext("AND") || IsNext("OR") || _text[_at] == ')')
        {
            throw Wrong("a word, a qualifier or a bracket must stand here; put AND, OR and NOT in quotes to look for them.");
        }

        if (_text[_at] != '(')
        {
            return ReadTerm();
        }

        var open = _at++;
        if (++_depth > DeepestBrackets)
        {
            throw new RunQueryException(open + 1, $"brackets may be {DeepestBrackets} deep at most.");
        }

        SkipBlanks();
        var inner = ReadAny();
        if (IsAtEnd || _text[_at] != ')')
        {
            throw new RunQueryException(open + 1, "this bracket is not closed; put ')' at the end of what it holds.");
        }

        _at++;
        _depth--;
        SkipBlanks();
        return inner;
    }

    private RunFilter ReadTerm()
    {
        var begin = _at;
        var texts = new List<(string Text, int Position)> { ReadText(stopAtColon: true) };
        if (IsAtEnd || _text[_at] != ':')
        {
            SkipBlanks();
            return texts[0].Text.Length > 0 ? new Word(texts[0].Text) : throw new RunQueryException(begin + 1, "there is nothing between these quotes.");
        }

        var name = texts[0].Text;
        if (!RunFields.TryFind(name, out var field))
        {
            throw new RunQueryException(begin + 1, $"there is no qualifier '{name}'; there are {RunFields.Names}. Put text with a colon in quotes.");
        }

        _at++;
        texts.Clear();
        do
        {
            texts.Add(ReadText(stopAtColon: false));
            if (texts[^1].Text.Length == 0)
            {
                throw new RunQueryException(texts[^1].Position + 1, $"a value must follow {name}, without a blank between.");
            }
        }
        while (!IsAtEnd && _text[_at] == ',' && ++_at > 0);
        SkipBlanks();
        return Qualify(field, texts);
    }

    // A word up to a blank, bracket or comma, or a phrase in quotes.
    private (string Text, int Position) ReadText(bool stopAtColon)
    {
        var begin = _at;
        var text = new StringBuilder();
        if (!IsAtEnd && _text[_at] == '"')
        {
            var close = _text.IndexOf('"', _at + 1);
            if (close < 0)
            {
                throw new RunQueryException(begin + 1, "these quotes are not closed; put another \" at the end of the phrase.");
            }

            text.Append(_text, _at + 1, close - _at - 1);
            _at = close + 1;
            return (text.ToString(), begin);
        }

        while (!IsAtEnd && !char.IsWhiteSpace(_text[_at]) && _text[_at] is not ('(' or ')' or '"') && !(stopAtColon ? _text[_at] == ':' : _text[_at] == ','))
        {
            text.Append(_text[_at++]);
        }

        return (text.ToString(), begin);
    }

    private static RunFilter Qualify(RunField field, List<(string Text, int Position)> values) => field switch
    {
        RunField.State => new InState(Named<SyncRunState>("state", values)),
        RunField.Trigger => new ByTrigger(Named<SyncTrigger>("trigger", values)),
        RunField.Queued or RunField.Started or RunField.Finished => RunQueryRanges.Times(field, Single(field, values)),
        RunField.Duration or RunField.Attempt or RunField.Warnings => RunQueryRanges.Numbers(field, Single(field, values)),
        _ => new InField(field, [.. values.Select(v => v.Text)]),
    };

    private static (string Text, int Position) Single(RunField field, List<(string Text, int Position)> values) => values.Count == 1
        ? values[0]
        : throw new RunQueryException(values[1].Position + 1, $"{RunFields.NameOf(field)} takes one value; write a range as 1..2, or join two by OR.");

    private static List<T> Named<T>(string what, List<(string Text, int Position)> values)
        where T : struct, Enum
    {
        var found = new List<T>();
        foreach (var (text, position) in values)
        {
            // Numbers parse too, and are no names.
            var name = Enum.GetNames<T>().FirstOrDefault(n => n.Equals(text, StringComparison.OrdinalIgnoreCase)) ?? throw new RunQueryException(
                position + 1,
                $"there is no {what} '{text}'; there are {string.Join(", ", Enum.GetNames<T>().Select(System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName))}.");
            found.Add(Enum.Parse<T>(name));
        }

        return found;
    }

    private bool TakeKeyword(string word)
    {
        if (!IsNext(word))
        {
            return false;
        }

        _at += word.Length;
        SkipBlanks();
        return true;
    }

    private bool IsNext(string word)
    {
        var end = _at + word.Length;
        return end <= _text.Length
            && string.Compare(_text, _at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) == 0
            && (end == _text.Length || char.IsWhiteSpace(_text[end]) || _text[end] is '(' or ')');
    }

    private void SkipBlanks()
    {
        while (!IsAtEnd && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }
    }

    private RunQueryException Wrong(string problem) => new(Math.Min(_at, _text.Length) + 1, problem);
}
