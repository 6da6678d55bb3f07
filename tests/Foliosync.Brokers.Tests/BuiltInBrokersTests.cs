using Foliosync.Brokers.Contract;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests;

public sealed class BuiltInBrokersTests
{
    [Fact]
    public void Every_broker_of_the_assembly_is_listed_once()
    {
        var written = typeof(BuiltInBrokers).Assembly.GetTypes().Where(type => !type.IsAbstract && type.IsAssignableTo(typeof(IBroker)));

        BuiltInBrokers.All.Select(broker => broker.GetType()).ShouldBe(written, ignoreOrder: true);
        BuiltInBrokers.All.Select(broker => broker.Manifest.Id).ShouldBeUnique();
    }

    [Fact]
    public void Every_statement_reader_is_a_broker_or_listed_once()
    {
        var written = typeof(BuiltInBrokers).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && type.IsAssignableTo(typeof(IStatementReader)) && type.Namespace != "Foliosync.Brokers.Files");
        var listed = BuiltInBrokers.All.OfType<IStatementReader>().Concat(BuiltInStatements.All).ToList();

        listed.Select(reader => reader.GetType()).ShouldBe(written, ignoreOrder: true);
        listed.SelectMany(reader => reader.Formats).Select(format => format.Id).ShouldBeUnique();
    }

    [Fact]
    public void Every_statement_reader_inherits_the_statement_tests_once()
    {
        var suites = typeof(StatementContractTests).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && type.IsAssignableTo(typeof(StatementContractTests)))
            .Select(type => (StatementContractTests)Activator.CreateInstance(type)!);

        suites.Select(suite => suite.TestedReader)
            .ShouldBe(BuiltInBrokers.All.OfType<IStatementReader>().Concat(BuiltInStatements.All).Select(reader => reader.GetType()), ignoreOrder: true);
    }

    [Fact]
    public void Every_broker_lies_in_a_folder_named_like_its_id_beside_a_readme()
    {
        foreach (var broker in BuiltInBrokers.All)
        {
            var folder = broker.GetType().Namespace!.Split('.')[^1];
            var readme = Path.Combine(RepositoryRoot.Find(), "src", "Foliosync.Brokers", folder, "README.md");

            folder.ToLowerInvariant().ShouldBe(broker.Manifest.Id.Replace("-", "", StringComparison.Ordinal));
            File.Exists(readme).ShouldBeTrue(readme);
        }
    }

    [Fact]
    public void Every_broker_inherits_the_contract_tests_once()
    {
        var suites = typeof(BrokerContractTests).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && type.IsAssignableTo(typeof(BrokerContractTests)))
            .Select(type => (BrokerContractTests)Activator.CreateInstance(type)!);

        suites.Select(suite => suite.TestedBroker).ShouldBe(BuiltInBrokers.All.Select(broker => broker.GetType()), ignoreOrder: true);
    }
}
