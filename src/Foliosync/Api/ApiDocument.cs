using System.Text.Json.Nodes;
using Foliosync.Brokers.Contract;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Foliosync.Api;

/// <summary>The OpenAPI document: what the generator cannot know by itself.</summary>
internal static class ApiDocument
{
    /// <summary>Name of the document and version of the API.</summary>
    public const string Name = "v1";

    public static void Configure(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer(DescribeAsync);
        options.AddOperationTransformer(SecureAsync);
        options.AddSchemaTransformer(DescribeTextsAsync);
    }

    private static Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Foliosync",
            Version = Name,
            Description = "Portfolios kept in step with brokers. Quantities, prices and amounts are strings in plain decimal notation; "
                + "instants are UTC; lists are read page by page; every error is application/problem+json.",
        };
        // Addresses are relative to where the document comes from, so that it works behind any proxy.
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [BearerAuthentication.SchemeName] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API token, made with 'foliosync token create'. GET needs scope read, everything else scope write.",
            },
        };
        return Task.CompletedTask;
    }

    private static Task SecureAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>().Any())
        {
            operation.Security =
            [
                new OpenApiSecurityRequirement
                {
                    [new OpenApiSecuritySchemeReference(BearerAuthentication.SchemeName, context.Document)] = [],
                },
            ];
        }

        return Task.CompletedTask;
    }

    // These have converters of their own, whose text the generator does not know.
    private static Task DescribeTextsAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        var nullable = Nullable.GetUnderlyingType(type) is not null;
        var text = nullable ? JsonSchemaType.String | JsonSchemaType.Null : JsonSchemaType.String;
        switch (Nullable.GetUnderlyingType(type) ?? type)
        {
            case { } t when t == typeof(decimal):
                schema.Type = text;
                schema.Format = null;
                schema.Pattern = @"^-?(0|[1-9]\d*)(\.\d*[1-9])?$";
                break;
            case { } t when t == typeof(DateTimeOffset):
                schema.Type = text;
                schema.Format = "date-time";
                break;
        }

        if (context.ParameterDescription?.ParameterDescriptor?.ParameterType is { } parameter)
        {
            DescribeParameter(schema, Nullable.GetUnderlyingType(parameter) ?? parameter);
        }

        return Task.CompletedTask;
    }

    // Parameters that read themselves from text are plain strings to the generator.
    private static void DescribeParameter(OpenApiSchema schema, Type type)
    {
        if (type == typeof(Instant))
        {
            schema.Format = "date-time";
        }
        else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Named<>))
        {
            var names = (IReadOnlyList<string>)type.GetProperty(nameof(Named<AssetClass>.Names))!.GetValue(null)!;
            schema.Enum = [.. names.Select(name => (JsonNode)JsonValue.Create(name)!)];
        }
    }
}
