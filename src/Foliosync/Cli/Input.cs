using System.CommandLine;
using System.CommandLine.Parsing;
using Foliosync.Brokers.Contract;
using Spectre.Console;

namespace Foliosync.Cli;

/// <summary>What verbs take from people: ids on the command line, secrets from stdin or typed without echo.</summary>
internal static class Input
{
    /// <summary>An argument that is the id of something.</summary>
    /// <param name="description">What it is the id of.</param>
    /// <param name="list">The verb that shows the ids, for example <c>connect list</c>.</param>
    /// <param name="name">What help calls it.</param>
    public static Argument<Guid> Id(string description, string list, string name = "ID") => new(name)
    {
        Description = description,
        CustomParser = result => ParseId(result, list),
    };

    /// <summary>An option that takes the id of something.</summary>
    public static Option<Guid?> IdOption(string name, string description, string list) => new(name)
    {
        Description = description,
        HelpName = "ID",
        CustomParser = result => ParseId(result, list),
    };

    /// <summary>The first line of stdin. Nothing else sees what is piped in: no history, no list of processes.</summary>
    public static async Task<string> ReadLineAsync(string what, CancellationToken cancellationToken) =>
        await Console.In.ReadLineAsync(cancellationToken) is { Length: > 0 } line
            ? line
            : throw new UsageException($"There is no {what} on stdin. Pipe it in as one line.");

    /// <summary>Asks a person for one credential, without echo unless it may be shown. Blank when it may be left out and was.</summary>
    public static async Task<string> AskAsync(this Output output, CredentialField field, CancellationToken cancellationToken)
    {
        if (field.Help is { } help)
        {
            output.Messages.WriteLine(help, new Style(Color.Grey));
        }

        var title = Markup.Escape(field.Label) + (field.Required ? ":" : " (may stay empty):");
        if (field.Kind == CredentialKind.Choice)
        {
            var prompt = new SelectionPrompt<string>().Title(title).AddChoices(field.Choices);
            prompt.Converter = Markup.Escape;
            return await prompt.ShowAsync(output.Messages, cancellationToken);
        }

        var text = new TextPrompt<string>(title) { IsSecret = field.Kind != CredentialKind.Text, Mask = null, AllowEmpty = !field.Required };
        return await text.ShowAsync(output.Messages, cancellationToken);
    }

    private static Guid ParseId(ArgumentResult result, string list)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : string.Empty;
        if (!Guid.TryParse(text, out var id))
        {
            result.AddError($"'{text}' is not an id; 'foliosync {list}' shows them.");
        }

        return id;
    }
}
