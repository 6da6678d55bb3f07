using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Foliosync.Core.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Unattended : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_sync_states_broker_id_next_sync_at",
                table: "sync_states");

            migrationBuilder.DropIndex(
                name: "ix_sync_runs_state",
                table: "sync_runs");

            migrationBuilder.DropIndex(
                name: "ix_snapshots_taken_at",
                table: "snapshots");

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

            migrationBuilder.AddColumn<long>(
                name: "session_checked_at",
                table: "sync_states",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "session_since",
                table: "sync_states",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "shard",
                table: "sync_states",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "fetched_at",
                table: "prices",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "link_id",
                table: "pending_logins",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "sync_interval_seconds",
                table: "connections",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "dismissed_at",
                table: "alerts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "subject_id",
                table: "alerts",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "tell_at",
                table: "alerts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "told_at",
                table: "alerts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "review_id",
                table: "accounts",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "alert_channels",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    owner_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 30, nullable: false),
                    address = table.Column<string>(type: "TEXT", nullable: false),
                    @sealed = table.Column<byte[]>(name: "sealed", type: "BLOB", nullable: true),
                    enabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    events = table.Column<string>(type: "TEXT", nullable: true),
                    connections = table.Column<string>(type: "TEXT", nullable: true),
                    quiet_from = table.Column<TimeOnly>(type: "TEXT", nullable: true),
                    quiet_to = table.Column<TimeOnly>(type: "TEXT", nullable: true),
                    digest_at = table.Column<TimeOnly>(type: "TEXT", nullable: true),
                    time_zone = table.Column<string>(type: "TEXT", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    last_sent_at = table.Column<long>(type: "INTEGER", nullable: true),
                    dead_since = table.Column<long>(type: "INTEGER", nullable: true),
                    lease_token = table.Column<Guid>(type: "TEXT", nullable: true),
                    lease_until = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_alert_channels", x => x.id);
                    table.ForeignKey(
                        name: "fk_alert_channels_users_owner_id",
                        column: x => x.owner_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

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
                name: "fx_rates",
                columns: table => new
                {
                    currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false),
                    day = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    source = table.Column<string>(type: "TEXT", nullable: false),
                    per_euro = table.Column<decimal>(type: "TEXT", nullable: false),
                    fetched_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_fx_rates", x => new { x.currency, x.day, x.source });
                });

            migrationBuilder.CreateTable(
                name: "login_links",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    owner_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    key_id = table.Column<long>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_login_links", x => x.id);
                    table.ForeignKey(
                        name: "fk_login_links_users_owner_id",
                        column: x => x.owner_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "price_feeds",
                columns: table => new
                {
                    source = table.Column<string>(type: "TEXT", nullable: false),
                    address = table.Column<string>(type: "TEXT", nullable: true),
                    etag = table.Column<string>(type: "TEXT", nullable: true),
                    last_modified = table.Column<long>(type: "INTEGER", nullable: true),
                    asked_at = table.Column<long>(type: "INTEGER", nullable: true),
                    succeeded_at = table.Column<long>(type: "INTEGER", nullable: true),
                    next_at = table.Column<long>(type: "INTEGER", nullable: true),
                    failures = table.Column<int>(type: "INTEGER", nullable: false),
                    problem = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_price_feeds", x => x.source);
                });

            migrationBuilder.CreateTable(
                name: "reviews",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    owner_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    connection_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    account_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    run_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    last_run_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: false),
                    fingerprint = table.Column<byte[]>(type: "BLOB", nullable: false),
                    diff = table.Column<string>(type: "TEXT", nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 30, nullable: false),
                    since = table.Column<long>(type: "INTEGER", nullable: false),
                    decided_at = table.Column<long>(type: "INTEGER", nullable: true),
                    decided_by = table.Column<Guid>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_reviews", x => x.id);
                    table.ForeignKey(
                        name: "fk_reviews_accounts_account_id",
                        column: x => x.account_id,
                        principalTable: "accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
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

            migrationBuilder.CreateTable(
                name: "alert_deliveries",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    owner_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    alert_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    channel_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    @event = table.Column<string>(name: "event", type: "TEXT", maxLength: 30, nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 30, nullable: false),
                    message_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    tries = table.Column<int>(type: "INTEGER", nullable: false),
                    first_tried_at = table.Column<long>(type: "INTEGER", nullable: true),
                    next_try_at = table.Column<long>(type: "INTEGER", nullable: false),
                    last_error = table.Column<string>(type: "TEXT", nullable: true),
                    sent_at = table.Column<long>(type: "INTEGER", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_alert_deliveries", x => x.id);
                    table.ForeignKey(
                        name: "fk_alert_deliveries_alert_channels_channel_id",
                        column: x => x.channel_id,
                        principalTable: "alert_channels",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_alert_deliveries_alerts_alert_id",
                        column: x => x.alert_id,
                        principalTable: "alerts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "linked_logins",
                columns: table => new
                {
                    link_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    connection_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    position = table.Column<int>(type: "INTEGER", nullable: false),
                    used_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_linked_logins", x => new { x.link_id, x.connection_id });
                    table.ForeignKey(
                        name: "fk_linked_logins_connections_connection_id",
                        column: x => x.connection_id,
                        principalTable: "connections",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_linked_logins_login_links_link_id",
                        column: x => x.link_id,
                        principalTable: "login_links",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_sync_states_broker_id_shard_next_sync_at",
                table: "sync_states",
                columns: new[] { "broker_id", "shard", "next_sync_at" });

            migrationBuilder.CreateIndex(
                name: "ix_sync_runs_state_id",
                table: "sync_runs",
                columns: new[] { "state", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_pending_logins_link_id",
                table: "pending_logins",
                column: "link_id");

            migrationBuilder.CreateIndex(
                name: "ix_connections_session_expires_at",
                table: "connections",
                column: "session_expires_at");

            migrationBuilder.CreateIndex(
                name: "ix_alerts_subject_id_kind",
                table: "alerts",
                columns: new[] { "subject_id", "kind" },
                unique: true,
                filter: "resolved_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_alerts_tell_at",
                table: "alerts",
                column: "tell_at",
                filter: "tell_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_alert_channels_owner_id",
                table: "alert_channels",
                column: "owner_id");

            migrationBuilder.CreateIndex(
                name: "ix_alert_deliveries_alert_id_channel_id_event",
                table: "alert_deliveries",
                columns: new[] { "alert_id", "channel_id", "event" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_alert_deliveries_channel_id_id",
                table: "alert_deliveries",
                columns: new[] { "channel_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_alert_deliveries_next_try_at",
                table: "alert_deliveries",
                column: "next_try_at",
                filter: "state = 'waiting'");

            migrationBuilder.CreateIndex(
                name: "ix_fx_rates_day",
                table: "fx_rates",
                column: "day");

            migrationBuilder.CreateIndex(
                name: "ix_linked_logins_connection_id",
                table: "linked_logins",
                column: "connection_id");

            migrationBuilder.CreateIndex(
                name: "ix_login_links_expires_at",
                table: "login_links",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "ix_login_links_owner_id",
                table: "login_links",
                column: "owner_id");

            migrationBuilder.CreateIndex(
                name: "ix_reviews_account_id",
                table: "reviews",
                column: "account_id");

            migrationBuilder.CreateIndex(
                name: "ix_reviews_connection_id_id",
                table: "reviews",
                columns: new[] { "connection_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_reviews_owner_id_id",
                table: "reviews",
                columns: new[] { "owner_id", "id" });

            migrationBuilder.AddForeignKey(
                name: "fk_pending_logins_login_links_link_id",
                table: "pending_logins",
                column: "link_id",
                principalTable: "login_links",
                principalColumn: "id",
                onDelete: ReferentialAction.Cascade);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_pending_logins_login_links_link_id",
                table: "pending_logins");

            migrationBuilder.DropTable(
                name: "alert_deliveries");

            migrationBuilder.DropTable(
                name: "broker_health");

            migrationBuilder.DropTable(
                name: "fx_rates");

            migrationBuilder.DropTable(
                name: "linked_logins");

            migrationBuilder.DropTable(
                name: "price_feeds");

            migrationBuilder.DropTable(
                name: "reviews");

            migrationBuilder.DropTable(
                name: "workers");

            migrationBuilder.DropTable(
                name: "alert_channels");

            migrationBuilder.DropTable(
                name: "login_links");

            migrationBuilder.DropIndex(
                name: "ix_sync_states_broker_id_shard_next_sync_at",
                table: "sync_states");

            migrationBuilder.DropIndex(
                name: "ix_sync_runs_state_id",
                table: "sync_runs");

            migrationBuilder.DropIndex(
                name: "ix_pending_logins_link_id",
                table: "pending_logins");

            migrationBuilder.DropIndex(
                name: "ix_connections_session_expires_at",
                table: "connections");

            migrationBuilder.DropIndex(
                name: "ix_alerts_subject_id_kind",
                table: "alerts");

            migrationBuilder.DropIndex(
                name: "ix_alerts_tell_at",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "next_trigger",
                table: "sync_states");

            migrationBuilder.DropColumn(
                name: "session_checked_at",
                table: "sync_states");

            migrationBuilder.DropColumn(
                name: "session_since",
                table: "sync_states");

            migrationBuilder.DropColumn(
                name: "shard",
                table: "sync_states");

            migrationBuilder.DropColumn(
                name: "fetched_at",
                table: "prices");

            migrationBuilder.DropColumn(
                name: "link_id",
                table: "pending_logins");

            migrationBuilder.DropColumn(
                name: "sync_interval_seconds",
                table: "connections");

            migrationBuilder.DropColumn(
                name: "dismissed_at",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "subject_id",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "tell_at",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "told_at",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "review_id",
                table: "accounts");

            migrationBuilder.AddColumn<long>(
                name: "blocked_until",
                table: "broker_settings",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_sync_states_broker_id_next_sync_at",
                table: "sync_states",
                columns: new[] { "broker_id", "next_sync_at" });

            migrationBuilder.CreateIndex(
                name: "ix_sync_runs_state",
                table: "sync_runs",
                column: "state");

            migrationBuilder.CreateIndex(
                name: "ix_snapshots_taken_at",
                table: "snapshots",
                column: "taken_at");
        }
    }
}
