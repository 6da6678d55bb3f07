using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Foliosync.Core.Tests.Alerts;

/// <summary>A mail server on this machine that keeps the whole conversation.</summary>
internal sealed class TestMailServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;
    private readonly bool _implicitTls;

    public TestMailServer(bool implicitTls = false)
    {
        _implicitTls = implicitTls;
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>What clients said, line by line; <c>(TLS)</c> where it began.</summary>
    public ConcurrentQueue<string> Said { get; } = [];

    /// <summary>What the server can do beside the basics.</summary>
    public List<string> Abilities { get; } = ["PIPELINING", "AUTH PLAIN LOGIN"];

    /// <summary>Answers by the beginning of a command, in place of the usual ones.</summary>
    public Dictionary<string, string> Answers { get; } = [];

    /// <summary>Added to the answer to STARTTLS, as somebody on the way could.</summary>
    public string AfterStartTls { get; set; } = string.Empty;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The mail, headers and text.</summary>
    public string Mail => string.Join("\r\n", Said.SkipWhile(l => l != "DATA").Skip(1).TakeWhile(l => l != "."));

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                try
                {
                    await ConverseAsync(client.GetStream());
                }
                catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
                {
                    // The client went away, which some tests are about.
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task ConverseAsync(Stream stream)
    {
        stream = _implicitTls ? await SecureAsync(stream) : stream;
        await SayAsync("220 test ESMTP\r\n");
        var inData = false;
        var loginSteps = 0;
        while (await ReadLineAsync(stream) is { } line)
        {
            Said.Enqueue(line);
            if (inData)
            {
                inData = line != ".";
                if (!inData)
                {
                    await SayAsync(Answers.GetValueOrDefault(".", "250 taken\r\n"));
                }

                continue;
            }

            if (loginSteps > 0)
            {
                loginSteps--;
                await SayAsync(loginSteps > 0 ? "334 UGFzc3dvcmQ6\r\n" : Answers.GetValueOrDefault("AUTH", "235 welcome\r\n"));
                continue;
            }

            var verb = line.Split(' ', ':')[0];
            loginSteps = line == "AUTH LOGIN" ? 2 : 0;
            await SayAsync((loginSteps > 0 ? null : Answers.GetValueOrDefault(verb)) ?? verb switch
            {
                "EHLO" => string.Concat(Abilities.Prepend("test").Select((a, i) => $"250{(i == Abilities.Count ? ' ' : '-')}{a}\r\n")),
                "STARTTLS" => "220 go ahead\r\n" + AfterStartTls,
                "AUTH" when loginSteps > 0 => "334 VXNlcm5hbWU6\r\n",
                "AUTH" => "235 welcome\r\n",
                "DATA" => "354 go on\r\n",
                "QUIT" => "221 bye\r\n",
                "MAIL" or "RCPT" => "250 fine\r\n",
                _ => "500 what?\r\n",
            });
            inData = verb == "DATA";
            if (verb == "STARTTLS")
            {
                stream = await SecureAsync(stream);
            }
        }

        Task SayAsync(string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text)).AsTask();
    }

    private async Task<Stream> SecureAsync(Stream stream)
    {
        var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(TestCertificate.Value);
        Said.Enqueue("(TLS)");
        return tls;
    }

    private static async Task<string?> ReadLineAsync(Stream stream)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one) > 0)
        {
            if (one[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)one[0]);
        }

        return null;
    }
}
