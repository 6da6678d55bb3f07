using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Vested;

namespace Foliosync.Brokers.Tests.Vested;

public sealed class VestedContractTests : BrokerContractTests
{
    protected override IBroker Broker => new VestedBroker();
}
