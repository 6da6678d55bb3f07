using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Foliosync.Api.Pages;

/// <summary>The few pages there are: server HTML without script.</summary>
internal static class Html
{
    private const string StylePath = "/site.css";

    private static readonly byte[] Style = ReadStyle();

    /// <summary>Maps the style sheet that all pages share.</summary>
    public static void MapStyle(IEndpointRouteBuilder app) => app.MapGet(StylePath, (HttpResponse response) =>
    {
        response.Headers.CacheControl = "max-age=3600";
        return TypedResults.Bytes(Style, "text/css; charset=utf-8");
    }).ExcludeFromDescription();

    /// <summary>A page that says one thing.</summary>
    public static ContentHttpResult Message(string title, string text, int status) => Page(title, $"""
        <h1>{Encode(title)}</h1>
        <p>{Encode(text)}</p>
        """, status);

    /// <summary>A page.</summary>
    /// <param name="title">For the browser's tab, not encoded yet.</param>
    /// <param name="body">HTML.</param>
    /// <param name="status">HTTP status.</param>
    public static ContentHttpResult Page(string title, string body, int status = StatusCodes.Status200OK) => TypedResults.Content($"""
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="color-scheme" content="light dark">
          <title>{Encode(title)} · Foliosync</title>
          <link rel="stylesheet" href="{StylePath}">
        </head>
        <body>
        <main>
        {body}
        </main>
        </body>
        </html>
        """, "text/html; charset=utf-8", statusCode: status);

    /// <summary>Text as HTML shows it.</summary>
    public static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    private static byte[] ReadStyle()
    {
        using var stream = typeof(Html).Assembly.GetManifestResourceStream("site.css")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
