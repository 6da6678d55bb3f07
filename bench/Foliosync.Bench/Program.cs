using System.CommandLine;
using Foliosync.Bench.Simulate;
using Foliosync.Bench.Sync;

var root = new RootCommand("Measures Foliosync, and plays the broker it is measured against.")
{
    SyncCommand.Create(),
    SimulateCommand.Create(),
};

return await root.Parse(args).InvokeAsync();
