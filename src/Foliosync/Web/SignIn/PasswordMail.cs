using Foliosync.Core.Alerts.Email;
using Foliosync.Core.Connections;
using Foliosync.Core.Users;
using Foliosync.Hosting;
using Microsoft.AspNetCore.Identity;

namespace Foliosync.Web;

/// <summary>Mails with a link by which somebody who has forgotten the password chooses a new one.</summary>
internal sealed partial class PasswordMail(
    InstanceSettings settings, PublicAddress address, SmtpMail mail, IServiceScopeFactory scopes, TimeProvider clock, ILogger<PasswordMail> logger) : IAsyncDisposable
{
    private static readonly TimeSpan OneAfterAnother = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _lastSent = new(StringComparer.OrdinalIgnoreCase);
    private Task _sending = Task.CompletedTask;

    /// <summary>True when this instance can send mails.</summary>
    public bool IsOn => settings.Alerts.Smtp is not null;

    /// <summary>Sends a link if there is somebody with that e-mail, at most one a minute. Returns at once, whether or not there is.</summary>
    public void Begin(string email, string language)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            foreach (var (old, at) in _lastSent.ToList())
            {
                if (now - at >= OneAfterAnother)
                {
                    _lastSent.Remove(old);
                }
            }

            if (!_lastSent.TryAdd(email, now))
            {
                return;
            }

            var previous = _sending;
            _sending = Task.Run(async () =>
            {
                await previous;
                await SendAsync(email, language);
            });
        }
    }

    /// <summary>Waits until the last mail is sent.</summary>
    public async ValueTask DisposeAsync() => await _sending;

    private async Task SendAsync(string email, string language)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
            if (await users.FindByNameAsync(email) is not { Disabled: false } user)
            {
                return;
            }

            var token = await users.GeneratePasswordResetTokenAsync(user);
            // Never by the name that a request gave: it could be somebody else's.
            var link = address.At($"sign-in/reset?user={user.Id}&token={Uri.EscapeDataString(token)}");
            var (subject, text) = language == "hi"
                ? ("Foliosync: नया पासवर्ड", $"नया पासवर्ड चुनने के लिए यह लिंक खोलें। यह एक घंटे तक काम करता है।\n\n{link}\n\nअगर आपने यह नहीं माँगा, तो कुछ न करें।\n")
                : ("Foliosync: a new password", $"Open this link to choose a new password. It works for one hour.\n\n{link}\n\nIf you did not ask for it, do nothing.\n");
            await mail.SendAsync(user.Email!, subject, text, Guid.CreateVersion7(clock.GetUtcNow()), CancellationToken.None);
        }
#pragma warning disable CA1031 // Nobody waits for this; the log tells.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogNotSent(e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The mail with the link for a new password could not be sent.")]
    private partial void LogNotSent(Exception e);
}
