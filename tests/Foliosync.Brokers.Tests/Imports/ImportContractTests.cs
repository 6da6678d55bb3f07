using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Imports;

namespace Foliosync.Brokers.Tests.Imports;

public sealed class FoliosyncFilesContractTests : StatementContractTests
{
    protected override IStatementReader Reader => new FoliosyncFiles();
}

public sealed class GhostfolioContractTests : StatementContractTests
{
    protected override IStatementReader Reader => new GhostfolioExport();
}

public sealed class PortfolioPerformanceContractTests : StatementContractTests
{
    protected override IStatementReader Reader => new PortfolioPerformanceExport();
}
