using System.Text.Json;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Foliosync.Core.Admin;

/// <summary>The tables of the admin area, put together from their descriptions and the model when they are first asked for.</summary>
public sealed class AdminCatalog(Database database)
{
    private readonly Lazy<IReadOnlyList<AdminTable>> _tables = new(() => Build(database));

    /// <summary>All tables, in the order of the index.</summary>
    public IReadOnlyList<AdminTable> Tables => _tables.Value;

    /// <summary>The table of that name; null when there is none.</summary>
    public AdminTable? Find(string? name) => Tables.FirstOrDefault(t => t.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The table of that name.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public AdminTable Get(string? name) => Find(name) ?? throw new NotFoundException("table");

    /// <summary>Tables with rows that refer to those of a table, and by which column.</summary>
    public IEnumerable<(AdminTable Table, AdminColumn Column)> ReferringTo(AdminTable table) =>
        from other in Tables
        from column in other.Columns
        where column.Refers == table.Name && !column.IsJoined
        select (other, column);

    /// <summary>Tables whose rows are looked after together with those of a table, and by which column they refer to it.</summary>
    public IEnumerable<(AdminTable Table, AdminColumn Column)> InlinesOf(AdminTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return table.Spec.Inlines.Select(Get).Select(child => (child, child.Columns.First(c => c.Refers == table.Name && !c.IsJoined)));
    }

    private static IReadOnlyList<AdminTable> Build(Database database)
    {
        using var db = database.Open(OwnerScope.Everyone);
        var model = db.Model;
        var byEntity = AdminTables.All.ToDictionary(s => model.FindEntityType(s.Entity)!, s => s.Name);
        return [.. AdminTables.All.Select(spec => Build(spec, model.FindEntityType(spec.Entity)!, byEntity))];
    }

    private static AdminTable Build(AdminTableSpec spec, IEntityType entity, Dictionary<IEntityType, string> byEntity)
    {
        var joins = new Dictionary<string, string>(StringComparer.Ordinal);
        var own = entity.GetProperties()
            .Where(p => (Nullable.GetUnderlyingType(p.ClrType) ?? p.ClrType) != typeof(byte[]) && !spec.Masked.Contains(p.Name) && !p.IsShadowProperty())
            .Select(p => Column(spec, p, p.Name, "t", byEntity));
        var joined = spec.Joined.Select(path => Joined(spec, entity, path, joins, byEntity));
        var columns = own.Concat(joined).ToList();
        AdminColumn Of(string property) => columns.First(c => c.Property == property);
        var listed = spec.Listed.Select(Of).ToList();
        return new AdminTable
        {
            Spec = spec,
            Entity = entity,
            Stored = entity.GetTableName()!,
            Sql = Quote(entity.GetTableName()!),
            Joins = joins,
            Columns = [.. listed, .. columns.Except(listed).OrderBy(c => c.IsJoined)],
            Key = [.. entity.FindPrimaryKey()!.Properties.Select(p => Of(p.Name))],
            Listed = listed,
            Title = [.. spec.Title.Select(Of)],
        };
    }

    private static AdminColumn Joined(
        AdminTableSpec spec, IEntityType entity, string path, Dictionary<string, string> joins, Dictionary<IEntityType, string> byEntity)
    {
        var parts = path.Split('.');
        var navigation = entity.FindNavigation(parts[0]) ?? throw new InvalidOperationException($"{entity.ShortName()} has no relation {parts[0]}.");
        var key = navigation.ForeignKey;
        var alias = $"j_{JsonNamingPolicy.SnakeCaseLower.ConvertName(parts[0])}";
        var (here, there) = navigation.IsOnDependent ? (key.Properties, key.PrincipalKey.Properties) : (key.PrincipalKey.Properties, key.Properties);
        joins[alias] = $" left join {Quote(navigation.TargetEntityType.GetTableName()!)} {alias} on {alias}.{Quote(there[0].GetColumnName())} = t.{Quote(here[0].GetColumnName())}";
        return Column(spec, navigation.TargetEntityType.FindProperty(parts[1])!, path, alias, byEntity);
    }

    private static AdminColumn Column(AdminTableSpec spec, IProperty property, string path, string alias, Dictionary<IEntityType, string> byEntity)
    {
        var type = Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType;
        var isJoined = alias != "t";
        var refers = spec.Refers.Where(r => r.Property == path).Select(r => r.Table).FirstOrDefault()
            ?? property.GetContainingForeignKeys().Select(k => byEntity.GetValueOrDefault(k.PrincipalEntityType)).FirstOrDefault(n => n is not null);
        return new AdminColumn
        {
            Name = string.Join('.', path.Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName)),
            Label = AdminLabels.Of(property.Name),
            Property = path,
            Type = type,
            Kind = KindOf(spec, path, type),
            IsNullable = property.IsNullable || isJoined,
            MaxLength = property.GetMaxLength(),
            Choices = spec.Entity == typeof(AdminPermission) && path == nameof(AdminPermission.TableName)
                ? [.. AdminTables.All.Where(t => !t.AdminsOnly).Select(t => t.Name)]
                : type.IsEnum ? [.. Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName)] : [],
            Refers = refers,
            IsKey = !isJoined && property.IsPrimaryKey(),
            IsJoined = isJoined,
            IsIndexed = !isJoined && property.DeclaringType is IEntityType entity
                && (entity.FindPrimaryKey()!.Properties[0] == property || entity.GetIndexes().Any(i => i.Properties[0] == property)),
            IsListed = spec.Listed.Contains(path),
            IsSearched = spec.Searched.Contains(path),
            IsEdited = spec.Edited.Contains(path),
            IsCreated = spec.Created.Contains(path),
            Sql = $"{alias}.{Quote(property.GetColumnName())}",
            Mapping = property.GetRelationalTypeMapping(),
        };
    }

    private static AdminKind KindOf(AdminTableSpec spec, string path, Type type) => type switch
    {
        _ when spec.Entity == typeof(AdminPermission) && path == nameof(AdminPermission.TableName) => AdminKind.Choice,
        _ when type == typeof(string) => AdminKind.Text,
        _ when type == typeof(bool) => AdminKind.Flag,
        _ when type == typeof(int) || type == typeof(long) => AdminKind.Whole,
        _ when type == typeof(decimal) => AdminKind.Number,
        _ when type == typeof(DateOnly) => AdminKind.Day,
        _ when type == typeof(DateTimeOffset) => AdminKind.Moment,
        _ when type == typeof(TimeSpan) => AdminKind.Duration,
        _ when type == typeof(Guid) => AdminKind.Id,
        { IsEnum: true } when type.IsDefined(typeof(FlagsAttribute), inherit: false) => AdminKind.Data,
        { IsEnum: true } => AdminKind.Choice,
        _ => AdminKind.Data,
    };

    private static string Quote(string name) => $"\"{name}\"";
}
