using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

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
            // The parser lists choices line by line; an error is one line.
            var problem = string.Join(' ', parsed.Errors.Select(e => string.Join(' ', e.Message.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries))).Distinct());
            Output.OfProcess(json: false).Fail($"{problem} See '{PathOf(parsed.CommandResult)} --help'.");
            return ExitCode.Usage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            // A sync finishes the connections it is at; a server answers the requests it has.
            ProcessTerminationTimeout = TimeSpan.FromSeconds(29),
        });
    }

    // "foliosync token create" and not "create" alone.
    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : "foliosync";

    private static RootCommand Create()
    {
        var root = new RootCommand("Keeps portfolios in step with broker accounts. Without a verb it serves.")
        {
            Verb.Json,
            Verb.DataDirectory,
            ServeVerb.Create(),
            WorkVerb.Create(),
            DemoVerb.Create(),
            SyncVerb.Create(),
            ImportVerbs.Create(),
            RunVerbs.Create(),
            TopVerb.Create(),
            ReportVerb.Create(),
            ConnectVerbs.Create(),
            AccountVerbs.Create(),
            ExportVerb.Create(),
            UserVerbs.Create(),
            TokenVerbs.Create(),
            AlertVerbs.Create(),
            BrokerVerbs.Create(),
            PriceVerbs.Create(),
            VaultVerbs.Create(),
            DatabaseVerbs.Migrate(),
            DatabaseVerbs.Backup(),
            DatabaseVerbs.Restore(),
            AdminVerbs.Create(),
            DoctorVerb.Create(),
            HealthVerb.Create(),
            ConfigVerb.Create(),
        };
        Verb.Attach(root, ServeVerb.RunAsync, ServeVerb.Urls, ServeVerb.NoJobs, ServeVerb.Log);
        return root;
    }
}
