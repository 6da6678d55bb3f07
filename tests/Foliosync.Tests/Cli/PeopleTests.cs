using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

public sealed class PeopleTests : IDisposable
{
    private readonly TestInstance _instance = new();

    public void Dispose() => _instance.Dispose();

    [Fact]
    public async Task A_person_is_added_with_a_piped_password_listed_and_disabled()
    {
        (await _instance.RunWithInputAsync("correct horse battery\n", "user", "add", "me@example.org", "--admin", "--password-stdin"))
            .ExitCode.ShouldBe(0);
        (await _instance.RunAsync("user", "add", "ME@example.org")).ShouldFailWith(2, "already");
        (await _instance.RunWithInputAsync("short\n", "user", "add", "you@example.org", "--password-stdin")).ShouldFailWith(2, "too short");
        (await _instance.RunAsync("user", "disable", "nobody@example.org")).ShouldFailWith(2, "There is no user");
        (await _instance.RunAsync("user", "disable", "me@example.org")).ExitCode.ShouldBe(0);

        var users = (await _instance.JsonAsync("user", "list")).EnumerateArray().ToList();

        users.Count.ShouldBe(1);
        users[0].GetProperty("email").GetString().ShouldBe("me@example.org");
        users[0].GetProperty("role").GetString().ShouldBe("admin");
        users[0].GetProperty("disabled").GetBoolean().ShouldBeTrue();
        _instance.Written.ShouldAllBe(text => !text.Contains("correct horse battery"));
    }

    [Fact]
    public async Task Without_a_password_one_is_made_and_shown_once()
    {
        var added = await _instance.JsonAsync("user", "add", "me@example.org");
        var reset = await _instance.JsonAsync("user", "reset-password", "me@example.org");

        added.GetProperty("role").GetString().ShouldBe("member");
        added.GetProperty("password").GetString()!.Length.ShouldBeGreaterThan(12);
        reset.GetProperty("password").GetString().ShouldNotBe(added.GetProperty("password").GetString());
    }

    [Fact]
    public async Task A_token_is_the_only_line_on_stdout_and_is_not_stored()
    {
        using var instance = await TestInstance.WithUserAsync();

        var created = await instance.RunAsync("token", "create", "--user", "me@example.org", "--name", "script", "--scope", "write");

        created.ExitCode.ShouldBe(0, created.Errors);
        var lines = created.Output.Split('\n');
        lines.Length.ShouldBe(2);
        lines[0].ShouldStartWith("fsy_");
        lines[1].ShouldBeEmpty();
        (await File.ReadAllTextAsync(instance.DatabaseFile)).ShouldNotContain(lines[0]);

        var listed = (await instance.JsonAsync("token", "list")).EnumerateArray().Single();
        listed.GetProperty("name").GetString().ShouldBe("script");
        listed.GetProperty("scope").GetString().ShouldBe("write");
        listed.ToString().ShouldNotContain("fsy_");

        (await instance.RunAsync("token", "revoke", listed.GetProperty("id").GetString()!)).ExitCode.ShouldBe(0);
        (await instance.JsonAsync("token", "list"))[0].GetProperty("revokedAt").GetString().ShouldNotBeNull();
    }
}
