using Foliosync.Core.Alerts.Email;
using Foliosync.Core.Connections;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Alerts.Channels;

/// <summary>Brings one message to one channel.</summary>
public sealed partial class ChannelSender(AlertHttp http, SmtpMail mail, Vault vault, TimeProvider clock, ILogger<ChannelSender> log)
{
    /// <summary>Tries to send.</summary>
    /// <returns>Null when the message was taken; otherwise why not, one sentence for the channel's owner without secrets.</returns>
    internal async Task<string?> TrySendAsync(AlertChannel channel, AlertMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(channel, message, cancellationToken);
            return null;
        }
        catch (Exception e) when (e is DeliveryException or VaultException)
        {
            return e.Message;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Not the other side's fault, but a message that was not sent all the same: it is tried again, and given up visibly.
            LogFailed(log, channel.Id, e);
            return "Foliosync failed while sending. Its log has the details.";
        }
    }

    private Task SendAsync(AlertChannel channel, AlertMessage message, CancellationToken cancellationToken)
    {
        if (channel.Kind == AlertChannelKind.Email)
        {
            return mail.SendAsync(channel.Address, message.Title, message.Text, message.Id, cancellationToken);
        }

        var secret = channel.Sealed is { } value ? vault.Open(value, channel.Id, AlertChannel.SealedField).Reveal() : null;
        return http.PostAsync(new Uri(channel.Address), Create, cancellationToken);

        // A token is for the host it was given for. A signature says nothing about its key.
        HttpRequestMessage Create(Uri address, bool isFirstHost) => channel.Kind == AlertChannelKind.Ntfy
            ? NtfyRequest.Create(address, message, isFirstHost ? secret : null)
            : WebhookRequest.Create(address, message, secret, clock.GetUtcNow());
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Sending to channel {ChannelId} failed inside Foliosync")]
    private static partial void LogFailed(ILogger log, Guid channelId, Exception e);
}
