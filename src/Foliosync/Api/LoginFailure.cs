using Foliosync.Brokers.Contract;
using Foliosync.Core;
using Foliosync.Core.Connections;

namespace Foliosync.Api;

/// <summary>Why a login did not come to its end, as the page that says so shows it.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Message">Plain words that say what to do.</param>
internal sealed record LoginFailure(int Status, string Message)
{
    /// <summary>What a person is told of an exception; null when it is no failure of a login but a fault.</summary>
    public static LoginFailure? Of(Exception e) => e switch
    {
        InputException { Field: ConnectionLogin.IdentityName } => new(StatusCodes.Status403Forbidden, e.Message),
        InputException { Field: "credentials" } => new(StatusCodes.Status409Conflict, e.Message),
        InputException => new(StatusCodes.Status400BadRequest, e.Message),
        NotFoundException => new(StatusCodes.Status404NotFound, "The connection was removed meanwhile, so there is nothing to log in to."),
        LoginLinkException { Fault: LoginLinkFault.Old } => new(StatusCodes.Status410Gone, e.Message),
        LoginLinkException => new(StatusCodes.Status404NotFound, e.Message),
        BrokerException { Kind: BrokerErrorKind.AuthExpired } => new(StatusCodes.Status400BadRequest, e.Message),
        BrokerException { Kind: BrokerErrorKind.RateLimited } => new(StatusCodes.Status503ServiceUnavailable, e.Message),
        BrokerException => new(StatusCodes.Status502BadGateway, e.Message),
        _ => null,
    };
}
