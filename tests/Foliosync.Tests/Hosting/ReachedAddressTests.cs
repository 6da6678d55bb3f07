using Foliosync.Core.Connections;
using Foliosync.Hosting;
using Foliosync.Tests.Api;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Hosting;

public sealed class ReachedAddressTests
{
    [Fact]
    public async Task A_server_on_any_free_port_is_reached_at_the_one_that_it_got()
    {
        await using var host = await ApiHost.StartAsync(jobs: false);

        host.Services.GetRequiredService<PublicAddress>()().ShouldBe(host.Address);
    }

    [Theory]
    [InlineData("https://folio.example", "https://folio.example/relogin/x")]
    [InlineData("https://home.example/folio/", "https://home.example/folio/relogin/x")]
    public void What_is_set_counts_and_keeps_its_path(string set, string expected)
    {
        var settings = new InstanceSettings { DataDirectory = "-", MasterKeyFile = "-", Urls = ["http://127.0.0.1:0"], PublicUrl = new Uri(set) };

        ReachedAddress.Of(settings, server: null).At("relogin/x").AbsoluteUri.ShouldBe(expected);
    }
}
