namespace Foliosync.Web;

/// <summary>Stands for the texts of the pages. A text's key is the English sentence itself; translations are in <c>*.hi.resx</c> beside the pages.</summary>
internal sealed class Texts;
