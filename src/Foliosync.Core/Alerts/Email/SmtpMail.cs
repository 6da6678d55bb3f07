using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Foliosync.Core.Alerts.Channels;

namespace Foliosync.Core.Alerts.Email;

/// <summary>Sends mails through the operator's mail server (RFC 5321), one connection a mail.</summary>
public sealed class SmtpMail
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly SmtpSettings? _settings;
    private readonly TimeProvider _clock;
    private readonly RemoteCertificateValidationCallback? _certificates;

    /// <summary>Trusts the certificates that this machine trusts.</summary>
    public SmtpMail(AlertSettings settings, TimeProvider clock)
        : this(settings, clock, certificates: null)
    {
    }

    /// <summary>Trusts other certificates, for tests.</summary>
    internal SmtpMail(AlertSettings settings, TimeProvider clock, RemoteCertificateValidationCallback? certificates)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings.Smtp;
        _clock = clock;
        _certificates = certificates;
    }

    /// <summary>Sends, and returns when the mail server has taken the mail.</summary>
    /// <exception cref="DeliveryException">It has not.</exception>
    public async Task SendAsync(string to, string subject, string text, Guid id, CancellationToken cancellationToken)
    {
        if (_settings is not { } settings)
        {
            throw new DeliveryException("This instance has no mail server. Set FOLIOSYNC_SMTP__HOST.");
        }

        var from = MailText.Parse(settings.From) ?? throw new DeliveryException("FOLIOSYNC_SMTP__FROM is not a mail address.");
        var receiver = MailText.Parse(to) ?? throw new DeliveryException("The channel's address is not a mail address.");
        var mail = MailText.Compose(from, receiver, subject, text, id, _clock.GetUtcNow());

        using var patience = new CancellationTokenSource(Timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(settings.Host, settings.Port, either.Token);
            if (settings.Tls == SmtpTls.None && !IsLoopback(tcp))
            {
                throw new DeliveryException("FOLIOSYNC_SMTP__TLS=none is for a mail server on this machine only. Use implicit or starttls.");
            }

            await ConverseAsync(tcp.GetStream(), settings, from, receiver, mail, either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new DeliveryException($"The mail server did not answer within {Timeout.TotalSeconds:0} seconds.");
        }
        catch (AuthenticationException e)
        {
            throw new DeliveryException("The mail server has no certificate that this machine trusts. Nothing was sent.", e);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new DeliveryException("The mail server cannot be reached, or broke off. Check FOLIOSYNC_SMTP__HOST, port and TLS.", e);
        }
    }

    private async Task ConverseAsync(
        Stream network, SmtpSettings settings, MailAddress from, MailAddress to, string mail, CancellationToken cancellationToken)
    {
        var isSecure = settings.Tls == SmtpTls.Implicit;
        var stream = isSecure ? await SecureAsync(network, settings.Host, cancellationToken) : network;
        try
        {
            var lines = new SmtpLines(stream);
            await ExpectAsync(lines, null, 220, cancellationToken);
            var hello = $"EHLO {from.Host}\r\n";
            var abilities = await ExpectAsync(lines, hello, 250, cancellationToken);
            if (settings.Tls == SmtpTls.StartTls)
            {
                if (!abilities.Lines.Contains("STARTTLS", StringComparer.OrdinalIgnoreCase))
                {
                    throw new DeliveryException("The mail server offers no STARTTLS. Nothing was sent.");
                }

                await ExpectAsync(lines, "STARTTLS\r\n", 220, cancellationToken);
                if (lines.HasMore)
                {
                    // Said in clear, it would be heard as said under TLS.
                    throw new DeliveryException("The mail server, or somebody on the way, spoke before TLS had begun. Nothing was sent.");
                }

                stream = await SecureAsync(network, settings.Host, cancellationToken);
                lines = new SmtpLines(stream);
                abilities = await ExpectAsync(lines, hello, 250, cancellationToken);
            }

            await LogInAsync(lines, settings, abilities, cancellationToken);
            await ExpectAsync(lines, $"MAIL FROM:<{from.Address}>\r\n", 250, cancellationToken);
            await ExpectAsync(lines, $"RCPT TO:<{to.Address}>\r\n", 250, cancellationToken);
            await ExpectAsync(lines, "DATA\r\n", 354, cancellationToken);
            // No line of a mail of ours begins with a dot: headers have names, and base64 has no dots.
            await ExpectAsync(lines, mail + ".\r\n", 250, cancellationToken);
            await SayGoodbyeAsync(lines, cancellationToken);
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }

    // The mail is taken, however the connection ends.
    private static async Task SayGoodbyeAsync(SmtpLines lines, CancellationToken cancellationToken)
    {
        try
        {
            await lines.WriteAsync("QUIT\r\n", cancellationToken);
        }
        catch (IOException)
        {
            // The server was quicker.
        }
    }

    private async Task<SslStream> SecureAsync(Stream network, string host, CancellationToken cancellationToken)
    {
        var tls = new SslStream(network, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = host, RemoteCertificateValidationCallback = _certificates }, cancellationToken);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    // Reached only under TLS, or within this machine.
    private static async Task LogInAsync(SmtpLines lines, SmtpSettings settings, SmtpReply abilities, CancellationToken cancellationToken)
    {
        if (settings is not { User: { } user, Password: { } password })
        {
            return;
        }

        var ways = abilities.Lines.FirstOrDefault(l => l.StartsWith("AUTH ", StringComparison.OrdinalIgnoreCase))?.ToUpperInvariant().Split(' ') ?? [];
        SmtpReply reply;
        if (ways.Contains("PLAIN"))
        {
            reply = await AskAsync($"AUTH PLAIN {Base64($"\0{user}\0{password.Reveal()}")}\r\n");
        }
        else if (ways.Contains("LOGIN"))
        {
            reply = await AskAsync("AUTH LOGIN\r\n");
            reply = reply.Code == 334 ? await AskAsync(Base64(user) + "\r\n") : reply;
            reply = reply.Code == 334 ? await AskAsync(Base64(password.Reveal()) + "\r\n") : reply;
        }
        else
        {
            throw new DeliveryException("The mail server offers neither AUTH PLAIN nor AUTH LOGIN. Leave FOLIOSYNC_SMTP__USER out if it needs no login.");
        }

        if (reply.Code != 235)
        {
            // Its words may repeat ours.
            throw new DeliveryException(string.Create(
                CultureInfo.InvariantCulture, $"The mail server refused user name or password ({reply.Code}). Check FOLIOSYNC_SMTP__USER and __PASSWORD."));
        }

        async Task<SmtpReply> AskAsync(string command)
        {
            await lines.WriteAsync(command, cancellationToken);
            return await lines.ReadAsync(cancellationToken);
        }
    }

    private static async Task<SmtpReply> ExpectAsync(SmtpLines lines, string? command, int code, CancellationToken cancellationToken)
    {
        if (command is not null)
        {
            await lines.WriteAsync(command, cancellationToken);
        }

        var reply = await lines.ReadAsync(cancellationToken);
        if (reply.Code == code || (code == 250 && reply.Code == 251))
        {
            return reply;
        }

        var said = string.Concat(string.Join(' ', reply.Lines).Where(c => !char.IsControl(c)).Take(200));
        throw new DeliveryException(string.Create(CultureInfo.InvariantCulture, $"The mail server refused the mail: {reply.Code} {said}").TrimEnd());
    }

    private static bool IsLoopback(TcpClient tcp) => tcp.Client.RemoteEndPoint is IPEndPoint { Address: var address }
        && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
