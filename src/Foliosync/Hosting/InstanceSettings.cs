using System.Globalization;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Monitoring;
using Foliosync.Core.Prices;
using Foliosync.Core.Statements;
using Foliosync.Core.Sync;
using Foliosync.Web;

namespace Foliosync.Hosting;

/// <summary>What the operator has decided about this instance, read once at the start and checked.</summary>
internal sealed record InstanceSettings
{
    public const string DataDirectoryName = "FOLIOSYNC_DATA_DIR";
    public const string DatabaseUrlName = "DATABASE_URL";
    public const string DatabaseUrlFileName = "DATABASE_URL_FILE";
    public const string MasterKeyName = "FOLIOSYNC_MASTER_KEY";
    public const string MasterKeyFileName = "FOLIOSYNC_MASTER_KEY_FILE";
    public const string UrlsName = "FOLIOSYNC_URLS";
    public const string PublicUrlName = "FOLIOSYNC_PUBLICURL";
    public const string SyncIntervalName = "FOLIOSYNC_SYNC__INTERVAL";
    public const string LogName = "FOLIOSYNC_LOG";
    public const string LogLevelName = "FOLIOSYNC_LOG_LEVEL";

    /// <summary>Name of the settings file in the data directory.</summary>
    public const string FileName = "foliosync.json";

    private const string BrokerPrefix = "FOLIOSYNC_BROKERS__";
    private const string OpenTelemetryPrefix = "OTEL_";

    /// <summary>Full path of the directory with SQLite files, key file and uploads.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Address of a PostgreSQL database; null for SQLite in the data directory.</summary>
    public Secret? DatabaseUrl { get; init; }

    /// <summary>The master key itself; null when it is in <see cref="MasterKeyFile"/>.</summary>
    public Secret? MasterKey { get; init; }

    /// <summary>Full path of the key file. Not used when <see cref="MasterKey"/> is given.</summary>
    public required string MasterKeyFile { get; init; }

    /// <summary>Where the server listens; at least one address.</summary>
    public required IReadOnlyList<string> Urls { get; init; }

    /// <summary>True when <see cref="Urls"/> was chosen by a person and is not the default.</summary>
    public bool UrlsAreChosen { get; init; }

    /// <summary>Where people reach this instance, for links in messages. The first of <see cref="Urls"/> unless it is set.</summary>
    public Uri PublicUrl { get => field ?? PublicUrlOf(Urls[0]); init; } = null!;

    /// <summary>How often a connection is due whose broker suggests nothing.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>True when <see cref="SyncInterval"/> was chosen by a person and is not the default.</summary>
    public bool SyncIntervalIsChosen { get; init; }

    /// <summary>True when a server logs one JSON object a line, false for lines for people.</summary>
    public bool LogAsJson { get; init; }

    /// <summary>What a server logs at least, of our own lines.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>How long history is kept.</summary>
    public RetentionSettings Retention { get; init; } = new();

    /// <summary>Settings of OpenTelemetry by name, which it reads itself. May hold secrets: headers that prove who sends.</summary>
    public IReadOnlyDictionary<string, string?> OpenTelemetry { get; init; } = new Dictionary<string, string?>();

    /// <summary>How files are taken.</summary>
    public StatementSettings Statements { get; init; } = new();

    /// <summary>What the monitor may do and when it tells.</summary>
    public MonitorSettings Monitor { get; init; } = new();

    /// <summary>How people are told of alerts.</summary>
    public AlertSettings Alerts { get; init; } = new();

    /// <summary>How people sign in elsewhere.</summary>
    public SingleSignOn SingleSignOn { get; init; } = new();

    /// <summary>What is set for single brokers, by id in lower case.</summary>
    public IReadOnlyDictionary<string, BrokerOverride> Brokers { get; init; } = new Dictionary<string, BrokerOverride>();

    /// <summary>What is set for the sources of prices.</summary>
    public PriceSettings Prices { get; init; } = PriceSettings.Default;

