using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Foliosync.Api;
using Spectre.Console;

namespace Foliosync.Cli;

/// <summary>
/// Where a verb writes. The result goes to stdout: a table for people or JSON for programs. Everything said along the way goes to
/// stderr, so that stdout can be piped. Colours only on a terminal, and never with NO_COLOR.
/// </summary>
internal sealed class Output
{
    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        // For terminals and files, never for a page: quotes and letters stay as they are.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new UtcInstant(), new DecimalAsText() },
    };

    private Output(bool json)
    {
        Json = json;
        Results = ConsoleOn(Console.Out, Console.IsOutputRedirected);
        Messages = ConsoleOn(Console.Error, Console.IsErrorRedirected);
    }

    /// <summary>True when the result is for a program.</summary>
    public bool Json { get; }

    /// <summary>Stdout, for people.</summary>
    public IAnsiConsole Results { get; }

    /// <summary>Stderr, for people.</summary>
    public IAnsiConsole Messages { get; }

    /// <summary>True when a person can be asked: both ends are a terminal and no program waits for JSON.</summary>
    public bool CanAsk => !Json && !Console.IsInputRedirected && !Console.IsErrorRedirected;

    /// <summary>True when a progress bar helps: a person is looking.</summary>
    public bool CanShowProgress => !Json && !Console.IsErrorRedirected;

    /// <summary>The console of this process.</summary>
    public static Output OfProcess(bool json) => new(json);

    /// <summary>Writes the result, once.</summary>
    /// <param name="result">What a program gets.</param>
    /// <param name="show">Writes it for people.</param>
    public void Result(object result, Action<IAnsiConsole> show)
    {
        if (Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(result, JsonOptions));
        }
        else
        {
            show(Results);
        }
    }

    /// <summary>Tells something along the way.</summary>
    public void Say(string message) => Messages.Line(message);

    /// <summary>Tells something that a person should look at.</summary>
    public void Warn(string message) => Messages.Line(message, Color.Yellow);

    /// <summary>Tells why the verb ends.</summary>
    public void Fail(string message) => Messages.Line(message, Color.Red);

    /// <summary>Runs a long job with a progress bar on stderr when a person is looking, without one otherwise.</summary>
    /// <param name="what">What is being done.</param>
    /// <param name="run">The job; it calls what it is given with the parts done and the parts in all.</param>
    public async Task<T> WithProgressAsync<T>(string what, Func<Action<int, int>, Task<T>> run)
    {
        if (!CanShowProgress)
        {
            return await run((_, _) => { });
        }

        return await Messages.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async bars =>
            {
                var bar = bars.AddTask(Markup.Escape(what), autoStart: true, maxValue: 1);
                return await run((done, total) =>
                {
                    bar.MaxValue = Math.Max(total, 1);
                    bar.Value = done;
                });
            });
    }

    private static IAnsiConsole ConsoleOn(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
                ? ColorSystemSupport.NoColors
                : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.Detect,
        });
        if (redirected)
        {
            // Nobody can widen a file: rows and messages stay on one line.
            console.Profile.Width = 10_000;
        }

        return console;
    }

    // The same form as the API's: UTC, with a Z.
    private sealed class UtcInstant : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime);
    }
}
