using System.Text.Encodings.Web;
using Foliosync.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Foliosync.Api.Pages;

/// <summary>The few pages there are: HTML made here, which works without script.</summary>
internal static class Html
{
    private const string StyleName = "site.css";

    // Without one, browsers ask for a file that is not there.
    private const string Icon =
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='7' fill='%231d4fd7'/%3E"
        + "%3Cpath d='M7 22l6-7 5 4 7-10' fill='none' stroke='white' stroke-width='3' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E";

    /// <summary>Maps the style sheet that all pages share.</summary>
    public static void MapStyle(IEndpointRouteBuilder app) => MapFile(app, StyleName, "text/css; charset=utf-8");

    /// <summary>Maps a file that is a part of the program.</summary>
    /// <param name="app">Where.</param>
    /// <param name="name">Its name, and with a slash in front its address.</param>
    /// <param name="contentType">What it is.</param>
    public static void MapFile(IEndpointRouteBuilder app, string name, string contentType)
    {
        var content = Read(name);
        app.MapGet("/" + name, (HttpResponse response) =>
        {
            response.Headers.CacheControl = "max-age=3600";
            return TypedResults.Bytes(content, contentType);
        }).ExcludeFromDescription();
    }

    /// <summary>A page that says one thing.</summary>
    public static ContentHttpResult Message(TextLocalizer t, string title, string text, int status) => Page(t, title, $"""
        <h1>{Encode(title)}</h1>
        <p>{Encode(text)}</p>
        """, status);

    /// <summary>A page.</summary>
    /// <param name="t">The words of the page; they tell its language.</param>
    /// <param name="title">For the browser's tab, not encoded yet.</param>
    /// <param name="body">HTML.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="script">Name of a script file, see <see cref="MapFile"/>; null for none.</param>
    public static ContentHttpResult Page(TextLocalizer t, string title, string body, int status = StatusCodes.Status200OK, string? script = null) => TypedResults.Content($"""
        <!doctype html>
        <html lang="{t.Language}">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="color-scheme" content="light dark">
          <title>{Encode(title)} · Foliosync</title>
          <link rel="icon" href="{Icon}">
          <link rel="stylesheet" href="/{StyleName}">{(script is null ? null : $"\n  <script src=\"/{script}\" defer></script>")}
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

    private static byte[] Read(string name)
    {
        using var stream = typeof(Html).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
