using Foliosync.Brokers.Contract;
using Foliosync.Core;
using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Hosting;

namespace Foliosync.Cli;

/// <summary>Turns what stopped a verb into one line that says what to do, and an exit code.</summary>
internal static class Failure
{
    public static (int ExitCode, string Line) Describe(Exception failure) => failure switch
    {
        UsageException e => (e.ExitCode, e.Message),
        InputException or NotFoundException => (ExitCode.Usage, failure.Message),
        BrokerException or RefusedException => (ExitCode.Failed, failure.Message),
        SettingsException or VaultException or DatabaseVersionException => (ExitCode.Usage, failure.Message),
        _ when DatabaseFailure.Describe(failure) is { } line => (ExitCode.Usage, line),
        UnauthorizedAccessException or IOException => (ExitCode.Failed, failure.Message),
        _ => (ExitCode.Failed, Unexpected(failure)),
    };

    private static string Unexpected(Exception e)
    {
        var text = string.Join(' ', e.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return $"Something unexpected happened ({e.GetType().Name}): {text.TrimEnd('.')}. Set {Verb.TraceName}=1 to see all of it.";
    }
}
