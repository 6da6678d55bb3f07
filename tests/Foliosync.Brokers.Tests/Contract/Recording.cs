using System.Globalization;
using System.Net;
using System.Text;

namespace Foliosync.Brokers.Tests.Contract;

/// <summary>
/// One call and its answer, as a text file: the request line (<c>GET /path?query</c>, or <c>* *</c> for any), the status line
/// (<c>200 OK</c>), headers, an empty line, the body.
/// </summary>
internal sealed record Recording(
    string FileName, string Request, HttpStatusCode Status, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    private const string Any = "* *";

    public static Recording Read(string path)
    {
        var text = File.ReadAllText(path).ReplaceLineEndings("\n");
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        var head = (end < 0 ? text.TrimEnd('\n') : text[..end]).Split('\n');
        var body = end < 0 ? "" : text[(end + 2)..];
        if (head.Length < 2 || !int.TryParse(head[1].Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var status))
        {
            throw new FormatException($"{path}: the first line names the request, the second the status.");
        }

        var headers = head.Skip(2).Select(line => line.Split(": ", 2)).Select(parts => KeyValuePair.Create(parts[0], parts[1]));
        return new Recording(Path.GetFileName(path), head[0].Trim(), (HttpStatusCode)status, [.. headers], Encoding.UTF8.GetBytes(body));
    }

    public bool Answers(string request) => Request is Any || Request == request;

    public HttpResponseMessage Play()
    {
        var response = new HttpResponseMessage(Status) { Content = new ByteArrayContent(Body) };
        foreach (var (name, value) in Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, value))
            {
                response.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return response;
    }
}
