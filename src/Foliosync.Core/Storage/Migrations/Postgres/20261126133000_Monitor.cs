using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Foliosync.Core.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Monitor : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "at_work",
                table: "workers",
                type: "text",
                nullable: false,
                defaultValueSql: "'[]'");

            migrationBuilder.AddColumn<int>(
                name: "busy",
                table: "workers",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "failed",
                table: "workers",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<int>(
                name: "load_percent",
                table: "workers",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "lost_at",
                table: "workers",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "memory_bytes",
                table: "workers",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "succeeded",
                table: "workers",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "pause_reason",
                table: "sync_states",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "cancel_asked_at",
                table: "sync_runs",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "log",
                table: "sync_runs",
                type: "text",
                nullable: false,
                defaultValueSql: "'[]'");

            migrationBuilder.AddColumn<string>(
                name: "requests",
                table: "sync_runs",
                type: "text",
                nullable: false,
                defaultValueSql: "'[]'");

            migrationBuilder.AddColumn<string>(
                name: "pause_reason",
                table: "broker_settings",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "paused_at",
                table: "broker_settings",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "duration_ms",
                table: "sync_runs",
                type: "bigint",
                nullable: true,
                computedColumnSql: "(extract(epoch from finished_at - started_at) * 1000)::bigint",
                stored: true);

            migrationBuilder.AddColumn<bool>(
                name: "has_warnings",
                table: "sync_runs",
                type: "boolean",
                nullable: false,
                computedColumnSql: "warnings <> '[]'",
                stored: true);

            migrationBuilder.CreateTable(
                name: "recurring_states",
                columns: table => new
                {
                    name = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    paused_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    pause_reason = table.Column<string>(type: "text", nullable: true),
                    asked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    turns = table.Column<string>(type: "text", nullable: false, defaultValueSql: "'[]'")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_recurring_states", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "run_hours",
                columns: table => new
                {
                    hour = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    broker_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    worker = table.Column<string>(type: "text", nullable: false),
                    succeeded = table.Column<long>(type: "bigint", nullable: false),
                    failed = table.Column<long>(type: "bigint", nullable: false),
                    other = table.Column<long>(type: "bigint", nullable: false),
                    requests = table.Column<long>(type: "bigint", nullable: false),
                    durations = table.Column<string>(type: "text", nullable: false),
                    lags = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_run_hours", x => new { x.hour, x.broker_id, x.worker });
                });

            migrationBuilder.CreateIndex(
                name: "ix_sync_runs_duration_ms_id",
                table: "sync_runs",
                columns: new[] { "duration_ms", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "recurring_states");

            migrationBuilder.DropTable(
                name: "run_hours");

            migrationBuilder.DropIndex(
                name: "ix_sync_runs_duration_ms_id",
                table: "sync_runs");

            migrationBuilder.DropColumn(
                name: "duration_ms",
                table: "sync_runs");

            migrationBuilder.DropColumn(
                name: "has_warnings",
                table: "sync_runs");

            migrationBuilder.DropColumn(
                name: "at_work",
                table: "workers");

            migrationBuilder.DropColumn(
                name: "busy",
                table: "workers");

            migrationBuilder.DropColumn(
                name: "failed",
                table: "workers");

            migrationBuilder.DropColumn(
                name: "load_percent",
                table: "workers");

            migrationBuilder.DropColumn(
                name: "lost_at",
                table: "workers");

            migrationBuilder.DropColumn(
                name: "memory_bytes",
                table: "workers");

            migrationBuilder.DropColumn(
                name: "succeeded",
                table: "workers");

            migrationBuilder.DropColumn(
                name: "pause_reason",
                table: "sync_states");

            migrationBuilder.DropColumn(
                name: "cancel_asked_at",
                table: "sync_runs");

            migrationBuilder.DropColumn(
                name: "log",
                table: "sync_runs");

            migrationBuilder.DropColumn(
                name: "requests",
                table: "sync_runs");

            migrationBuilder.DropColumn(
                name: "pause_reason",
                table: "broker_settings");

            migrationBuilder.DropColumn(
                name: "paused_at",
                table: "broker_settings");
        }
    }
}
