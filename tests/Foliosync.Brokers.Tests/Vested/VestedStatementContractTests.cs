using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Vested;

namespace Foliosync.Brokers.Tests.Vested;

public sealed class VestedStatementContractTests : StatementContractTests
{
    protected override IStatementReader Reader => new VestedBroker();
}
