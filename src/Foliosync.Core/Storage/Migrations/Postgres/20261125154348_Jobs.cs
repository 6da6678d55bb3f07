using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Foliosync.Core.Storage.Migrations.Postgres
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
                type: "character varying(30)",
                maxLength: 30,
                nullable: false,
                defaultValue: "schedule");

            migrationBuilder.AddColumn<int>(
                name: "shard",
                table: "sync_states",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "sync_interval_seconds",
                table: "connections",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "broker_health",
                columns: table => new
                {
                    broker_id = table.Column<string>(type: "text", nullable: false),
                    held_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    held_because = table.Column<string>(type: "character varying(30)", maxLength: 30, nullable: false),
                    circuit_opened_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    failed_probes = table.Column<int>(type: "integer", nullable: false),
                    probed_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_broker_health", x => x.broker_id);
                });

            migrationBuilder.CreateTable(
                name: "workers",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false),
                    role = table.Column<string>(type: "character varying(30)", maxLength: 30, nullable: false),
                    version = table.Column<string>(type: "text", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
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

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "blocked_until",
                table: "broker_settings",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_sync_states_broker_id_next_sync_at",
                table: "sync_states",
                columns: new[] { "broker_id", "next_sync_at" });
        }
    }
}
