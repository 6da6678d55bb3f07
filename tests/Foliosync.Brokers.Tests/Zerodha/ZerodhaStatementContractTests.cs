using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Zerodha;

namespace Foliosync.Brokers.Tests.Zerodha;

public sealed class ZerodhaStatementContractTests : StatementContractTests
{
    protected override IStatementReader Reader => new ZerodhaBroker();
}
