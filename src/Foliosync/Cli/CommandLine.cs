using System.CommandLine;
using System.CommandLine.Invocation;

namespace Foliosync.Cli;

/// <summary>The table of contents of the command line.</summary>
internal static class CommandLine
{
    /// <summary>Runs one verb and answers with its exit code.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var parsed = Create().Parse(arguments);
        if (parsed.Action is ParseErrorAction)
        {
            var verb = parsed.CommandResult.Command is RootCommand ? string.Empty : parsed.CommandResult.Command.Name + " ";
            Output.OfProcess(json: false).Fail($"{string.Join(' ', parsed.Errors.Select(e => e.Message))} See 'foliosync {verb}--help'.");
            return ExitCode.Usage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            // A sync finishes the connections it is at; a server answers the requests it has.
            ProcessTerminationTimeout = TimeSpan.FromSeconds(25),
        });
    }

    private static RootCommand Create()
    {
        var root = new RootCommand("Keeps portfolios in step with broker accounts. Without a verb it serves.")
        {
            Verb.Json,
            Verb.DataDirectory,
            ServeVerb.Create(),
            BrokerVerbs.Create(),
            VaultVerbs.Create(),
            DatabaseVerbs.Migrate(),
            DatabaseVerbs.Backup(),
            DatabaseVerbs.Restore(),
            DoctorVerb.Create(),
            ConfigVerb.Create(),
        };
        Verb.Attach(root, ServeVerb.RunAsync, ServeVerb.Urls, ServeVerb.NoJobs);
        return root;
    }
}
