using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Foliosync.Core.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class InferredLedger : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "inferred_since",
                table: "transactions",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "inferred_since_run_id",
                table: "transactions",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "first_price",
                table: "holdings",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "first_price",
                table: "holding_periods",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "last_price",
                table: "holding_periods",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "first_reported_at",
                table: "accounts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "report_run_id",
                table: "accounts",
                type: "TEXT",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "inferred_since",
                table: "transactions");

            migrationBuilder.DropColumn(
                name: "inferred_since_run_id",
                table: "transactions");

            migrationBuilder.DropColumn(
                name: "first_price",
                table: "holdings");

            migrationBuilder.DropColumn(
                name: "first_price",
                table: "holding_periods");

            migrationBuilder.DropColumn(
                name: "last_price",
                table: "holding_periods");

            migrationBuilder.DropColumn(
                name: "first_reported_at",
                table: "accounts");

            migrationBuilder.DropColumn(
                name: "report_run_id",
                table: "accounts");
        }
    }
}
