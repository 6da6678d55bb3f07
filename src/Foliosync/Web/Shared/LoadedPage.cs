using Microsoft.AspNetCore.Components;

namespace Foliosync.Web.Shared;

/// <summary>A page whose data is there before it is drawn. The framework would draw it once while it still waits for the database.</summary>
public abstract class LoadedPage : ComponentBase
{
    private bool _isLoaded;

    /// <inheritdoc/>
    public override async Task SetParametersAsync(ParameterView parameters)
    {
        parameters.SetParameterProperties(this);
        if (!_isLoaded)
        {
            await LoadAsync();
            _isLoaded = true;
        }

        await base.SetParametersAsync(ParameterView.Empty);
    }

    /// <summary>Reads what the page shows; its parameters are set by then.</summary>
    protected abstract Task LoadAsync();
}
