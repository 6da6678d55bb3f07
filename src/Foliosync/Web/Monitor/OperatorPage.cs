using Foliosync.Core;
using Foliosync.Core.Users;
using Foliosync.Web.Shared;
using Microsoft.AspNetCore.Components;

namespace Foliosync.Web.Monitor;

/// <summary>A page for people who run the instance. For everybody else there is none.</summary>
public abstract class OperatorPage : LoadedPage
{
    /// <summary>The request.</summary>
    [CascadingParameter] protected internal HttpContext Http { get; set; } = default!;

    [Inject] internal Viewer Who { get; set; } = default!;

    /// <summary>The person as the one who makes a change, who reaches everybody's rows.</summary>
    protected internal Actor By => Actor.Admin(Who.UserId, "web", Http.Connection.RemoteIpAddress?.ToString());

    /// <summary>Stops when the person does not wait any more.</summary>
    protected internal CancellationToken Stop => Http.RequestAborted;

    /// <inheritdoc/>
    protected sealed override async Task LoadAsync()
    {
        if (!await MayOpenAsync())
        {
            throw new NotFoundException("page");
        }

        await LoadForOperatorAsync();
    }

    /// <summary>True when the person may see anything here.</summary>
    protected virtual ValueTask<bool> MayOpenAsync() => new(Who.IsOperator);

    /// <summary>Reads what the page shows; its parameters are set by then, and the person may see it.</summary>
    protected abstract Task LoadForOperatorAsync();
}
