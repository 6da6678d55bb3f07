using System.Reflection;
using Microsoft.AspNetCore.Components;

namespace Foliosync.Web.Layout;

/// <summary>Puts a page into the main navigation: <c>@attribute [InNavigation("Holdings", "holdings", 20)]</c>.</summary>
/// <param name="text">English text; the key of its translation.</param>
/// <param name="icon">Name of an icon, see <c>Icon.razor</c>.</param>
/// <param name="order">Smaller comes first.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class InNavigationAttribute(string text, string icon, int order) : Attribute
{
    public string Text { get; } = text;

    public string Icon { get; } = icon;

    public int Order { get; } = order;

    /// <summary>True to leave the entry to people who run the instance.</summary>
    public bool AdminOnly { get; init; }

    /// <summary>A shorter English text for the tab bar of a phone; null when the text is short enough.</summary>
    public string? Tab { get; init; }

    /// <summary>Other beginnings of addresses that belong to the entry, parted by spaces, for example <c>/instruments</c>.</summary>
    public string Also { get; init; } = string.Empty;
}

/// <summary>Puts a page into the tabs of the settings: <c>@attribute [InSettings("Security", 20)]</c>.</summary>
/// <param name="text">English text; the key of its translation.</param>
/// <param name="order">Smaller comes first.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class InSettingsAttribute(string text, int order) : Attribute
{
    public string Text { get; } = text;

    public int Order { get; } = order;
}

/// <summary>An entry of a navigation.</summary>
/// <param name="Path">Where it leads.</param>
/// <param name="Text">English text; the key of its translation.</param>
/// <param name="Tab">English text for the tab bar of a phone; the key of its translation.</param>
/// <param name="Icon">Name of an icon.</param>
/// <param name="AdminOnly">True to leave it to people who run the instance.</param>
/// <param name="Also">Other beginnings of addresses that belong to it.</param>
internal sealed record NavigationEntry(string Path, string Text, string Tab, string Icon, bool AdminOnly, IReadOnlyList<string> Also)
{
    /// <summary>True when the address belongs to this entry.</summary>
    public bool Holds(PathString path) => Path == "/"
        ? path == "/" || Also.Any(a => path.StartsWithSegments(a))
        : path.StartsWithSegments(Path) || Also.Any(a => path.StartsWithSegments(a));
}

/// <summary>Where one can go. Pages enter themselves, by an attribute; so no entry leads nowhere.</summary>
internal static class Navigation
{
    /// <summary>Addresses of the settings begin with this; the first of them stands for all.</summary>
    public const string SettingsPath = "/settings";

    /// <summary>The main navigation.</summary>
    public static IReadOnlyList<NavigationEntry> Main { get; } =
    [
        .. from page in Pages<InNavigationAttribute>()
           orderby page.Attribute.Order
           select new NavigationEntry(
               page.Path, page.Attribute.Text, page.Attribute.Tab ?? page.Attribute.Text, page.Attribute.Icon, page.Attribute.AdminOnly, page.Attribute.Also.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
    ];

    /// <summary>The tabs of the settings.</summary>
    public static IReadOnlyList<NavigationEntry> Settings { get; } =
    [
        .. from page in Pages<InSettingsAttribute>()
           orderby page.Attribute.Order
           select new NavigationEntry(page.Path, page.Attribute.Text, page.Attribute.Text, "settings", AdminOnly: false, []),
    ];

    /// <summary>The first page of somebody who is signed in.</summary>
    public static string Home => Main.Count > 0 ? Main[0].Path : SettingsPath;

    private static IEnumerable<(T Attribute, string Path)> Pages<T>()
        where T : Attribute =>
        from type in typeof(Navigation).Assembly.GetTypes()
        let attribute = type.GetCustomAttribute<T>()
        where attribute is not null
        select (attribute, type.GetCustomAttributes<RouteAttribute>().Last().Template);
}