    /// <summary>Every setting as it counts, with its origin, for <c>foliosync config</c>. Holds no secret.</summary>
    public IReadOnlyList<EffectiveSetting> Effective { get; init; } = [];

    /// <summary>Settings that do nothing, most likely misspelt: one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Reads the settings of this process.</summary>
    /// <param name="commandLine">What was given on the command line, by the name of the variable it stands for.</param>
    /// <param name="brokerIds">The brokers that settings may name.</param>
    /// <exception cref="SettingsException">A value is wrong.</exception>
    public static InstanceSettings Load(IReadOnlyDictionary<string, string> commandLine, IReadOnlyCollection<string> brokerIds)
    {
        var source = new SettingsSource().Then("command line", commandLine).Then("environment", SettingsSource.Environment());
        var dotEnv = Path.GetFullPath(".env");
        if (File.Exists(dotEnv))
        {
            source.Then(".env", SettingsSource.DotEnv(dotEnv));
        }

        return Load(source, brokerIds);
    }

    /// <summary>Reads the settings from any source; <c>foliosync.json</c> of the data directory is added to it.</summary>
    /// <exception cref="SettingsException">A value is wrong.</exception>
    public static InstanceSettings Load(SettingsSource source, IReadOnlyCollection<string> brokerIds)
    {
        var dataDirectory = FullPath(DataDirectoryName, source.Find(DataDirectoryName)?.Value ?? "./data");
        if (File.Exists(dataDirectory))
        {
            throw new SettingsException($"{DataDirectoryName} is {dataDirectory}, which is a file. Give a directory.");
        }

        var file = Path.Combine(dataDirectory, FileName);
        var fromFile = SettingsSource.Json(file);
        if (fromFile.ContainsKey(DataDirectoryName))
        {
            throw new SettingsException($"{DataDirectoryName} cannot be set in {file}, because that file is found through it. Set it in the environment.");
        }

        source.Then(FileName, fromFile);
        return Read(source, dataDirectory, brokerIds);
    }

    private static InstanceSettings Read(SettingsSource source, string dataDirectory, IReadOnlyCollection<string> brokerIds)
    {
        if (source.Find(MasterKeyName) is not null && source.Find(MasterKeyFileName) is not null)
        {
            throw new SettingsException($"{MasterKeyName} and {MasterKeyFileName} are both set. Remove one of them.");
        }

        var keyFile = FullPath(MasterKeyFileName, source.Find(MasterKeyFileName)?.Value ?? Path.Combine(dataDirectory, "master.key"));
        var urls = source.Find(UrlsName)?.Value;
        var publicUrl = source.Find(PublicUrlName) is { } found ? ReadPublicUrl(found.Value) : null;
        var interval = ReadInterval(source.Find(SyncIntervalName)?.Value);
        var (brokers, brokerSettings, warnings) = ReadBrokers(source, brokerIds);
        var prices = PriceSourceSettings.Read(source);
        var settings = new InstanceSettings
        {
            DataDirectory = dataDirectory,
            DatabaseUrl = ReadDatabaseUrl(source),
            MasterKey = SecretOf(source, MasterKeyName),
            MasterKeyFile = keyFile,
            Urls = ReadUrls(urls ?? "http://127.0.0.1:8080"),
            UrlsAreChosen = urls is not null,
            PublicUrl = publicUrl!,
            SyncInterval = interval,
            SyncIntervalIsChosen = source.Find(SyncIntervalName) is not null,
            LogAsJson = ReadLog(source.Find(LogName)?.Value),
            LogLevel = ReadLogLevel(source.Find(LogLevelName)?.Value),
            Retention = RetentionSettingsReader.Read(source),
            OpenTelemetry = source.Names
                .Where(n => n.StartsWith(OpenTelemetryPrefix, StringComparison.Ordinal) && source.Find(n) is not null)
                .ToDictionary(n => n, n => (string?)source.Find(n)!.Value.Value, StringComparer.OrdinalIgnoreCase),
            Statements = StatementSettingsReader.Read(source),
            Monitor = MonitorSettingsReader.Read(source),
            Alerts = AlertSettingsReader.Read(source, publicUrl),
            SingleSignOn = SingleSignOnReader.Read(source),
            Brokers = brokers,
            Prices = prices.Settings,
            Warnings = [.. warnings, .. prices.Warnings],
        };
        return settings with
        {
            Effective =
            [
                Shown(DataDirectoryName, dataDirectory),
                Hidden(DatabaseUrlName),
                Shown(DatabaseUrlFileName, source.Find(DatabaseUrlFileName)?.Value ?? "not set"),
                Hidden(MasterKeyName),
                Shown(MasterKeyFileName, settings.MasterKey is null ? keyFile : "not used"),
                Shown(UrlsName, string.Join(';', settings.Urls)),
                Shown(SyncIntervalName, Text(interval)),
                Shown(LogName, settings.LogAsJson ? "json" : "text"),
                Shown(LogLevelName, settings.LogLevel.ToString().ToLowerInvariant()),
                .. RetentionSettingsReader.Shown(source, settings.Retention),
                .. StatementSettingsReader.Shown(source, settings.Statements),
                .. MonitorSettingsReader.Shown(source, settings.Monitor),
                .. AlertSettingsReader.Shown(source, settings.Alerts),
                Shown(PublicUrlName, settings.PublicUrl.AbsoluteUri),
                .. SingleSignOnReader.Shown(source, settings.SingleSignOn),
                .. brokerSettings,
                .. settings.OpenTelemetry.Keys.Order(StringComparer.Ordinal).Select(Hidden),
                .. prices.Shown,
            ],
        };

        EffectiveSetting Shown(string name, string value) => new(name, value, source.Find(name)?.Origin ?? "default");
        EffectiveSetting Hidden(string name) => new(
            name, source.Find(name) is null ? "not set" : "set", source.Find(name)?.Origin ?? "default");
    }

