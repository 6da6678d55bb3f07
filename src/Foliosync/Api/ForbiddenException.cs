namespace Foliosync.Api;

/// <summary>The caller does not run the instance, and nobody permitted them this; or their token reaches less far than they do.</summary>
internal sealed class ForbiddenException() : Exception(
    "This is for people who run the instance, and for whom they permitted it. All that an admin may needs a token of scope 'admin', made by one.");
