namespace Foliosync.Web;

/// <summary>Where to go after signing in: to a page of ours or to the start page, never to another site.</summary>
internal static class LocalPath
{
    /// <summary>The path, when it is one of ours.</summary>
    public static string Of(string? path) =>
        path is ['/', ..] && !path.StartsWith("//", StringComparison.Ordinal) && !path.StartsWith("/\\", StringComparison.Ordinal)
        && !path.Any(char.IsControl) && Uri.TryCreate(path, UriKind.Relative, out _)
            ? path
            : "/";
}
