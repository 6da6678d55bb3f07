using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Zerodha;

namespace Foliosync.Brokers.Tests.Zerodha;

public sealed class ZerodhaContractTests : BrokerContractTests
{
    protected override IBroker Broker => new ZerodhaBroker();
}
