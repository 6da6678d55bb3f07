using System.Runtime.CompilerServices;
using Foliosync.Brokers;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Performance;
using Foliosync.Core.Prices;
using Foliosync.Tests.Architecture;
using Shouldly;
using Xunit;

namespace Foliosync.Tests;

/// <summary>
/// The borders of the house, as far as the compiler does not draw them. Each test first makes sure that it looks at something:
/// a rule over nothing holds always.
/// </summary>
public sealed class ArchitectureTests
{
    private static readonly string[] OutsideWorld =
    [
        "Microsoft.EntityFrameworkCore", "Microsoft.Data", "Npgsql", "System.Data", "System.Net", "Microsoft.AspNetCore",
        "Microsoft.Extensions", "System.IO.File", "System.IO.Directory",
    ];

    private static readonly string[] AmbientClocks =
    [
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today", "System.DateTimeOffset.get_Now",
        "System.DateTimeOffset.get_UtcNow", "System.TimeProvider.get_System", "System.Diagnostics.Stopwatch.GetTimestamp",
    ];

    /// <summary>Files of over 400 lines that are better whole, each with the reason.</summary>
    private static readonly Dictionary<string, string> LongFiles = [];

    [Fact]
    public void The_contract_needs_nothing_but_the_framework()
    {
        House.Items("Foliosync.Brokers.Contract", "PackageReference").ShouldBeEmpty();
        House.Items("Foliosync.Brokers.Contract", "ProjectReference").ShouldBeEmpty();

        var references = House.Contract.GetReferencedAssemblies();
        references.ShouldNotBeEmpty();
        references.ShouldAllBe(a => a.Name!.StartsWith("System.", StringComparison.Ordinal));
    }

    [Fact]
    public void Brokers_know_the_contract_and_nothing_else_of_ours()
    {
        House.Items("Foliosync.Brokers", "ProjectReference").ShouldBe(["Foliosync.Brokers.Contract"]);
        House.Items("Foliosync.Brokers", "PackageReference").ShouldBe(["CsvHelper"]);
        House.Items("Foliosync.Brokers", "FrameworkReference").ShouldBeEmpty();
    }

    [Fact]
    public void The_core_knows_the_contract_and_no_broker()
    {
        House.Items("Foliosync.Core", "ProjectReference").ShouldBe(["Foliosync.Brokers.Contract"]);
        House.Core.GetReferencedAssemblies().ShouldNotContain(a => a.Name == House.Brokers.GetName().Name);
    }

    [Fact]
    public void Money_rules_use_no_database_no_network_and_no_clock_of_their_own()
    {
        var pure = House.TypesUnder(House.Core, "Foliosync.Core.Performance", "Foliosync.Core.Transactions")
            .Union(House.Core.GetTypes().Where(t => House.Outermost(t).Name.EndsWith("Reconciler", StringComparison.Ordinal)))
            .Union(House.Core.GetTypes().Where(t => House.Outermost(t) == typeof(FxTable)))
            .ToList();
        pure.ShouldContain(typeof(TimeWeightedReturn));
        pure.ShouldContain(t => t.Name.EndsWith("Reconciler", StringComparison.Ordinal), "The reconciler is not where this test looks.");

        var references = CodeReferences.Of(pure);

        references.Members.ShouldNotBeEmpty();
        references.Types.Where(t => IsOneOf(OutsideWorld, t.FullName)).ShouldBeEmpty();
        references.Members.Intersect(AmbientClocks).ShouldBeEmpty();
    }

    [Fact]
    public void Endpoints_and_pages_never_touch_a_broker()
    {
        var outside = House.TypesUnder(House.Program, "Foliosync.Api", "Foliosync.Web", "Foliosync.Admin");
        outside.ShouldNotBeEmpty("The endpoints are not where this test looks.");

        var references = CodeReferences.Of(outside);

        references.Members.ShouldNotBeEmpty();
        references.Types.Where(IsAdapter).ShouldBeEmpty("Pages and endpoints ask the engine, never a broker.");
    }

    [Fact]
    public void The_job_engine_is_known_in_one_room_and_pinned()
    {
        var elsewhere = House.TypesUnder(House.Program, "Foliosync").Where(t => !House.Outermost(t).Namespace!.StartsWith("Foliosync.Hosting.Jobs", StringComparison.Ordinal));

        CodeReferences.Of(House.TypesUnder(House.Program, "Foliosync.Hosting.Jobs")).Types.ShouldContain(t => t.Namespace == "Quartz");
        CodeReferences.Of(elsewhere).Types.Where(t => t.Namespace?.StartsWith("Quartz", StringComparison.Ordinal) is true).ShouldBeEmpty();
        House.Core.GetReferencedAssemblies().ShouldNotContain(a => a.Name == "Quartz");
        typeof(Quartz.IScheduler).Assembly.GetName().Version.ShouldBe(new Version(4, 7, 3, 0), "Its behaviour was measured in this version; measure again before it moves.");
    }

