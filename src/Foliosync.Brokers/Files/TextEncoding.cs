using System.Text;
using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Files;

/// <summary>
/// The encoding of a text file: what its byte order mark says, else UTF-8 if all of it is valid, else Windows-1252, which is a guess that a
/// person is told of. A file with bytes that are in no text is refused.
/// </summary>
internal static class TextEncoding
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly Encoding Utf16 = new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true);
    private static readonly Encoding Utf16BigEndian = new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true);
    private static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(
        1252, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;

    /// <exception cref="BrokerException">Of kind InvalidData when the file is no text.</exception>
    public static Encoding Of(Stream file, CancellationToken cancellationToken)
    {
        var mark = new byte[4];
        file.Position = 0;
        var length = file.ReadAtLeast(mark, mark.Length, throwOnEndOfStream: false);
        if (mark.AsSpan(0, length).SequenceEqual<byte>([0xFF, 0xFE, 0, 0]))
        {
            throw NoText();
        }

        var encoding = mark switch
        {
            [0xFF, 0xFE, ..] => Utf16,
            [0xFE, 0xFF, ..] => Utf16BigEndian,
            _ => null,
        };
        if (encoding is not null)
        {
            return Fits(file, encoding, cancellationToken) ? encoding : throw NoText();
        }

        return Fits(file, Utf8, cancellationToken) ? Utf8
            : Fits(file, Windows1252, cancellationToken) ? Windows1252
            : throw NoText();
    }

    /// <summary>True when the encoding had to be guessed.</summary>
    public static bool IsGuess(Encoding encoding) => ReferenceEquals(encoding, Windows1252);

    /// <summary>True when all bytes are characters of the encoding, and none of them a control character that no text has.</summary>
    private static bool Fits(Stream file, Encoding encoding, CancellationToken cancellationToken)
    {
        file.Position = 0;
        using var reader = new StreamReader(file, encoding, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var buffer = new char[16 * 1024];
        try
        {
            for (int read; (read = reader.Read(buffer, 0, buffer.Length)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                foreach (var character in buffer.AsSpan(0, read))
                {
                    if (char.IsControl(character) && character is not ('\t' or '\r' or '\n'))
                    {
                        return false;
                    }
                }
            }
        }
        catch (DecoderFallbackException)
        {
            return false;
        }

        return true;
    }

    private static BrokerException NoText() =>
        BrokerException.InvalidData("The file is neither a workbook nor a text in UTF-8, UTF-16 or Windows-1252. Download it again, as XLSX or CSV.");
}
