using System.CommandLine;
using Foliosync.Bench.Simulate;

var root = new RootCommand("Measures Foliosync, and plays the broker it is measured against.")
{
    SimulateCommand.Create(),
};

return await root.Parse(args).InvokeAsync();
