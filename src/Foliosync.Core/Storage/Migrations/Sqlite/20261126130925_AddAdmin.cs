using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Foliosync.Core.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AddAdmin : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "address",
                table: "audit_events",
                type: "TEXT",
                maxLength: 60,
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "batch",
                table: "audit_events",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "table_name",
                table: "audit_events",
                type: "TEXT",
                maxLength: 40,
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "undoes",
                table: "audit_events",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "admin_permissions",
                columns: table => new
                {
                    user_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    table_name = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    allows = table.Column<string>(type: "TEXT", maxLength: 30, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_admin_permissions", x => new { x.user_id, x.table_name, x.allows });
                    table.ForeignKey(
                        name: "fk_admin_permissions_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "admin_views",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    user_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    table_name = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    query = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_admin_views", x => x.id);
                    table.ForeignKey(
                        name: "fk_admin_views_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_audit_events_batch",
                table: "audit_events",
                column: "batch",
                filter: "batch IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_audit_events_subject_at",
                table: "audit_events",
                columns: new[] { "subject", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_events_undoes",
                table: "audit_events",
                column: "undoes",
                unique: true,
                filter: "undoes IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_admin_views_user_id_table_name_name",
                table: "admin_views",
                columns: new[] { "user_id", "table_name", "name" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "admin_permissions");

            migrationBuilder.DropTable(
                name: "admin_views");

            migrationBuilder.DropIndex(
                name: "ix_audit_events_batch",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "ix_audit_events_subject_at",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "ix_audit_events_undoes",
                table: "audit_events");

            migrationBuilder.DropColumn(
                name: "address",
                table: "audit_events");

            migrationBuilder.DropColumn(
                name: "batch",
                table: "audit_events");

            migrationBuilder.DropColumn(
                name: "table_name",
                table: "audit_events");

            migrationBuilder.DropColumn(
                name: "undoes",
                table: "audit_events");
        }
    }
}
