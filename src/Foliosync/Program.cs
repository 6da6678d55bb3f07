return await Foliosync.Cli.CommandLine.RunAsync(args);
