using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Foliosync.Bench.Machine;
using Foliosync.Bench.Returns;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Bench.Web;

/// <summary>Asks a running server for pages of a large portfolio as a browser would: signed in, compressed, one after the other.</summary>
internal sealed partial class WebBench(bool postgres, ReturnsSize size, int repeats, string only)
{
    private const string Email = "bench@example.com";

    // As often as it takes until nothing is compiled any more.
    private const int WarmUps = 40;

    // The longest of these is older than most portfolios that are kept in files.
    private static readonly int[] Years = [1, 4, 12];

    private static readonly string[] OverviewPages = ["/", "/?range=1m", "/?range=6m"];

    private const string Guest = "guest@example.com";

    public async Task<object> MeasureAsync(CancellationToken cancellationToken)
    {
        var all = await AskAsync(size, data => PagesOf(data).Where(IsWanted), data => SharedPagesOf(data).Where(IsWanted), cancellationToken);
        var byYears = new List<object>();
        foreach (var years in only.Length == 0 ? Years : [])
        {
            var few = new ReturnsSize(Math.Min(size.Instruments, 500), Math.Min(size.Transactions, 1_500), years * 365);
            var asked = await AskAsync(few, _ => OverviewPages, _ => [], cancellationToken);
            byYears.Add(new { years, few.Instruments, asked.Pages });
        }

        return new
        {
            store = postgres ? "postgres" : "sqlite",
            size,
            filesCompressedKilobytes = Kilobytes(all.Files),
            pages = all.Pages,
            pagesOfAGuest = all.GuestPages,
            overviewByYears = byYears,
            serverResidentMegabytes = all.Megabytes,
            target = new { p95Milliseconds = 100, firstLoadCompressedKilobytes = 150, overviewByYears = "flat" },
        };
    }

    private bool IsWanted(string path) => path.Contains(only, StringComparison.Ordinal);

    /// <summary>Starts a server with so much in it and asks for pages.</summary>
    /// <param name="stored">How much is in it.</param>
    /// <param name="pagesOf">What its owner asks for.</param>
    /// <param name="guestPagesOf">What somebody asks for with whom it is shared.</param>
    /// <param name="cancellationToken">Stops it.</param>
    private async Task<Asked> AskAsync(
        ReturnsSize stored, Func<ReturnsData, IEnumerable<string>> pagesOf, Func<ReturnsData, IEnumerable<string>> guestPagesOf, CancellationToken cancellationToken)
    {
        await using var program = await FoliosyncProgram.CreateAsync(postgres, accounts: 1, holdings: 1);
        await using var database = program.OpenDatabase();
        var data = await ReturnsData.StoreAsync(database, Email, stored, cancellationToken);
        // Without an admin everything leads to the page of the first run.
        await program.RunAsync("user", "add", "admin@example.com", "--admin");
        await program.RunAsync("user", "add", Guest);
        await ShareAsync(database, data, cancellationToken);
        var token = await program.CreateTokenAsync();
        await using var server = await program.ServeAsync();
        await ValuedAsync(server.Address, token, data, cancellationToken);
        using var browser = await SignInAsync(program, server.Address, Email, cancellationToken);
        using var guest = await SignInAsync(program, server.Address, Guest, cancellationToken);
        var files = await FilesAsync(browser, cancellationToken);
        var pages = await PagesAsync(browser, pagesOf(data), files, cancellationToken);
        var guestPages = await PagesAsync(guest, guestPagesOf(data), files, cancellationToken);
        return new Asked(files, Math.Round(server.ResidentMegabytes, 1), pages, guestPages);
    }

    private static async Task ShareAsync(Database database, ReturnsData data, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var guest = await db.Users.SingleAsync(u => u.Email == Guest, cancellationToken);
        db.Add(new PortfolioShare { PortfolioId = data.PortfolioId, UserId = guest.Id, Role = ShareRole.Viewer, CreatedAt = TimeProvider.System.GetUtcNow() });
        await db.SaveChangesAsync(cancellationToken);
    }

    private static string[] PagesOf(ReturnsData data) =>
    [
        "/",
        "/?range=1m",
        "/?range=max",
        $"/?portfolio={data.PortfolioId}",
        "/holdings",
        "/holdings?q=S12",
        "/holdings?sort=gain&page=30",
        "/holdings?group=class",
        "/holdings?group=instrument",
        $"/instruments/{data.InstrumentIds[7]}",
        "/transactions",
        "/transactions?q=s12",
        $"/transactions?account={data.AccountIds[0]}&kind=sell",
        $"/transactions?from={data.Today.AddDays(-200):yyyy-MM-dd}&to={data.Today.AddDays(-190):yyyy-MM-dd}",
        "/performance",
        "/performance?period=max",
        "/performance?period=1y&parts=yes",
        "/reconciliation",
        "/performance?instrument=" + data.InstrumentIds[7],
        "/connections",
        $"/connections/{data.ConnectionIds[0]}",
        "/connections/new",
        "/import",
        "/alerts",
        "/settings",
        "/settings/sharing",
    ];

