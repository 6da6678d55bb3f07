using System.CommandLine;

namespace Foliosync.Cli;

/// <summary>How a verb is made, and what all of them have in common.</summary>
internal static class Verb
{
    /// <summary>Set to see the whole exception when something unexpected happens.</summary>
    public const string TraceName = "FOLIOSYNC_TRACE";

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Write the result as JSON; everything else goes to stderr",
        Recursive = true,
    };

    public static readonly Option<string?> DataDirectory = new("--data-dir")
    {
        Description = "Where database, key file and settings are (FOLIOSYNC_DATA_DIR; ./data)",
        HelpName = "DIR",
        Recursive = true,
    };

    /// <summary>Makes a verb that says what it does in its class and answers with an exit code.</summary>
    public static Command Create(
        string name, string description, Func<VerbContext, CancellationToken, Task<int>> run, params Symbol[] symbols)
    {
        var command = new Command(name, description);
        Attach(command, run, symbols);
        return command;
    }

    /// <summary>Makes a verb whose end without an exception means that all is fine.</summary>
    public static Command Create(
        string name, string description, Func<VerbContext, CancellationToken, Task> run, params Symbol[] symbols) =>
        Create(
            name,
            description,
            async Task<int> (context, cancellationToken) =>
            {
                await run(context, cancellationToken);
                return ExitCode.Fine;
            },
            symbols);

    /// <summary>Makes a name for several verbs.</summary>
    public static Command Group(string name, string description, params Command[] verbs)
    {
        var group = new Command(name, description);
        foreach (var verb in verbs)
        {
            group.Subcommands.Add(verb);
        }

        return group;
    }

    /// <summary>Gives a command its arguments, options and action.</summary>
    public static void Attach(Command command, Func<VerbContext, CancellationToken, Task<int>> run, params Symbol[] symbols)
    {
        foreach (var symbol in symbols)
        {
            if (symbol is Option option)
            {
                command.Options.Add(option);
            }
            else
            {
                command.Arguments.Add((Argument)symbol);
            }
        }

        command.SetAction((arguments, cancellationToken) => RunAsync(arguments, run, cancellationToken));
    }

    private static async Task<int> RunAsync(
        ParseResult arguments, Func<VerbContext, CancellationToken, Task<int>> run, CancellationToken cancellationToken)
    {
        // Ctrl+C is heard only once the verb has let go of the thread for the first time; on SQLite that could be after it has claimed its work.
        await Task.Yield();
        var output = Output.OfProcess(arguments.GetValue(Json));
        await using var context = new VerbContext(arguments, output);
        try
        {
            return await run(context, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            output.Say("Stopped.");
            return ExitCode.Interrupted;
        }
#pragma warning disable CA1031 // The outermost border: whatever happened becomes one line and an exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var (exitCode, line) = Failure.Describe(e);
            output.Fail(line);
            if (Environment.GetEnvironmentVariable(TraceName) is "1")
            {
                output.Say(e.ToString());
            }

            return exitCode;
        }
    }
}
