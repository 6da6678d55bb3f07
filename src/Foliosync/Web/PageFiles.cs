using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Net.Http.Headers;

namespace Foliosync.Web;

/// <summary>
/// The files that pages need: parts of the program, each under an address that holds a hash of its content, so that browsers may keep
/// it for ever. Style sheets and scripts are written in pieces, one for each feature, and served as one of each.
/// </summary>
internal static class PageFiles
{
    private const string Folder = "/assets";
    private const string Root = "assets/";

    // Made at the first page; a server that only answers programs never holds them.
    private static readonly Lazy<Dictionary<string, Asset>> ByName = new(Read);
    private static readonly Lazy<Dictionary<string, Asset>> ByAddress = new(() => ByName.Value.Values.ToDictionary(a => a.Address, StringComparer.Ordinal));

    /// <summary>The address of a file, for example of <c>app.css</c>.</summary>
    public static string Url(string name) => ByName.Value[name].Address;

    /// <summary>Answers for everything below <c>/assets</c>, before anybody is asked who they are.</summary>
    public static Task ServeAsync(HttpContext http, RequestDelegate next)
    {
        if (!http.Request.Path.StartsWithSegments(Folder) || !ByAddress.Value.TryGetValue(http.Request.Path.Value!, out var asset))
        {
            return next(http);
        }

        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }

        var headers = http.Response.Headers;
        headers.CacheControl = "public, max-age=31536000, immutable";
        headers.Vary = HeaderNames.AcceptEncoding;
        var (encoding, content) = asset.For(http.Request.Headers.AcceptEncoding.ToString());
        if (encoding is not null)
        {
            headers.ContentEncoding = encoding;
        }

        http.Response.ContentType = asset.ContentType;
        http.Response.ContentLength = content.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.Body.WriteAsync(content, http.RequestAborted).AsTask();
    }

    private static Dictionary<string, Asset> Read()
    {
        var assembly = typeof(PageFiles).Assembly;
        var names = assembly.GetManifestResourceNames().Where(n => n.StartsWith(Root, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        var assets = new List<Asset>
        {
            new("app.css", Joined("css/", text => text)),
            // Each piece has names of its own.
            new("app.js", Joined("js/", text => $"{{\n{text}}}\n")),
        };
        assets.AddRange(names.Where(n => n.IndexOf('/', Root.Length) < 0).Select(n => new Asset(n[Root.Length..], Content(n))));
        assets.Add(new Asset("app.webmanifest", Manifest(assets.ToDictionary(a => a.Name, a => a.Address, StringComparer.Ordinal))));
        return assets.ToDictionary(a => a.Name, StringComparer.Ordinal);

        byte[] Joined(string folder, Func<string, string> wrap) => Encoding.UTF8.GetBytes(string.Concat(
            names.Where(n => n.StartsWith(Root + folder, StringComparison.Ordinal)).Select(n => wrap(Encoding.UTF8.GetString(Content(n))))));

        byte[] Content(string name)
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
    }

    // What makes the pages an app on a phone.
    private static byte[] Manifest(Dictionary<string, string> addresses)
    {
        return Encoding.UTF8.GetBytes(new JsonObject
        {
            ["name"] = "Foliosync",
            ["short_name"] = "Foliosync",
            ["id"] = "/",
            ["start_url"] = "/",
            ["scope"] = "/",
            ["display"] = "standalone",
            ["background_color"] = "#f6f7fa",
            ["theme_color"] = "#3347c9",
            ["icons"] = new JsonArray(
                Icon("icon-192.png", "192x192", "any"),
                Icon("icon-512.png", "512x512", "any"),
                Icon("icon-maskable-512.png", "512x512", "maskable"),
                Icon("icon.svg", "any", "any")),
        }.ToJsonString());

        JsonObject Icon(string name, string sizes, string purpose) => new() { ["src"] = addresses[name], ["sizes"] = sizes, ["purpose"] = purpose };
    }

    private sealed class Asset(string name, byte[] content)
    {
        private readonly ConcurrentDictionary<string, byte[]> _compressed = new(StringComparer.Ordinal);

        public string Name { get; } = name;

        public string Address { get; } =
            $"{Folder}/{Path.GetFileNameWithoutExtension(name)}.{Convert.ToHexStringLower(SHA256.HashData(content)[..6])}{Path.GetExtension(name)}";

        public string ContentType { get; } = Path.GetExtension(name) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            ".png" => "image/png",
            ".webmanifest" => "application/manifest+json",
            var other => throw new InvalidOperationException($"Say in PageFiles.cs what a file '{other}' is."),
        };

        public (string? Encoding, byte[] Content) For(string accepted)
        {
            if (ContentType == "image/png")
            {
                return (null, content);
            }

            return accepted.Contains("br", StringComparison.Ordinal) ? ("br", Compressed("br"))
                : accepted.Contains("gzip", StringComparison.Ordinal) ? ("gzip", Compressed("gzip"))
                : (null, content);
        }

        private byte[] Compressed(string encoding) => _compressed.GetOrAdd(encoding, static (kind, bytes) =>
        {
            using var result = new MemoryStream();
            using (Stream stream = kind == "br"
                ? new BrotliStream(result, CompressionLevel.SmallestSize)
                : new GZipStream(result, CompressionLevel.SmallestSize))
            {
                stream.Write(bytes);
            }

            return result.ToArray();
        }, content);
    }
}