    private static string Text(TimeSpan time) => time.ToString("c", CultureInfo.InvariantCulture);

    private static Secret? SecretOf(SettingsSource source, string name) => source.Find(name) is { } found ? new Secret(found.Value) : null;

    // A file keeps the password out of the environment, which children and diagnostics see.
    private static Secret? ReadDatabaseUrl(SettingsSource source)
    {
        if (source.Find(DatabaseUrlFileName)?.Value is not { } file)
        {
            return SecretOf(source, DatabaseUrlName);
        }

        if (source.Find(DatabaseUrlName) is not null)
        {
            throw new SettingsException($"{DatabaseUrlName} and {DatabaseUrlFileName} are both set. Remove one of them.");
        }

        try
        {
            return new Secret(File.ReadAllText(file).Trim());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{DatabaseUrlFileName} is {file}, which cannot be read. Make it readable for the user that runs Foliosync.");
        }
    }

    private static string FullPath(string name, string path)
    {
        try
        {
            return Path.GetFullPath(path);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or PathTooLongException)
        {
            throw new SettingsException($"{name} is not a path: {e.Message}");
        }
    }

    private static List<string> ReadUrls(string text)
    {
        var urls = text.Split([';', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToList();
        foreach (var url in urls)
        {
            if (url.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
            {
                throw new SettingsException($"{UrlsName} asks for https ({url}). Listen on http and put a web server with a certificate in front.");
            }

            if (!url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || !IsAddress(url))
            {
                throw new SettingsException($"{UrlsName} has '{url}', which is not an address like http://127.0.0.1:8080.");
            }
        }

        return urls.Count > 0 ? urls : throw new SettingsException($"{UrlsName} has no address. Give one like http://127.0.0.1:8080.");
    }

    private static Uri ReadPublicUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        && address.UserInfo.Length == 0 && address.Query.Length == 0 && address.Fragment.Length == 0
            ? address
            : throw new SettingsException($"{PublicUrlName} is not an address like https://foliosync.example.com, at which people reach this server.");

    // It may listen on names that nobody can call, for example http://*:8080.
    private static Uri PublicUrlOf(string listen)
    {
        var address = BindingAddress.Parse(listen);
        var host = address.IsUnixPipe || address.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "localhost" : address.Host;
        return new UriBuilder(Uri.UriSchemeHttp, host, address.IsUnixPipe ? 80 : address.Port).Uri;
    }

    private static bool IsAddress(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            return address.Port is >= 0 and <= 65535 && address.PathBase.Length == 0;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static TimeSpan ReadInterval(string? text)
    {
        if (text is null)
        {
            return TimeSpan.FromHours(1);
        }

        return SyncIntervals.TryParse(text)
            ?? throw new SettingsException(
                $"{SyncIntervalName} is '{text}', which is not a time between one second and 31 days like 01:00:00 (an hour) or 1.00:00:00 (a day).");
    }

    private static bool ReadLog(string? text) => text?.ToUpperInvariant() switch
    {
        null or "TEXT" => false,
        "JSON" => true,
        _ => throw new SettingsException($"{LogName} is '{text}'. Say text or json."),
    };

    private static LogLevel ReadLogLevel(string? text) => text?.ToUpperInvariant() switch
    {
        null or "INFORMATION" => LogLevel.Information,
        "DEBUG" => LogLevel.Debug,
        "WARNING" => LogLevel.Warning,
        _ => throw new SettingsException($"{LogLevelName} is '{text}'. Say debug, information or warning."),
    };

    private static (Dictionary<string, BrokerOverride> Brokers, List<EffectiveSetting> Shown, List<string> Warnings) ReadBrokers(
        SettingsSource source, IReadOnlyCollection<string> brokerIds)
    {
        var brokers = new Dictionary<string, BrokerOverride>(StringComparer.OrdinalIgnoreCase);
        List<EffectiveSetting> shown = [];
        List<string> warnings = [];
        var names = source.Names.Where(n => n.StartsWith(BrokerPrefix, StringComparison.OrdinalIgnoreCase));
        foreach (var name in names.Order(StringComparer.OrdinalIgnoreCase))
        {
            if (source.Find(name) is not { } found)
            {
                continue;
            }

            var parts = name[BrokerPrefix.Length..].Split("__");
            // A variable cannot have a hyphen, a broker's id can.
            var id = brokerIds.FirstOrDefault(b => b.Replace('-', '_').Equals(parts[0], StringComparison.OrdinalIgnoreCase));
            if (id is null)
            {
                warnings.Add($"{name} does nothing: there is no broker '{parts[0].ToLowerInvariant()}'. Brokers: {string.Join(", ", brokerIds)}.");
                continue;
            }

            var broker = brokers.GetValueOrDefault(id, new BrokerOverride());
            BrokerOverride? changed = (parts.Length == 2 ? parts[1].ToUpperInvariant() : null) switch
            {
                "APIURL" => broker with { ApiUrl = ReadAddress(name, found.Value) },
                "LOGINURL" => broker with { LoginUrl = ReadAddress(name, found.Value) },
                "ENABLED" => broker with { Enabled = ReadSwitch(name, found.Value) },
                _ => null,
            };
            if (changed is null)
            {
                warnings.Add($"{name} does nothing: a broker's settings are APIURL, LOGINURL and ENABLED.");
                continue;
            }

            brokers[id] = changed;
            shown.Add(new EffectiveSetting(name, found.Value, found.Origin));
        }

        return (brokers, shown, warnings);
    }

    /// <summary>Reads an address of another program.</summary>
    /// <exception cref="SettingsException">It is none, or has a user name in it.</exception>
    public static Uri ReadAddress(string name, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0
            ? address
            : throw new SettingsException($"{name} is not an address like https://api.example.com, without user name and password.");

    /// <summary>Reads a yes or no.</summary>
    /// <exception cref="SettingsException">It is neither.</exception>
    public static bool ReadSwitch(string name, string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "1" or "YES" or "ON" => true,
        "FALSE" or "0" or "NO" or "OFF" => false,
        _ => throw new SettingsException($"{name} is '{text}'. Say true or false."),
    };
}
