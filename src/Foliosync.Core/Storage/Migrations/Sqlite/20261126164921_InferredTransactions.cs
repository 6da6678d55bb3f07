using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Foliosync.Core.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class InferredTransactions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_transactions_inferred",
                table: "transactions",
                columns: new[] { "account_id", "traded_at" },
                filter: "source = 'inferred'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_transactions_inferred",
                table: "transactions");
        }
    }
}
