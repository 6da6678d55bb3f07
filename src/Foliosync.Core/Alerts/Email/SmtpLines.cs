using System.Globalization;
using System.Text;
using Foliosync.Core.Alerts.Channels;

namespace Foliosync.Core.Alerts.Email;

/// <summary>An answer of a mail server.</summary>
/// <param name="Code">Three digits.</param>
/// <param name="Lines">What follows the code, line by line.</param>
internal sealed record SmtpReply(int Code, IReadOnlyList<string> Lines);

/// <summary>Commands and answers over one stream. Reads not a byte more than the server has sent for the present answer.</summary>
internal sealed class SmtpLines(Stream stream)
{
    private const int LongestLine = 2_000;
    private const int MostLines = 100;

    private readonly byte[] _buffer = new byte[1024];
    private int _start;
    private int _end;

    /// <summary>True when the server has said more than it was asked for.</summary>
    public bool HasMore => _start < _end;

    public async Task WriteAsync(string text, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    /// <exception cref="DeliveryException">What came is no answer of a mail server.</exception>
    public async Task<SmtpReply> ReadAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        while (lines.Count < MostLines)
        {
            var line = await ReadLineAsync(cancellationToken);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code))
            {
                break;
            }

            lines.Add(line.Length > 4 ? line[4..] : string.Empty);
            if (line.Length == 3 || line[3] == ' ')
            {
                return new SmtpReply(code, lines);
            }
        }

        throw NoMailServer();
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (line.Length < LongestLine)
        {
            if (_start == _end)
            {
                _start = 0;
                _end = await stream.ReadAsync(_buffer, cancellationToken);
                if (_end == 0)
                {
                    throw new DeliveryException("The mail server ended the connection.");
                }
            }

            var c = (char)_buffer[_start++];
            if (c == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append(c);
        }

        throw NoMailServer();
    }

    private static DeliveryException NoMailServer() => new("What answers at FOLIOSYNC_SMTP__HOST is no mail server. Check host, port and FOLIOSYNC_SMTP__TLS.");
}
