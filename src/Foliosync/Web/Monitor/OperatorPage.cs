using Foliosync.Core;
using Foliosync.Core.Users;
using Foliosync.Web.Shared;
using Microsoft.AspNetCore.Components;

namespace Foliosync.Web.Monitor;

/// <summary>A page for people who run the instance. For everybody else there is none.</summary>
public abstract class OperatorPage : LoadedPage
{
    /// <summary>The request.</summary>
    [CascadingParameter] protected HttpContext Http { get; set; } = default!;

    /// <inheritdoc/>
    protected sealed override Task LoadAsync() =>
        Http.Features.Get<SignedIn>()?.Role == UserRole.Admin ? LoadForOperatorAsync() : throw new NotFoundException("page");

    /// <summary>Reads what the page shows; its parameters are set by then.</summary>
    protected abstract Task LoadForOperatorAsync();
}
