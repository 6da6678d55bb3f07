using Foliosync.Core;

namespace Foliosync.Web;

/// <summary>What is wrong with a form that was sent, by field. A page keeps what was typed and shows these beside it.</summary>
public sealed class FormErrors
{
    private readonly Dictionary<string, string> _byField = new(StringComparer.Ordinal);

    /// <summary>What is wrong as a whole; null when nothing is.</summary>
    public string? General { get; private set; }

    /// <summary>True when anything is wrong.</summary>
    public bool Any => General is not null || _byField.Count > 0;

    /// <summary>What is wrong with a field, translated; null when nothing is.</summary>
    public string? this[string field] => _byField.GetValueOrDefault(field);

    /// <summary>Adds what is wrong, translated.</summary>
    /// <param name="text">One sentence that says what to do.</param>
    /// <param name="field">Name of the field; null for the form as a whole.</param>
    public void Add(string text, string? field = null)
    {
        if (field is null)
        {
            General = text;
        }
        else
        {
            _byField[field] = text;
        }
    }

    /// <summary>Adds what the core refused.</summary>
    /// <param name="refusal">The refusal.</param>
    /// <param name="shown">Names of the fields that the form has: any other refusal is one of the form as a whole.</param>
    public void Add(InputException refusal, params ReadOnlySpan<string> shown) =>
        Add(refusal.Message, refusal.Field is { } field && shown.Contains(field) ? field : null);
}
