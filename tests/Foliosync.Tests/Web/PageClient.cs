using System.Net;
using AngleSharp;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Foliosync.Core.Users;
using Foliosync.Tests.Api;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace Foliosync.Tests.Web;

/// <summary>A browser without script: keeps cookies, follows no redirect by itself, fills in forms.</summary>
internal sealed class PageClient : IDisposable
{
    /// <summary>The password of everybody whom <see cref="SignedInAsync"/> makes.</summary>
    public const string Password = "a long enough password";

    private readonly HttpClient _http;
    private readonly HeardLog? _log;

    public PageClient(ApiHost host)
        : this(host.Address) => _log = host.Log;

    /// <summary>At a server that runs in another process.</summary>
    public PageClient(Uri address)
    {
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = Cookies }) { BaseAddress = address };
        _http.DefaultRequestHeaders.Accept.ParseAdd("text/html");
    }

    public CookieContainer Cookies { get; } = new();

    public HttpClient Http => _http;

    /// <summary>Somebody who has signed in; made if missing.</summary>
    public static async Task<PageClient> SignedInAsync(ApiHost host, string email, UserRole role = UserRole.Member)
    {
        var users = host.Services.GetRequiredService<UserAccounts>();
        if ((await users.ListAsync(default)).All(u => u.Email != email))
        {
            await users.AddAsync(email, Password, role, Actor.CommandLine, default);
        }

        var client = new PageClient(host);
        (await client.SignInAsync(email, Password)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        return client;
    }

    public async Task<HttpResponseMessage> SignInAsync(string email, string password)
    {
        var page = await GetAsync("/sign-in");
        return await SubmitAsync(page, "sign-in", ("email", email), ("password", password));
    }

    /// <summary>A page, which must be there.</summary>
    public async Task<IDocument> GetAsync(string path)
    {
        using var response = await _http.GetAsync(path);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, $"{path} {response.Headers.Location} {string.Join(Environment.NewLine, _log?.Lines ?? [])}");
        return await DocumentAsync(response);
    }

    public static async Task<IDocument> DocumentAsync(HttpResponseMessage response)
    {
        var address = response.RequestMessage!.RequestUri!.AbsoluteUri;
        var text = await response.Content.ReadAsStringAsync();
        return await BrowsingContext.New(Configuration.Default).OpenAsync(r => r.Address(address).Content(text));
    }

    /// <summary>Sends a form of a page, with what it holds and what is given.</summary>
    public Task<HttpResponseMessage> SubmitAsync(IDocument page, string handler, params (string Name, string Value)[] values) =>
        SubmitAsync(page, page.Forms.Single(f => f.QuerySelector($"input[name=_handler][value={handler}]") is not null), values);

    public async Task<HttpResponseMessage> SubmitAsync(IDocument page, IHtmlFormElement form, params (string Name, string Value)[] values)
    {
        using var content = new FormUrlEncodedContent(FieldsOf(form, values));
        return await _http.PostAsync(TargetOf(page, form), content);
    }

    /// <summary>Sends a form of a page with a file; null for none.</summary>
    public async Task<HttpResponseMessage> UploadAsync(IDocument page, string handler, byte[]? file, params (string Name, string Value)[] values)
    {
        var form = page.Forms.Single(f => f.QuerySelector($"input[name=_handler][value={handler}]") is not null);
        form.GetAttribute("enctype").ShouldBe("multipart/form-data");
        using var content = new MultipartFormDataContent();
        foreach (var (name, value) in FieldsOf(form, values))
        {
            content.Add(new StringContent(value), name);
        }

        if (file is not null)
        {
            content.Add(new ByteArrayContent(file), "file", "statement.csv");
        }

        return await _http.PostAsync(TargetOf(page, form), content);
    }

    private static Uri TargetOf(IDocument page, IHtmlFormElement form) => new(new Uri(page.Url), form.GetAttribute("action") ?? string.Empty);

    private static Dictionary<string, string> FieldsOf(IHtmlFormElement form, (string Name, string Value)[] values)
    {
        var fields = new Dictionary<string, string>();
        foreach (var element in form.Elements.OfType<IHtmlInputElement>()
            .Where(i => i.Name is not null && i.Type != "file" && (i.Type is not ("checkbox" or "radio") || i.IsChecked)))
        {
            fields[element.Name!] = element.Value;
        }

        foreach (var element in form.Elements.OfType<IHtmlSelectElement>())
        {
            fields[element.Name!] = element.Value ?? string.Empty;
        }

        foreach (var (name, value) in values)
        {
            fields[name] = value;
        }

        return fields;
    }

    public void Dispose() => _http.Dispose();
}
