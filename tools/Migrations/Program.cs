using Foliosync.Migrations;

// Called by `./dev migration <name>`, which has checked the name and built this tool with the present model.
if (args is not [var name, var storage])
{
    Console.Error.WriteLine("Usage: ./dev migration <name>");
    return 2;
}

var folder = new DirectoryInfo(storage);
if (MigrationSet.All.FirstOrDefault(set => set.Has(name, folder)) is { } taken)
{
    Console.Error.WriteLine($"{taken.Name} has a migration named {name} already. Choose another name.");
    return 2;
}

if (!MigrationSet.All.Any(set => set.ModelChanged()))
{
    Console.Error.WriteLine("The model is what the last migration left. There is nothing to write.");
    return 1;
}

// Both sets get the migration even if only one database's model changed: they stay in step, name by name.
foreach (var file in MigrationSet.All.SelectMany(set => set.Write(name, folder)))
{
    Console.WriteLine(Path.GetRelativePath(Environment.CurrentDirectory, file));
}

return 0;
