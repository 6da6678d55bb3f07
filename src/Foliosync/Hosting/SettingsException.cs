namespace Foliosync.Hosting;

/// <summary>A setting is wrong. The message names the variable, says what to do and repeats no secret.</summary>
internal sealed class SettingsException(string message) : Exception(message);
