using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Foliosync.Core.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class LoginLinks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "session_checked_at",
                table: "sync_states",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "session_since",
                table: "sync_states",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "link_id",
                table: "pending_logins",
                type: "uuid",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "login_links",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    key_id = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
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
                name: "linked_logins",
                columns: table => new
                {
                    link_id = table.Column<Guid>(type: "uuid", nullable: false),
                    connection_id = table.Column<Guid>(type: "uuid", nullable: false),
                    position = table.Column<int>(type: "integer", nullable: false),
                    used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
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
                name: "ix_pending_logins_link_id",
                table: "pending_logins",
                column: "link_id");

            migrationBuilder.CreateIndex(
                name: "ix_connections_session_expires_at",
                table: "connections",
                column: "session_expires_at");

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
                name: "linked_logins");

            migrationBuilder.DropTable(
                name: "login_links");

            migrationBuilder.DropIndex(
                name: "ix_pending_logins_link_id",
                table: "pending_logins");

            migrationBuilder.DropIndex(
                name: "ix_connections_session_expires_at",
                table: "connections");

            migrationBuilder.DropColumn(
                name: "session_checked_at",
                table: "sync_states");

            migrationBuilder.DropColumn(
                name: "session_since",
                table: "sync_states");

            migrationBuilder.DropColumn(
                name: "link_id",
                table: "pending_logins");
        }
    }
}
