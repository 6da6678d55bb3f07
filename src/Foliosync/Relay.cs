namespace Foliosync;

/// <summary>Passes progress on at once and in order, on the thread that reports it.</summary>
internal sealed class Relay<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