    // Everything of the portfolio comes by its share, not by its owner.
    private static string[] SharedPagesOf(ReturnsData data) =>
    [
        "/",
        $"/?portfolio={data.PortfolioId}",
        "/holdings",
        $"/instruments/{data.InstrumentIds[7]}",
        "/transactions",
        "/performance?period=max",
        "/reconciliation",
        "/connections",
        $"/connections/{data.ConnectionIds[0]}",
    ];

    private async Task<List<object>> PagesAsync(HttpClient browser, IEnumerable<string> paths, long files, CancellationToken cancellationToken)
    {
        var pages = new List<object>();
        foreach (var path in paths)
        {
            pages.Add(await PageAsync(browser, path, files, cancellationToken));
        }

        return pages;
    }

    private async Task<object> PageAsync(HttpClient browser, string path, long files, CancellationToken cancellationToken)
    {
        long bytes = 0;
        var first = await TimeAsync();
        for (var i = 0; i < WarmUps; i++)
        {
            await TimeAsync();
        }

        var times = new List<double>(repeats);
        for (var i = 0; i < repeats; i++)
        {
            times.Add(await TimeAsync());
        }

        times.Sort();
        return new
        {
            path,
            first = Math.Round(first, 1),
            p50 = Math.Round(times[times.Count / 2], 1),
            p95 = Math.Round(times[(times.Count - 1) * 95 / 100], 1),
            most = Math.Round(times[^1], 1),
            compressedKilobytes = Kilobytes(bytes),
            firstLoadKilobytes = Kilobytes(bytes + files),
        };

        async Task<double> TimeAsync()
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await browser.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
            bytes = (await answer.Content.ReadAsByteArrayAsync(cancellationToken)).LongLength;
            return answer.StatusCode == HttpStatusCode.OK
                ? Stopwatch.GetElapsedTime(started).TotalMilliseconds
                : throw new InvalidOperationException($"{path} answered {(int)answer.StatusCode}.");
        }
    }

    private static async Task ValuedAsync(Uri server, string token, ReturnsData data, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = server };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        while ((await client.GetStringAsync(new Uri($"/api/v1/portfolios/{data.PortfolioId}/performance?period=1d", UriKind.Relative), cancellationToken))
            .Contains("\"updating\":true", StringComparison.Ordinal))
        {
            await Task.Delay(100, cancellationToken);
        }
    }

    private static async Task<HttpClient> SignInAsync(FoliosyncProgram program, Uri server, string email, CancellationToken cancellationToken)
    {
        var password = JsonDocument.Parse(await program.RunAsync("user", "reset-password", email, "--json")).RootElement.GetProperty("password").GetString()!;
        var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = server };
        browser.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        var page = await browser.GetStringAsync(new Uri("/sign-in", UriKind.Relative), cancellationToken);
        using var form = new FormUrlEncodedContent(
        [
            new("_handler", "sign-in"), new("token", FormToken().Match(page).Groups[1].Value), new("email", email), new("password", password),
        ]);
        using var answer = await browser.PostAsync(new Uri("/sign-in", UriKind.Relative), form, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Redirect)
        {
            throw new InvalidOperationException($"Nobody could sign in: {(int)answer.StatusCode}.");
        }

        browser.DefaultRequestHeaders.AcceptEncoding.ParseAdd("br");
        return browser;
    }

    /// <summary>Bytes of style sheet, script and icon, which a browser asks for once.</summary>
    private static async Task<long> FilesAsync(HttpClient browser, CancellationToken cancellationToken)
    {
        using var plain = new HttpRequestMessage(HttpMethod.Get, new Uri("/settings", UriKind.Relative));
        plain.Headers.AcceptEncoding.ParseAdd("identity");
        using var page = await browser.SendAsync(plain, cancellationToken);
        long bytes = 0;
        foreach (var file in Files().Matches(await page.Content.ReadAsStringAsync(cancellationToken)).Select(m => m.Groups[1].Value).Distinct())
        {
            bytes += (await browser.GetByteArrayAsync(new Uri(file, UriKind.Relative), cancellationToken)).LongLength;
        }

        return bytes;
    }

    private sealed record Asked(long Files, double Megabytes, List<object> Pages, List<object> GuestPages);

    private static double Kilobytes(long bytes) => Math.Round(bytes / 1024d, 1);

    [GeneratedRegex("name=\"token\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex FormToken();

    [GeneratedRegex("(?:href|src)=\"(/assets/[^\"]+)\"")]
    private static partial Regex Files();
}
