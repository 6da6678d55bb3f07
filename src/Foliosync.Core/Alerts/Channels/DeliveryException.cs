namespace Foliosync.Core.Alerts.Channels;

/// <summary>The other side did not take a message. The text is one sentence for the channel's owner, without secrets.</summary>
internal sealed class DeliveryException(string message, Exception? inner = null) : Exception(message, inner);
