using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Tests.Files;

public sealed class FilesContractTests : BrokerContractTests
{
    protected override IBroker Broker => new FilesBroker();
}
