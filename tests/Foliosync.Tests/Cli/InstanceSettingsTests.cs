using Foliosync.Core.Prices;
using Foliosync.Hosting;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

public sealed class InstanceSettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("foliosync-settings-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Nothing_set_gives_SQLite_in_data_and_the_local_address()
    {
        var settings = InstanceSettings.Load(new SettingsSource(), ["zerodha"]);

        settings.DataDirectory.ShouldBe(Path.GetFullPath("data"));
        settings.DatabaseUrl.ShouldBeNull();
        settings.MasterKeyFile.ShouldBe(Path.Combine(settings.DataDirectory, "master.key"));
        settings.Urls.ShouldBe(["http://127.0.0.1:8080"]);
        settings.UrlsAreChosen.ShouldBeFalse();
        settings.SyncInterval.ShouldBe(TimeSpan.FromHours(1));
        settings.Effective.ShouldAllBe(e => e.Origin == "default");
    }

    [Fact]
    public void A_mail_server_needs_a_sender_and_gets_the_port_of_its_tls()
    {
        var settings = Load(
            ("FOLIOSYNC_SMTP__HOST", "mail.example.org"), ("FOLIOSYNC_SMTP__FROM", "Foliosync <fs@example.org>"), ("FOLIOSYNC_SMTP__TLS", "starttls"),
            ("FOLIOSYNC_SMTP__USER", "fs"), ("FOLIOSYNC_SMTP__PASSWORD", "planted-password"), ("FOLIOSYNC_PUBLICURL", "https://fs.example.org/"));

        var smtp = settings.Alerts.Smtp!;
        (smtp.Host, smtp.Port, smtp.Tls, smtp.User, smtp.Password!.Reveal())
            .ShouldBe(("mail.example.org", 587, Core.Alerts.Email.SmtpTls.StartTls, "fs", "planted-password"));
        settings.Alerts.PublicUrl.ShouldBe(new Uri("https://fs.example.org/"));
        settings.Alerts.AllowPrivate.ShouldBeFalse();
        settings.Effective.ShouldContain(e => e.Name == "FOLIOSYNC_SMTP__PASSWORD" && e.Value == "set");
        settings.ToString().ShouldNotContain("planted-password");
    }

    [Theory]
    [InlineData("FOLIOSYNC_SMTP__FROM", "nobody")]
    [InlineData("FOLIOSYNC_SMTP__PORT", "70000")]
    [InlineData("FOLIOSYNC_SMTP__TLS", "perhaps")]
    [InlineData("FOLIOSYNC_SMTP__USER", "fs")]
    [InlineData("FOLIOSYNC_PUBLICURL", "fs.example.org")]
    [InlineData("FOLIOSYNC_ALERTS__ALLOWPRIVATE", "perhaps")]
    public void A_wrong_setting_for_messages_is_named(string name, string value)
    {
        Dictionary<string, string> values = new() { ["FOLIOSYNC_SMTP__HOST"] = "mail.example.org", ["FOLIOSYNC_SMTP__FROM"] = "fs@example.org", [name] = value };

        Should.Throw<SettingsException>(() => Load([.. values.Select(v => (v.Key, v.Value))])).Message.ShouldContain(name);
    }

    [Fact]
    public void The_command_line_wins_over_the_environment_that_wins_over_dotenv_that_wins_over_the_file()
    {
        WriteFile("""{ "FOLIOSYNC_URLS": "http://d:4", "FOLIOSYNC_SYNC__INTERVAL": "04:00:00", "DATABASE_URL": "postgresql://h/d", "FOLIOSYNC_BROKERS__ZERODHA__ENABLED": false }""");
        var settings = InstanceSettings.Load(
            new SettingsSource()
                .Then("command line", Values(("FOLIOSYNC_DATA_DIR", _folder), ("FOLIOSYNC_URLS", "http://a:1")))
                .Then("environment", Values(("FOLIOSYNC_URLS", "http://b:2"), ("FOLIOSYNC_SYNC__INTERVAL", "02:00:00"), ("DATABASE_URL", "")))
                .Then(".env", Values(("FOLIOSYNC_URLS", "http://c:3"), ("FOLIOSYNC_SYNC__INTERVAL", "03:00:00"))),
            ["zerodha"]);

        settings.Urls.ShouldBe(["http://a:1"]);
        settings.SyncInterval.ShouldBe(TimeSpan.FromHours(2));
        settings.DatabaseUrl!.Reveal().ShouldBe("postgresql://h/d");
        settings.Brokers["zerodha"].Enabled.ShouldBeFalse();
        settings.Effective.Select(e => (e.Name, e.Origin)).ShouldContain(("FOLIOSYNC_URLS", "command line"));
        settings.Effective.Select(e => (e.Name, e.Origin)).ShouldContain(("FOLIOSYNC_SYNC__INTERVAL", "environment"));
        settings.Effective.Select(e => (e.Name, e.Origin)).ShouldContain(("DATABASE_URL", "foliosync.json"));
    }

    [Theory]
    [InlineData(null, null, "http://127.0.0.1:8080/")]
    [InlineData(null, "http://*:9000;http://127.0.0.1:1", "http://localhost:9000/")]
    [InlineData(null, "http://0.0.0.0:9000", "http://localhost:9000/")]
    [InlineData(null, "http://[::]:9000", "http://localhost:9000/")]
    [InlineData("https://folio.example.com", "http://*:9000", "https://folio.example.com/")]
    public void People_reach_the_server_where_it_says_or_else_where_it_listens(string? publicUrl, string? urls, string expected)
    {
        Load(("FOLIOSYNC_PUBLICURL", publicUrl ?? string.Empty), ("FOLIOSYNC_URLS", urls ?? string.Empty)).PublicUrl.ShouldBe(new Uri(expected));
    }

    [Theory]
    [InlineData("folio.example.com")]
    [InlineData("ftp://folio.example.com")]
    [InlineData("https://user@folio.example.com")]
    [InlineData("https://folio.example.com/?x=1")]
    public void A_public_address_that_is_none_is_refused(string publicUrl)
    {
        Should.Throw<SettingsException>(() => Load(("FOLIOSYNC_PUBLICURL", publicUrl))).Message.ShouldContain("https://foliosync.example.com");
    }

    [Fact]
    public void Secrets_are_shown_as_set_or_not_set()
    {
        var settings = Load(("DATABASE_URL", "postgresql://u:planted@h/d"), ("FOLIOSYNC_MASTER_KEY", "planted"));

        settings.ToString().ShouldNotContain("planted");
        settings.Effective.ShouldAllBe(e => !e.Value.Contains("planted"));
        settings.Effective.Single(e => e.Name == "FOLIOSYNC_MASTER_KEY").Value.ShouldBe("set");
        Load().Effective.Single(e => e.Name == "DATABASE_URL").Value.ShouldBe("not set");
    }

    [Fact]
    public void A_broker_gets_its_own_addresses()
    {
        var settings = Load(
            ("FOLIOSYNC_BROKERS__ZERODHA__APIURL", "http://127.0.0.1:9000/kite"),
            ("foliosync_brokers__zerodha__loginurl", "https://login.example"),
            ("FOLIOSYNC_BROKERS__MY_BROKER__ENABLED", "off"));

        settings.Brokers["zerodha"].ApiUrl.ShouldBe(new Uri("http://127.0.0.1:9000/kite"));
        settings.Brokers["zerodha"].LoginUrl.ShouldBe(new Uri("https://login.example"));
        settings.Brokers["my-broker"].Enabled.ShouldBeFalse();
        settings.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void A_price_source_gets_its_own_address_and_can_be_switched_on_or_off()
    {
        var settings = Load(
            ("FOLIOSYNC_PRICES__ECB__URL", "http://127.0.0.1:9000/rates"),
            ("FOLIOSYNC_PRICES__AMFI__ENABLED", "off"),
            ("foliosync_prices__yahoo__enabled", "on"));

        settings.Prices.UrlOf(PriceSource.Ecb).ShouldBe(new Uri("http://127.0.0.1:9000/rates"));
        PriceSource.All.Where(settings.Prices.IsEnabled).Select(s => s.Id).ShouldBe(["ecb", "yahoo"]);
        settings.Effective.Select(e => e.Name).ShouldContain("FOLIOSYNC_PRICES__ECB__URL");
        settings.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void A_misspelt_price_setting_is_told()
    {
        var settings = Load(("FOLIOSYNC_PRICES__EBC__URL", "http://h"), ("FOLIOSYNC_PRICES__ECB__ADDRESS", "http://h"));

        settings.Warnings.Count.ShouldBe(2);
        settings.Warnings.ShouldContain(w => w.Contains("EBC"));
    }

    [Fact]
    public void A_misspelt_broker_setting_is_told()
    {
        var settings = Load(("FOLIOSYNC_BROKERS__ZERODAH__APIURL", "http://h"), ("FOLIOSYNC_BROKERS__ZERODHA__APPURL", "http://h"));

        settings.Brokers.ShouldBeEmpty();
        settings.Warnings.Count.ShouldBe(2);
        settings.Warnings.ShouldContain(w => w.Contains("ZERODAH"));
    }

    [Theory]
    [InlineData("FOLIOSYNC_URLS", "ftp://127.0.0.1")]
    [InlineData("FOLIOSYNC_URLS", "https://127.0.0.1:8443")]
    [InlineData("FOLIOSYNC_URLS", "http://127.0.0.1:99999")]
    [InlineData("FOLIOSYNC_URLS", "8080")]
    [InlineData("FOLIOSYNC_SYNC__INTERVAL", "often")]
    [InlineData("FOLIOSYNC_SYNC__INTERVAL", "24:00:00")]
    [InlineData("FOLIOSYNC_SYNC__INTERVAL", "00:00:00")]
    [InlineData("FOLIOSYNC_BROKERS__ZERODHA__APIURL", "kite")]
    [InlineData("FOLIOSYNC_BROKERS__ZERODHA__APIURL", "http://user:password@host")]
    [InlineData("FOLIOSYNC_BROKERS__ZERODHA__ENABLED", "maybe")]
    [InlineData("FOLIOSYNC_LOG", "xml")]
    [InlineData("FOLIOSYNC_LOG_LEVEL", "loud")]
    [InlineData("FOLIOSYNC_RETENTION__RUNS", "0")]
    [InlineData("FOLIOSYNC_RETENTION__SNAPSHOTS", "00:30:00")]
    [InlineData("FOLIOSYNC_RETENTION__FAILEDRUNS", "for ever")]
    [InlineData("FOLIOSYNC_RETENTION__FAILEDSNAPSHOTS", "-5")]
    public void A_bad_value_is_one_sentence_that_names_the_variable(string name, string value)
    {
        var message = Should.Throw<SettingsException>(() => Load((name, value))).Message;

        message.ShouldContain(name);
        message.ShouldNotContain('\n');
    }

    [Theory]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://*:8080")]
    [InlineData("http://[::]:8080;http://localhost:8081")]
    public void Addresses_to_listen_on_may_have_every_form_a_server_knows(string urls) =>
        Load(("FOLIOSYNC_URLS", urls)).Urls.ShouldBe(urls.Split(';'));

    [Fact]
    public void How_long_history_is_kept_is_set_in_days_or_as_a_time()
    {
        var retention = Load(
            ("FOLIOSYNC_RETENTION__RUNS", "7"),
            ("FOLIOSYNC_RETENTION__FAILEDRUNS", "30.12:00:00"),
            ("FOLIOSYNC_RETENTION__SNAPSHOTS", "12:00:00")).Retention;

        retention.Runs.ShouldBe(TimeSpan.FromDays(7));
        retention.FailedRuns.ShouldBe(TimeSpan.FromDays(30.5));
        retention.Snapshots.ShouldBe(TimeSpan.FromHours(12));
        retention.FailedSnapshots.ShouldBe(TimeSpan.FromDays(90));
    }

    [Fact]
    public void Settings_of_OpenTelemetry_are_passed_on_and_never_shown()
    {
        var settings = Load(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"), ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=planted"));

        settings.OpenTelemetry["OTEL_EXPORTER_OTLP_HEADERS"].ShouldBe("authorization=planted");
        settings.Effective.ShouldContain(new EffectiveSetting("OTEL_EXPORTER_OTLP_HEADERS", "set", "environment"));
        settings.Effective.ShouldNotContain(s => s.Value.Contains("planted"));
    }

    [Fact]
    public void The_address_of_the_database_can_come_from_a_file()
    {
        var file = Path.Combine(_folder, "database-url");
        File.WriteAllText(file, "postgresql://f:planted@h/f\n");

        var settings = Load(("DATABASE_URL_FILE", file));

        settings.DatabaseUrl!.Reveal().ShouldBe("postgresql://f:planted@h/f");
        settings.Effective.ShouldNotContain(s => s.Value.Contains("planted"));
        Should.Throw<SettingsException>(() => Load(("DATABASE_URL_FILE", file), ("DATABASE_URL", "x"))).Message.ShouldContain("both set");
        Should.Throw<SettingsException>(() => Load(("DATABASE_URL_FILE", file + "-gone"))).Message.ShouldContain("cannot be read");
    }

    [Fact]
    public void Key_and_key_file_together_are_refused() =>
        Should.Throw<SettingsException>(() => Load(("FOLIOSYNC_MASTER_KEY", "a"), ("FOLIOSYNC_MASTER_KEY_FILE", "b")))
            .Message.ShouldContain("both set");

    [Fact]
    public void The_file_in_the_data_directory_cannot_move_the_data_directory()
    {
        WriteFile("""{ "FOLIOSYNC_DATA_DIR": "/elsewhere" }""");

        Should.Throw<SettingsException>(() => Load()).Message.ShouldContain("FOLIOSYNC_DATA_DIR");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{ nonsense")]
    [InlineData("""{ "FOLIOSYNC_URLS": ["a"] }""")]
    public void A_file_of_another_form_is_refused(string text)
    {
        WriteFile(text);

        Should.Throw<SettingsException>(() => Load()).Message.ShouldContain("foliosync.json");
    }

    [Fact]
    public void A_dotenv_file_may_have_quotes_export_and_comments()
    {
        var file = Path.Combine(_folder, ".env");
        File.WriteAllText(file, "# comment\n\nA=1\nexport B = \"two words\"\nC='x=y'\nD=\n");

        var values = SettingsSource.DotEnv(file);

        values.ShouldBe(Values(("A", "1"), ("B", "two words"), ("C", "x=y"), ("D", "")), ignoreOrder: true);
    }

    [Fact]
    public void A_broken_line_of_a_dotenv_file_is_named_by_its_number_and_not_repeated()
    {
        var file = Path.Combine(_folder, ".env");
        File.WriteAllText(file, "A=1\nplanted-secret\n");

        var message = Should.Throw<SettingsException>(() => SettingsSource.DotEnv(file)).Message;

        message.ShouldContain("Line 2");
        message.ShouldNotContain("planted");
    }

    private InstanceSettings Load(params (string Name, string Value)[] values) => InstanceSettings.Load(
        new SettingsSource().Then("environment", Values([("FOLIOSYNC_DATA_DIR", _folder), .. values])), ["zerodha", "my-broker"]);

    private void WriteFile(string json) => File.WriteAllText(Path.Combine(_folder, InstanceSettings.FileName), json);

    private static Dictionary<string, string> Values(params (string Name, string Value)[] values) =>
        values.ToDictionary(v => v.Name, v => v.Value, StringComparer.OrdinalIgnoreCase);
}
