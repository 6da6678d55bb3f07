using System.CommandLine;
using Foliosync.Core.Connections;

namespace Foliosync.Cli;

/// <summary><c>foliosync vault …</c>.</summary>
internal static class VaultVerbs
{
    public static Command Create() => Verb.Group(
        "vault",
        "The stored credentials",
        Verb.Create("rotate", "Replace the master key and wrap every stored secret with the new one, while servers run", RotateAsync));

    private static async Task RotateAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var rotation = context.Service<KeyRotation>();
        var result = await context.Output.WithProgressAsync(
            "Wrapping stored secrets",
            report => rotation.RunAsync(new Relay<KeyRotationProgress>(p => report(p.Done, p.Total)), cancellationToken));

        var file = context.Service<MasterKeySource>().KeyFile;
        context.Output.Result(result, console =>
        {
            console.Line(result.Resumed
                ? $"An earlier rotation was finished: {Tables.Number(result.Rewrapped)} secrets were still to be wrapped."
                : $"The master key is new; {Tables.Number(result.Rewrapped)} secrets were wrapped with it.");
            console.Line($"Keep a copy of {file} apart from your backups. Backups made before today need the key of their day.");
        });
        if (!result.Complete)
        {
            throw new UsageException("Some secrets still need the old key, which was kept. Run 'foliosync vault rotate' again.", ExitCode.Failed);
        }
    }
}
