using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Foliosync.Core.Tests.Storage;

/// <summary>Runs a theory once on each kind of database.</summary>
public sealed class EachStoreAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>([.. Enum.GetValues<Store>().Select(s => new TheoryDataRow<Store>(s))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
