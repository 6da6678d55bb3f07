using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Foliosync.Core.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class TransactionsOfAnInstrument : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_transactions_instrument_id",
                table: "transactions");

            migrationBuilder.CreateIndex(
                name: "ix_transactions_instrument_id_account_id",
                table: "transactions",
                columns: new[] { "instrument_id", "account_id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_transactions_instrument_id_account_id",
                table: "transactions");

            migrationBuilder.CreateIndex(
                name: "ix_transactions_instrument_id",
                table: "transactions",
                column: "instrument_id");
        }
    }
}
