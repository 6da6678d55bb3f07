using System.Reflection;
using Microsoft.AspNetCore.Components;

namespace Foliosync.Web.Layout;

/// <summary>
/// Offers a page to somebody who has nothing yet: <c>@attribute [InStart("Connect Zerodha", "Log in once a day and see …", "connections", 20, Query = "?broker=zerodha")]</c>.
/// </summary>
/// <param name="title">English text; the key of its translation.</param>
/// <param name="text">One sentence, English; the key of its translation.</param>
/// <param name="icon">Name of an icon.</param>
/// <param name="order">Smaller comes first.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
internal sealed class InStartAttribute(string title, string text, string icon, int order) : Attribute
{
    public string Title { get; } = title;

    public string Text { get; } = text;

    public string Icon { get; } = icon;

    public int Order { get; } = order;

    /// <summary>What follows the page's address.</summary>
    public string Query { get; init; } = string.Empty;
}

/// <summary>A way to begin.</summary>
/// <param name="Path">Where it leads.</param>
/// <param name="Title">English text; the key of its translation.</param>
/// <param name="Text">One sentence, English; the key of its translation.</param>
/// <param name="Icon">Name of an icon.</param>
internal sealed record StartEntry(string Path, string Title, string Text, string Icon)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<StartEntry> All { get; } =
    [
        .. from type in typeof(StartEntry).Assembly.GetTypes()
           from start in type.GetCustomAttributes<InStartAttribute>()
           orderby start.Order
           select new StartEntry(type.GetCustomAttributes<RouteAttribute>().Last().Template + start.Query, start.Title, start.Text, start.Icon),
    ];
}
