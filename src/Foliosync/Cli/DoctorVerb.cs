using System.CommandLine;
using Foliosync.Diagnosis;
using Spectre.Console;

namespace Foliosync.Cli;

/// <summary><c>foliosync doctor</c>: what is wrong, and what to do about it.</summary>
internal static class DoctorVerb
{
    public static Command Create() => Verb.Create("doctor", "Check everything that is known to go wrong, and name the cure", RunAsync);

    private static async Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var findings = await context.Service<Doctor>().ExamineAsync(cancellationToken);
        var healthy = findings.All(f => f.State != FindingState.Failed);
        context.Output.Result(new { Healthy = healthy, Checks = findings }, console => Show(console, findings));
        return healthy ? ExitCode.Fine : ExitCode.Failed;
    }

    private static void Show(IAnsiConsole console, IReadOnlyList<Finding> findings)
    {
        foreach (var finding in findings)
        {
            var (word, color) = finding.State switch
            {
                FindingState.Fine => ("ok", Color.Green),
                FindingState.Warning => ("look", Color.Yellow),
                FindingState.Failed => ("FAIL", Color.Red),
                _ => ("-", Color.Grey),
            };
            console.Write($"{word,-5}", new Style(color));
            console.Line($"{finding.Check}: {finding.Message}");
            if (finding.Cure is { } cure)
            {
                console.Line($"     -> {cure}");
            }
        }
    }
}
