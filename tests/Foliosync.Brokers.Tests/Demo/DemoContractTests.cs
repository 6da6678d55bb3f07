using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Demo;

namespace Foliosync.Brokers.Tests.Demo;

public sealed class DemoContractTests : BrokerContractTests
{
    protected override IBroker Broker => new DemoBroker();
}
