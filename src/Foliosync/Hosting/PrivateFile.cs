namespace Foliosync.Hosting;

/// <summary>Files that only their owner can read, from their first moment on.</summary>
internal static class PrivateFile
{
    /// <summary>Makes a file, or empties one that is there.</summary>
    public static FileStream Create(string file) => Open(file, FileMode.Create);

    /// <summary>Opens a file for writing; a new one is private.</summary>
    public static FileStream Open(string file, FileMode mode, FileShare share = FileShare.ReadWrite)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(file, options);
    }
}
