using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Foliosync.Core.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Imports : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_transactions_account_id_external_id",
                table: "transactions");

            migrationBuilder.AddColumn<Guid>(
                name: "run_id",
                table: "transactions",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "superseded_by",
                table: "transactions",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "remind_after_days",
                table: "accounts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "imported_statements",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    account_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    format = table.Column<string>(type: "TEXT", maxLength: 60, nullable: false),
                    fingerprint = table.Column<byte[]>(type: "BLOB", nullable: false),
                    imported_at = table.Column<long>(type: "INTEGER", nullable: false),
                    first_day = table.Column<DateOnly>(type: "TEXT", nullable: true),
                    last_day = table.Column<DateOnly>(type: "TEXT", nullable: true),
                    holdings_as_of = table.Column<long>(type: "INTEGER", nullable: true),
                    funds_as_of = table.Column<long>(type: "INTEGER", nullable: true),
                    cash_as_of = table.Column<long>(type: "INTEGER", nullable: true),
                    built_on = table.Column<string>(type: "TEXT", nullable: false),
                    replaced = table.Column<string>(type: "TEXT", nullable: true),
                    undone_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_imported_statements", x => x.id);
                    table.ForeignKey(
                        name: "fk_imported_statements_accounts_account_id",
                        column: x => x.account_id,
                        principalTable: "accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_transactions_account_id_external_id_source",
                table: "transactions",
                columns: new[] { "account_id", "external_id", "source" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_transactions_run_id",
                table: "transactions",
                column: "run_id",
                filter: "source = 'statement'");

            migrationBuilder.CreateIndex(
                name: "ix_imported_statements_account_id_id",
                table: "imported_statements",
                columns: new[] { "account_id", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "imported_statements");

            migrationBuilder.DropIndex(
                name: "ix_transactions_account_id_external_id_source",
                table: "transactions");

            migrationBuilder.DropIndex(
                name: "ix_transactions_run_id",
                table: "transactions");

            migrationBuilder.DropColumn(
                name: "run_id",
                table: "transactions");

            migrationBuilder.DropColumn(
                name: "superseded_by",
                table: "transactions");

            migrationBuilder.DropColumn(
                name: "remind_after_days",
                table: "accounts");

            migrationBuilder.CreateIndex(
                name: "ix_transactions_account_id_external_id",
                table: "transactions",
                columns: new[] { "account_id", "external_id" },
                unique: true);
        }
    }
}
