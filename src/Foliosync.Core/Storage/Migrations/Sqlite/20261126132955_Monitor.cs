using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Foliosync.Core.Storage.Migrations.Sqlite
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
                type: "TEXT",
                nullable: false,
                defaultValueSql: "'[]'");

            migrationBuilder.AddColumn<int>(
                name: "busy",
                table: "workers",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "failed",
                table: "workers",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<int>(
                name: "load_percent",
                table: "workers",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "lost_at",
                table: "workers",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "memory_bytes",
                table: "workers",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "succeeded",
                table: "workers",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "pause_reason",
                table: "sync_states",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "cancel_asked_at",
                table: "sync_runs",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "log",
                table: "sync_runs",
                type: "TEXT",
                nullable: false,
                defaultValueSql: "'[]'");

            migrationBuilder.AddColumn<string>(
                name: "requests",
                table: "sync_runs",
                type: "TEXT",
                nullable: false,
                defaultValueSql: "'[]'");

            migrationBuilder.AddColumn<string>(
                name: "pause_reason",
                table: "broker_settings",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "paused_at",
                table: "broker_settings",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "duration_ms",
                table: "sync_runs",
                type: "INTEGER",
                nullable: true,
                computedColumnSql: "(finished_at - started_at) / 1000",
                stored: false);

            migrationBuilder.AddColumn<bool>(
                name: "has_warnings",
                table: "sync_runs",
                type: "INTEGER",
                nullable: false,
                computedColumnSql: "warnings <> '[]'",
                stored: false);

            migrationBuilder.CreateTable(
                name: "recurring_states",
                columns: table => new
                {
                    name = table.Column<string>(type: "TEXT", maxLength: 60, nullable: false),
                    paused_at = table.Column<long>(type: "INTEGER", nullable: true),
                    pause_reason = table.Column<string>(type: "TEXT", nullable: true),
                    asked_at = table.Column<long>(type: "INTEGER", nullable: true),
                    turns = table.Column<string>(type: "TEXT", nullable: false, defaultValueSql: "'[]'")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_recurring_states", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "run_hours",
                columns: table => new
                {
                    hour = table.Column<long>(type: "INTEGER", nullable: false),
                    broker_id = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    worker = table.Column<string>(type: "TEXT", nullable: false),
                    succeeded = table.Column<long>(type: "INTEGER", nullable: false),
                    failed = table.Column<long>(type: "INTEGER", nullable: false),
                    other = table.Column<long>(type: "INTEGER", nullable: false),
                    requests = table.Column<long>(type: "INTEGER", nullable: false),
                    durations = table.Column<string>(type: "TEXT", nullable: false),
                    lags = table.Column<string>(type: "TEXT", nullable: false)
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
