using System.Data.Common;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Database = Foliosync.Core.Storage.Database;

namespace Foliosync.Core.Admin;

/// <summary>Tells what would become of other rows if some were deleted, from the relations of the model.</summary>
public sealed class AdminForesight(Database database, AdminCatalog catalog)
{
    // Connections have accounts, accounts have transactions, transactions have tags.
    private const int MaxDepth = 4;

    // Tables without a list of their own, as people call what is in them.
    internal static readonly IReadOnlyDictionary<string, string> Unlisted = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["admin_views"] = "Saved views",
        ["alert_channels"] = "Alert channels",
        ["alert_deliveries"] = "Messages about alerts",
        ["cash_balance_periods"] = "Past cash balances",
        ["imported_statements"] = "Imported files",
        ["linked_logins"] = "Logins walked through by one link",
        ["login_links"] = "Login links",
        ["pending_logins"] = "Logins that were begun",
        ["reviews"] = "Reviews",
        ["sync_states"] = "States of syncing",
        ["transaction_tags"] = "Tags",
        ["user_claims"] = "Claims of other sign-ins",
        ["user_logins"] = "Other ways to sign in",
        ["user_passkeys"] = "Passkeys",
        ["user_preferences"] = "Settings of people",
        ["user_tokens"] = "Codes of apps",
        ["valuation_months"] = "Computed values by month",
        ["valuation_states"] = "States of computed values",
    };

    /// <summary>What goes with rows, and what stands against their deletion.</summary>
    /// <param name="table">Their table.</param>
    /// <param name="keys">Their keys.</param>
    /// <param name="cancellationToken">Stops counting.</param>
    public async Task<AdminConsequences> OfDeletingAsync(AdminTable table, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(keys);
        await using var db = database.Open(OwnerScope.Everyone);
        return await OfDeletingAsync(await AdminReader.OpenAsync(db, cancellationToken), transaction: null, table, keys, cancellationToken);
    }

    /// <summary>The same, as the transaction sees it.</summary>
    internal Task<AdminConsequences> OfDeletingAsync(AdminWrite write, AdminTable table, IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        OfDeletingAsync(write.Connection, write.Transaction, table, keys, cancellationToken);

    private async Task<AdminConsequences> OfDeletingAsync(
        DbConnection connection, DbTransaction? transaction, AdminTable table, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var goes = new Dictionary<IEntityType, AdminCount>();
        var blocks = new Dictionary<IEntityType, AdminCount>();
        if (table.Key is [{ Kind: AdminKind.Id } key])
        {
            var statement = new AdminStatement(table, database.IsPostgres);
            var ids = string.Join(", ", keys.Select(k => statement.Value(key, table.ParseKey(k)[0])));
            await WalkAsync(table.Entity, ids, 0);

            async Task WalkAsync(IEntityType entity, string those, int depth)
            {
                foreach (var relation in entity.GetReferencingForeignKeys().Where(r => !r.DeclaringEntityType.IsMappedToJson()))
                {
                    var child = relation.DeclaringEntityType;
                    var rows = $"from \"{child.GetTableName()}\" where \"{relation.Properties[0].GetColumnName()}\" in ({those})";
                    // A person's portfolios are emptied before they go, see AdminRules.
                    var isBlock = relation.DeleteBehavior is DeleteBehavior.Restrict or DeleteBehavior.NoAction;
                    if (relation.DeleteBehavior is not DeleteBehavior.Cascade && !(isBlock && depth == 0))
                    {
                        continue;
                    }

                    var count = await AdminReader.CountAsync(connection, statement, $"select 1 {rows}", cancellationToken, transaction);
                    if (count.Rows == 0)
                    {
                        continue;
                    }

                    var side = isBlock ? blocks : goes;
                    side[child] = side.TryGetValue(child, out var before) && before.Rows > count.Rows ? before : count;
                    if (!isBlock && depth < MaxDepth && child.FindPrimaryKey()!.Properties is [var childKey])
                    {
                        await WalkAsync(child, $"select \"{childKey.GetColumnName()}\" {rows}", depth + 1);
                    }
                }
            }
        }

        return new AdminConsequences(Named(goes), Named(blocks));
    }

    private List<AdminConsequence> Named(Dictionary<IEntityType, AdminCount> counts) =>
    [
        .. from count in counts
           let table = catalog.Tables.FirstOrDefault(t => t.Entity == count.Key || t.Stored == count.Key.GetTableName())
           orderby count.Value.Rows descending, table?.Spec.Label
           select new AdminConsequence(table?.Spec.Label ?? Unlisted[count.Key.GetTableName()!], table?.Name, count.Value),
    ];
}
