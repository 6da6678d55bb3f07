using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Metadata;

namespace Foliosync.Api;

/// <summary>
/// Finds out which part of an address is to blame when the framework turned a request down: it says so in messages only, and for
/// optional parameters not at all.
/// </summary>
/// <param name="Name">The parameter as it is written in the address.</param>
/// <param name="Detail">What to do about it.</param>
internal sealed record WrongParameter(string Name, string Detail)
{
    private static readonly MethodInfo Parse = typeof(WrongParameter).GetMethod(nameof(IsParsable), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>The first that is missing or has another form than its type; null when all are right.</summary>
    public static WrongParameter? Of(HttpContext http)
    {
        // While an exception is handled, the endpoint and the parts of its path are put aside.
        var handled = http.Features.Get<IExceptionHandlerFeature>();
        var endpoint = http.GetEndpoint() ?? handled?.Endpoint;
        var path = handled?.RouteValues ?? http.Request.RouteValues;
        return (endpoint?.Metadata.GetOrderedMetadata<IParameterBindingMetadata>() ?? [])
            .Where(p => p.HasTryParse)
            .Select(p => Examine(http, path, JsonNamingPolicy.CamelCase.ConvertName(p.Name), p))
            .FirstOrDefault(wrong => wrong is not null);
    }

    private static WrongParameter? Examine(HttpContext http, RouteValueDictionary path, string name, IParameterBindingMetadata parameter)
    {
        var text = path.TryGetValue(name, out var part) ? part as string : http.Request.Query[name].FirstOrDefault();
        var type = Nullable.GetUnderlyingType(parameter.ParameterInfo.ParameterType) ?? parameter.ParameterInfo.ParameterType;
        if (string.IsNullOrEmpty(text))
        {
            return parameter.IsOptional ? null : new WrongParameter(name, $"Give a value for '{name}'.");
        }

        var isRight = (bool)Parse.MakeGenericMethod(type).Invoke(null, [text])!;
        return isRight ? null : new WrongParameter(name, $"The value of '{name}' is not of the right form.");
    }

    private static bool IsParsable<T>(string text)
        where T : IParsable<T> => T.TryParse(text, CultureInfo.InvariantCulture, out _);
}
