using System.Reflection;
using System.Xml.Linq;
using Foliosync.Brokers;
using Foliosync.Brokers.Contract;

namespace Foliosync.Tests.Architecture;

/// <summary>The house as built (assemblies) and as written (files).</summary>
internal static class House
{
    public static readonly Assembly Contract = typeof(IBroker).Assembly;
    public static readonly Assembly Brokers = typeof(BuiltInBrokers).Assembly;
    public static readonly Assembly Core = Assembly.Load("Foliosync.Core");
    public static readonly Assembly Program = Assembly.Load("foliosync");

    public static IReadOnlyList<Assembly> All { get; } = [Contract, Brokers, Core, Program];

    /// <summary>The folder of Foliosync.slnx, above the folder that the tests run in.</summary>
    public static DirectoryInfo Root { get; } = FindRoot();

    public static IReadOnlyList<FileInfo> SourceFiles { get; } =
    [
        .. new DirectoryInfo(Path.Combine(Root.FullName, "src")).EnumerateFiles("*.cs", SearchOption.AllDirectories)
            .Where(f => !f.FullName.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin")),
    ];

    /// <summary>A path inside the repository, for messages.</summary>
    public static string Relative(FileInfo file) => Path.GetRelativePath(Root.FullName, file.FullName).Replace('\\', '/');

    /// <summary>What a project file of <c>src</c> asks for: the names in its items of one kind.</summary>
    public static IReadOnlyList<string> Items(string project, string kind) =>
    [
        .. XDocument.Load(Path.Combine(Root.FullName, "src", project, $"{project}.csproj")).Descendants(kind)
            .Select(item => Path.GetFileNameWithoutExtension(((string)item.Attribute("Include")!).Replace('\\', '/'))),
    ];

    /// <summary>The types of one of our namespaces and below it, with what the compiler nests in them.</summary>
    public static IReadOnlyList<Type> TypesUnder(Assembly assembly, params string[] namespaces) =>
    [
        .. assembly.GetTypes().Where(t => namespaces.Any(n => t.Namespace == n || t.Namespace?.StartsWith(n + '.', StringComparison.Ordinal) == true)),
    ];

    /// <summary>The type that a person wrote: the outermost one around what the compiler made.</summary>
    public static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static DirectoryInfo FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Foliosync.slnx")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException("The tests do not run inside the repository: no Foliosync.slnx above them.");
    }
}