    [Fact]
    public void Every_adapter_is_listed_once()
    {
        var written = House.Brokers.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IBroker)));

        BuiltInBrokers.All.ShouldNotBeEmpty();
        BuiltInBrokers.All.Select(b => b.GetType()).ShouldBe(written, ignoreOrder: true);
        BuiltInBrokers.All.Select(b => b.Manifest.Id).ShouldBeUnique();
    }

    [Fact]
    public void Every_broker_has_a_readme_and_contract_tests()
    {
        BuiltInBrokers.All.ShouldNotBeEmpty();
        foreach (var broker in BuiltInBrokers.All)
        {
            var folder = broker.GetType().Namespace!.Split('.')[^1];
            var readme = new FileInfo(Path.Combine(House.Root.FullName, "src", "Foliosync.Brokers", folder, "README.md"));
            var tests = new FileInfo(
                Path.Combine(House.Root.FullName, "tests", "Foliosync.Brokers.Tests", folder, $"{folder}ContractTests.cs"));

            readme.Exists.ShouldBeTrue(House.Relative(readme));
            tests.Exists.ShouldBeTrue(House.Relative(tests));
            File.ReadAllText(tests.FullName).ShouldContain(": BrokerContractTests");
        }
    }

    [Fact]
    public void Types_are_named_after_what_they_are()
    {
        string[] emptyWords = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Impl"];
        var types = House.All.SelectMany(a => a.GetTypes()).Where(IsWrittenByHand).ToList();

        types.Select(t => t.Assembly).Distinct().Count().ShouldBe(House.All.Count);
        types.Where(t => emptyWords.Any(w => t.Name.EndsWith(w, StringComparison.Ordinal))).ShouldBeEmpty();
    }

    [Fact]
    public void Files_of_over_400_lines_have_a_reason()
    {
        House.SourceFiles.Count.ShouldBeGreaterThan(5);

        var tooLong = House.SourceFiles
            .Where(f => !House.Relative(f).Contains("/Migrations/", StringComparison.Ordinal))
            .Where(f => File.ReadLines(f.FullName).Count() > 400)
            .Select(House.Relative)
            .ToList();

        tooLong.Except(LongFiles.Keys).ShouldBeEmpty();
        LongFiles.Keys.Except(tooLong).ShouldBeEmpty("No longer that long: take it off the list.");
        LongFiles.Values.ShouldAllBe(reason => !string.IsNullOrWhiteSpace(reason));
    }

    [Fact]
    public void The_reader_of_code_sees_method_bodies_lambdas_and_async_methods()
    {
        var seen = CodeReferences.Of([typeof(Probe), .. typeof(Probe).GetNestedTypes(System.Reflection.BindingFlags.NonPublic)]);

        seen.Members.ShouldContain("System.TimeProvider.get_System");
        seen.Types.ShouldContain(typeof(IHoldingsSource));
        seen.Types.ShouldContain(typeof(HttpMethod));
        seen.Types.Where(IsAdapter).ShouldBe([typeof(IHoldingsSource)]);
        seen.Types.Where(t => IsOneOf(OutsideWorld, t.FullName)).ShouldBe([typeof(HttpMethod)]);
    }

    private static bool IsOneOf(string[] prefixes, string? name) =>
        prefixes.Any(p => name == p || name?.StartsWith(p + '.', StringComparison.Ordinal) == true);

    /// <summary>IBroker, its capabilities, and every class that is one.</summary>
    private static bool IsAdapter(Type type) =>
        type.IsAssignableTo(typeof(IBroker))
        || (type.Assembly == House.Contract && type.IsInterface)
        || (type.Assembly == House.Brokers && type != typeof(BuiltInBrokers));

    private static bool IsWrittenByHand(Type type) =>
        !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) && !type.Name.StartsWith('<');

    /// <summary>Breaks the rules on purpose, each time in a place that is easily overlooked.</summary>
    private sealed class Probe
    {
        public static Func<object> Lambda { get; } = () => TimeProvider.System;

        public static async Task<bool> Async(object value)
        {
            await Task.Yield();
            return value is List<IHoldingsSource[]>;
        }

        public static string Body() => HttpMethod.Get.Method;
    }
}
