using System.Reflection;
using System.Text.Json;
using Foliosync.Tests.Cli;
using Microsoft.Data.Sqlite;
using Npgsql;

/// <summary>
/// Runs verb after verb in one process of the program. .NET calls this before <c>Main</c> because DOTNET_STARTUP_HOOKS names this
/// assembly; the name and the shape are .NET's. Each verb gets its own arguments, environment, working directory and input, and goes
/// through the program's real <c>Main</c>.
/// </summary>
/// <remarks>The other end, and why: <see cref="WarmProgram"/>.</remarks>
#pragma warning disable CA1050 // .NET looks for it outside of any namespace.
internal static class StartupHook
#pragma warning restore CA1050
{
    public static void Initialize()
    {
        var main = Assembly.LoadFrom(Environment.GetCommandLineArgs()[0]).EntryPoint!;
        Environment.SetEnvironmentVariable(WarmProgram.HookVariable, null);
        var orders = Console.In;
        while (orders.ReadLine() is { } line)
        {
            var order = JsonSerializer.Deserialize<VerbOrder>(line)!;
            Directory.SetCurrentDirectory(order.Folder);
            Console.SetIn(new StringReader(order.Input));
            SetEnvironment(order.Environment);
            var exitCode = (int)main.Invoke(null, [order.Arguments])!;
            SetEnvironment(order.Environment.Keys.ToDictionary(name => name, _ => (string?)null));

            // Whatever ends with a process has to end here too: connections that stay open keep databases from being dropped.
            SqliteConnection.ClearAllPools();
            NpgsqlConnection.ClearAllPools();
            Console.Error.Write(WarmProgram.End);
            Console.Out.Write($"{WarmProgram.End}{exitCode}\n");
        }

        Environment.Exit(0);
    }

    private static void SetEnvironment(IReadOnlyDictionary<string, string?> variables)
    {
        foreach (var (name, value) in variables)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }
}
