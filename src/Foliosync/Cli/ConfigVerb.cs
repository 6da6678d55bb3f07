using System.CommandLine;
using Foliosync.Core.Storage;

namespace Foliosync.Cli;

/// <summary><c>foliosync config</c>: the settings as they count, and where each came from.</summary>
internal static class ConfigVerb
{
    public static Command Create() => Verb.Create("config", "Show the settings as they count, without secrets", RunAsync);

    private static Task RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        var database = context.Service<Database>().Location;
        context.Output.Result(
            new { Settings = settings.Effective, Database = database, settings.Warnings },
            console =>
            {
                var table = Tables.Create("Setting", "Value", "From");
                foreach (var setting in settings.Effective)
                {
                    table.Row(setting.Name, setting.Value, setting.Origin);
                }

                console.Write(table);
                console.Line($"Database: {database}");
            });
        foreach (var warning in settings.Warnings)
        {
            context.Output.Warn(warning);
        }

        return Task.CompletedTask;
    }
}
