using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Foliosync.Core.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class IndexRunsByState : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_sync_runs_state",
                table: "sync_runs");

            migrationBuilder.DropIndex(
                name: "ix_snapshots_taken_at",
                table: "snapshots");

            migrationBuilder.CreateIndex(
                name: "ix_sync_runs_state_id",
                table: "sync_runs",
                columns: new[] { "state", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_sync_runs_state_id",
                table: "sync_runs");

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
