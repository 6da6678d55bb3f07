using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Foliosync.Core.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Jobs : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_sync_states_broker_id_next_sync_at",
                table: "sync_states");

            migrationBuilder.DropColumn(
                name: "blocked_until",
                table: "broker_settings");

            migrationBuilder.AddColumn<string>(
                name: "next_trigger",
                table: "sync_states",
                type: "TEXT",
                maxLength: 30,
                nullable: false,
                defaultValue: "schedule");

            migrationBuilder.AddColumn<int>(
                name: "shard",
                table: "sync_states",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "sync_interval_seconds",
                table: "connections",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "broker_health",
                columns: table => new
                {
                    broker_id = table.Column<string>(type: "TEXT", nullable: false),
                    held_until = table.Column<long>(type: "INTEGER", nullable: true),
                    held_because = table.Column<string>(type: "TEXT", maxLength: 30, nullable: false),
                    circuit_opened_at = table.Column<long>(type: "INTEGER", nullable: true),
                    failed_probes = table.Column<int>(type: "INTEGER", nullable: false),
                    probed_until = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_broker_health", x => x.broker_id);
                });

            migrationBuilder.CreateTable(
                name: "workers",
                columns: table => new
                {
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    role = table.Column<string>(type: "TEXT", maxLength: 30, nullable: false),
                    version = table.Column<string>(type: "TEXT", nullable: false),
                    started_at = table.Column<long>(type: "INTEGER", nullable: false),
                    last_seen_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_workers", x => x.name);
                });

            migrationBuilder.CreateIndex(
                name: "ix_sync_states_broker_id_shard_next_sync_at",
                table: "sync_states",
                columns: new[] { "broker_id", "shard", "next_sync_at" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "broker_health");

            migrationBuilder.DropTable(
                name: "workers");

            migrationBuilder.DropIndex(
                name: "ix_sync_states_broker_id_shard_next_sync_at",
                table: "sync_states");

            migrationBuilder.DropColumn(
                name: "next_trigger",
                table: "sync_states");

            migrationBuilder.DropColumn(
                name: "shard",
                table: "sync_states");

            migrationBuilder.DropColumn(
                name: "sync_interval_seconds",
                table: "connections");

            migrationBuilder.AddColumn<long>(
                name: "blocked_until",
                table: "broker_settings",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_sync_states_broker_id_next_sync_at",
                table: "sync_states",
                columns: new[] { "broker_id", "next_sync_at" });
        }
    }
}
