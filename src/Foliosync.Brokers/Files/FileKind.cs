using System.Text;
using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Files;

/// <summary>What a file is written in.</summary>
internal enum FileKind
{
    /// <summary>A text that may be a table.</summary>
    Text,

    /// <summary>A text that begins like JSON.</summary>
    Json,

    /// <summary>A zip archive, as workbooks are.</summary>
    Zip,
}

/// <summary>Tells by the first bytes what a file is written in, and refuses what can be no statement.</summary>
internal static class FileKinds
{
    private const int HeadLength = 512;

    /// <exception cref="BrokerException">Of kind InvalidData when it is nothing that is read here, with what to do.</exception>
    public static FileKind Of(Stream file)
    {
        Span<byte> buffer = stackalloc byte[HeadLength];
        file.Position = 0;
        ReadOnlySpan<byte> head = buffer[..file.ReadAtLeast(buffer, HeadLength, throwOnEndOfStream: false)];
        file.Position = 0;
        if (head.IsEmpty)
        {
            throw BrokerException.InvalidData("The file is empty. Download it again.");
        }

        if (head.StartsWith("PK\u0003\u0004"u8) || head.StartsWith("PK\u0005\u0006"u8))
        {
            return FileKind.Zip;
        }

        Refuse(file, head);
        var text = head.StartsWith(Encoding.UTF8.Preamble) ? head[Encoding.UTF8.Preamble.Length..] : head;
        var start = text.TrimStart(" \t\r\n"u8);
        if (start.StartsWith("<"u8))
        {
            throw BrokerException.InvalidData(
                "The file is a web page or XML, not a statement. Log in at the broker and download it again, as XLSX or CSV.");
        }

        return start.StartsWith("{"u8) || start.StartsWith("["u8) ? FileKind.Json : FileKind.Text;
    }

    private static void Refuse(Stream file, ReadOnlySpan<byte> head)
    {
        if (head.StartsWith<byte>([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]))
        {
            throw BrokerException.InvalidData(Contains(file, Encoding.Unicode.GetBytes("EncryptedPackage"))
                ? "The workbook is protected by a password. Open it, save it without one, and upload that."
                : "The file is an old Excel workbook (.xls). Save it as .xlsx or CSV and upload that.");
        }

        if (head.StartsWith("%PDF"u8))
        {
            throw BrokerException.InvalidData("PDF files cannot be read. Download the statement as XLSX or CSV.");
        }

        if (head.StartsWith<byte>([0x1F, 0x8B]) || head.StartsWith("Rar!"u8) || head.StartsWith("7z"u8))
        {
            throw BrokerException.InvalidData("The file is packed. Unpack it and upload the statement itself.");
        }
    }

    /// <summary>Looks for bytes anywhere in a file, whose directory may lie at its end.</summary>
    private static bool Contains(Stream file, ReadOnlySpan<byte> wanted)
    {
        var buffer = new byte[64 * 1024];
        var kept = 0;
        file.Position = 0;
        for (int read; (read = file.Read(buffer, kept, buffer.Length - kept)) > 0;)
        {
            var filled = buffer.AsSpan(0, kept + read);
            if (filled.IndexOf(wanted) >= 0)
            {
                return true;
            }

            // The wanted bytes may lie across two reads.
            kept = Math.Min(wanted.Length - 1, filled.Length);
            filled[^kept..].CopyTo(buffer);
        }

        return false;
    }
}
