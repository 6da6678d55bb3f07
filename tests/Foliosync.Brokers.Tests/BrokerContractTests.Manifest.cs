using System.Text.RegularExpressions;
using Foliosync.Brokers.Contract;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests;

public abstract partial class BrokerContractTests
{
    [Fact]
    public void The_id_is_the_folder_in_lower_case()
    {
        Broker.Manifest.Id.ShouldMatch("^[a-z0-9-]+$");
        Broker.Manifest.Id.Replace("-", "", StringComparison.Ordinal).ShouldBe(Folder.ToLowerInvariant());
    }

    [Fact]
    public void The_manifest_says_what_people_and_forms_need()
    {
        var manifest = Broker.Manifest;

        manifest.Name.ShouldNotBeNullOrWhiteSpace();
        manifest.Country.ShouldMatch("^[A-Z]{2}$");
        manifest.SessionRule.ShouldEndWith(".");
        TimeZoneInfo.FindSystemTimeZoneById(manifest.TimeZone).ShouldNotBeNull();
        (manifest.LoginUrl is null || Broker is IInteractiveLogin).ShouldBeTrue("There is a login page, but no login.");
    }

    [Fact]
    public void Credential_keys_are_unique_and_their_fields_can_be_filled_in()
    {
        var fields = Broker.Manifest.Credentials;

        fields.Select(field => field.Key).ShouldBeUnique();
        foreach (var field in fields)
        {
            field.Key.ShouldMatch("^[a-z][A-Za-z0-9]*$");
            field.Label.ShouldNotBeNullOrWhiteSpace();
            (field.Choices.Count > 0).ShouldBe(field.Kind is CredentialKind.Choice, field.Key);
            Should.NotThrow(() => Regex.IsMatch("", $"^(?:{field.Pattern})$"), $"The pattern of {field.Key}");
        }
    }

    [Fact]
    public void The_rate_limit_is_shared_by_a_credential_that_exists()
    {
        if (Broker.Manifest.RateLimit is not { } limit)
        {
            return;
        }

        limit.Permits.ShouldBePositive();
        limit.Window.ShouldBeGreaterThan(TimeSpan.Zero);
        if (limit.CredentialKey is { } key)
        {
            Broker.Manifest.Credentials.ShouldContain(field => field.Key == key);
        }
    }

    [Fact]
    public void The_address_of_the_broker_is_on_a_listed_host()
    {
        if (Broker.Manifest.ApiUrl is not { } address)
        {
            NotApplicableOffline();
            return;
        }

        address.Scheme.ShouldBe(Uri.UriSchemeHttps);
        Broker.Manifest.Hosts.ShouldContain(address.Host);
        Broker.Manifest.Hosts.ShouldAllBe(host => Uri.CheckHostName(host) == UriHostNameType.Dns);
    }

    [Fact]
    public void Secrets_of_a_session_print_as_hidden()
    {
        var printed = RecordedSession().ToString();

        printed.ShouldNotContain(Planted);
        printed.ShouldContain("hidden");
    }
}
