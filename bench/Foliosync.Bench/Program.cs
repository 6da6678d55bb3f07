using System.CommandLine;
using Foliosync.Bench.Admin;
using Foliosync.Bench.Api;
using Foliosync.Bench.Idle;
using Foliosync.Bench.Import;
using Foliosync.Bench.Monitor;
using Foliosync.Bench.Performance;
using Foliosync.Bench.Returns;
using Foliosync.Bench.Simulate;
using Foliosync.Bench.Soak;
using Foliosync.Bench.Start;
using Foliosync.Bench.Sync;
using Foliosync.Bench.Unattended;
using Foliosync.Bench.Web;

var root = new RootCommand("Measures Foliosync, and plays the broker it is measured against.")
{
    SyncCommand.Create(),
    ImportCommand.Create(),
    ApiCommand.Create(),
    StartCommand.Create(),
    UnattendedCommand.Create(),
    IdleCommand.Create(),
    SoakCommand.Create(),
    PerformanceCommand.Create(),
    ReturnsCommand.Create(),
    WebCommand.Create(),
    AdminCommand.Create(),
    MonitorCommand.Create(),
    SimulateCommand.Create(),
};

return await root.Parse(args).InvokeAsync();
