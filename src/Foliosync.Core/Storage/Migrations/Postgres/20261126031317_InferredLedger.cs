using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Foliosync.Core.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class InferredLedger : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "inferred_since",
                table: "transactions",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "inferred_since_run_id",
                table: "transactions",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "first_price",
                table: "holdings",
                type: "numeric",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "first_price",
                table: "holding_periods",
                type: "numeric",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "last_price",
                table: "holding_periods",
                type: "numeric",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "first_reported_at",
                table: "accounts",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "report_run_id",
                table: "accounts",
                type: "uuid",
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
