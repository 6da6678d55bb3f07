using System.Diagnostics;
using System.Text.Json;
using Foliosync.Hosting;
using Microsoft.Data.Sqlite;
using Shouldly;

namespace Foliosync.Tests.Cli;

/// <summary>An instance in a temporary folder, used as people use it: by starting the program that was built.</summary>
public sealed class TestInstance : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly Lazy<Task<TestInstance>> UserTemplate = new(MakeUserTemplateAsync);
    private static readonly Lazy<Task<TestInstance>> ConnectionTemplate = new(MakeConnectionTemplateAsync);

    private readonly Dictionary<string, string?> _environment = [];

    /// <summary>The working directory of every command; the data directory lies in it.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("foliosync-cli-").FullName;

    public string DataDirectory => Path.Combine(Folder, "data");

    public string DatabaseFile => Path.Combine(DataDirectory, "foliosync.db");

    public string KeyFile => Path.Combine(DataDirectory, "master.key");

    /// <summary>Everything the commands have written so far, for searching secrets in.</summary>
    public List<string> Written { get; } = [];

    /// <summary>An instance with one person, me@example.org.</summary>
    public static async Task<TestInstance> WithUserAsync() => (await UserTemplate.Value).Copy();

    /// <summary>An instance with one person and one Demo connection, not synced yet.</summary>
    public static async Task<TestInstance> WithConnectionAsync() => (await ConnectionTemplate.Value).Copy();

    /// <summary>Sets a variable for the commands that follow; null to remove it.</summary>
    public TestInstance With(string name, string? value)
    {
        _environment.Remove(name);
        if (value is not null)
        {
            _environment[name] = value;
        }

        return this;
    }

    /// <summary>Runs a verb to its end.</summary>
    public Task<CommandResult> RunAsync(params string[] arguments) => RunWithInputAsync(string.Empty, arguments);

    /// <summary>Runs a verb to its end with something piped in.</summary>
    public async Task<CommandResult> RunWithInputAsync(string input, params string[] arguments)
    {
        using var patience = new CancellationTokenSource(Patience);
        var result = await WarmProgram.RunAsync(new VerbOrder(arguments, Folder, _environment, input), patience.Token);
        Written.AddRange([result.Output, result.Errors]);
        return result;
    }

    /// <summary>Runs a verb that must succeed, with <c>--json</c>, and gives what it wrote.</summary>
    public async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var result = await RunAsync([.. arguments, "--json"]);
        result.ExitCode.ShouldBe(0, result.Errors);
        return result.Json;
    }

    /// <summary>Starts a verb that goes on until it is stopped.</summary>
    public RunningCommand StartRunning(params string[] arguments) => new(Start(arguments), Written);

    /// <summary>Starts a verb on a terminal of its own, 200 columns wide, as a person does; what it draws is what it writes.</summary>
    public RunningCommand StartOnTerminal(params string[] arguments)
    {
        // 'script' is what makes a terminal; it ends with the command.
        var command = string.Join(' ', new[] { "stty cols 200 rows 50; exec dotnet", typeof(InstanceSettings).Assembly.Location }.Concat(arguments));
        return new(Start("script", ["-q", "-e", "-f", "-c", command, "/dev/null"], ("TERM", "xterm")), Written);
    }

    /// <summary>A connection to the Demo broker.</summary>
    public async Task<string> ConnectDemoAsync(string scenario, string seed, string session = "")
    {
        var input = JsonSerializer.Serialize(new { credentials = new { scenario, seed }, session = session.Length > 0 ? new { token = session } : null });
        var added = await RunWithInputAsync(input, "connect", "add", "--broker", "demo", "--label", seed, "--credentials-stdin", "--json");
        added.ExitCode.ShouldBe(0, added.Errors);
        return added.Json.GetProperty("id").GetString()!;
    }

    /// <summary>Changes the database behind the program's back.</summary>
    public void Sql(string statement)
    {
        using var connection = new SqliteConnection($"Data Source={DatabaseFile};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    /// <summary>Counts in the database.</summary>
    public long Scalar(string query)
    {
        using var connection = new SqliteConnection($"Data Source={DatabaseFile};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = query;
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>A column of texts from the database.</summary>
    public List<string> Texts(string query)
    {
        using var connection = new SqliteConnection($"Data Source={DatabaseFile};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = query;
        using var reader = command.ExecuteReader();
        var texts = new List<string>();
        while (reader.Read())
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    // Each start of the program takes a while; a copy of what it made takes none.
    private static async Task<TestInstance> MakeUserTemplateAsync()
    {
        var template = new TestInstance();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => template.Dispose();
        var added = await template.RunWithInputAsync(
            "correct horse battery", "user", "add", "me@example.org", "--admin", "--password-stdin");
        added.ExitCode.ShouldBe(0, added.Errors);
        return template;
    }

    private static async Task<TestInstance> MakeConnectionTemplateAsync()
    {
        var template = await WithUserAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => template.Dispose();
        await template.ConnectDemoAsync("normal", "a");
        return template;
    }

    private TestInstance Copy()
    {
        var copy = new TestInstance();
        Directory.CreateDirectory(copy.DataDirectory);
        foreach (var file in Directory.GetFiles(DataDirectory))
        {
            File.Copy(file, Path.Combine(copy.DataDirectory, Path.GetFileName(file)));
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(copy.DataDirectory, File.GetUnixFileMode(DataDirectory));
        }

        copy.Written.AddRange(Written);
        return copy;
    }

    private Process Start(string[] arguments) => Start("dotnet", [typeof(InstanceSettings).Assembly.Location, .. arguments]);

    private Process Start(string program, string[] arguments, params (string Name, string Value)[] more)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(IsOurs).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        foreach (var (name, value) in more)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>True for the variables that the program reads; the tests start without any.</summary>
    internal static bool IsOurs(string name) =>
        name.StartsWith("FOLIOSYNC_", StringComparison.OrdinalIgnoreCase) || name.StartsWith("OTEL_", StringComparison.Ordinal) || name is "DATABASE_URL" or "NO_COLOR";
}

/// <summary>How a command ended.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Errors)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>It failed the way every verb has to: one line on stderr for people, nothing on stdout, no stack trace.</summary>
    public void ShouldFailWith(int exitCode, string part)
    {
        var line = Errors.TrimEnd('\n');
        line.ShouldContain(part);
        line.ShouldNotContain('\n');
        line.ShouldNotContain("   at ");
        Output.ShouldBeEmpty();
        ExitCode.ShouldBe(exitCode, Errors);
    }
}
