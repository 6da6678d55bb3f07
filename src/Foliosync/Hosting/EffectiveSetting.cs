namespace Foliosync.Hosting;

/// <summary>A setting as it counts.</summary>
/// <param name="Name">Name of the variable.</param>
/// <param name="Value">The value; for a secret only whether it is set.</param>
/// <param name="Origin"><c>command line</c>, <c>environment</c>, <c>.env</c>, <c>foliosync.json</c> or <c>default</c>.</param>
internal sealed record EffectiveSetting(string Name, string Value, string Origin);
