using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Instruments;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Prices;
using Foliosync.Core.Sync;
using Foliosync.Core.Transactions;
using Foliosync.Core.Users;

namespace Foliosync.Core.Admin;

/// <summary>The tables of the admin area: the one description that pages, API and command line are made from.</summary>
public static class AdminTables
{
    private const string People = "People";
    private const string Syncing = "Syncing";
    private const string Portfolio = "Portfolio";
    private const string Market = "Market data";

    /// <summary>All, in the order of the index.</summary>
    public static IReadOnlyList<AdminTableSpec> All { get; } =
    [
        new("users", "Users", "user", typeof(User))
        {
            Group = People,
            About = "Everybody who can sign in.",
            Title = ["Email"],
            Listed = ["Email", "Role", "Disabled", "TwoFactorEnabled", "CreatedAt"],
            Searched = ["Email"],
            Edited = ["Email", "Role", "Disabled"],
            Created = ["Email", "Role"],
            Secret = "New password",
            Masked =
            [
                "PasswordHash", "SecurityStamp", "ConcurrencyStamp", "NormalizedEmail", "NormalizedUserName", "UserName", "EmailConfirmed", "PhoneNumber",
                "PhoneNumberConfirmed",
            ],
            Sort = "email",
            Deletes = true,
            Actions = [new("disable", "Disable"), new("enable", "Enable")],
            Inlines = ["permissions", "tokens"],
        },
        new("permissions", "Permissions", "permission", typeof(AdminPermission))
        {
            Group = People,
            About = "What people who are no admins may do in the admin area, table by table.",
            Listed = ["UserId", "TableName", "Allows"],
            Created = ["UserId", "TableName", "Allows"],
            Sort = "userId",
            Deletes = true,
            AdminsOnly = true,
        },
        new("tokens", "API tokens", "token", typeof(ApiToken))
        {
            Group = People,
            About = "What programs call the API with. A token itself is never kept, only its hash.",
            Title = ["Name"],
            Listed = ["Name", "UserId", "Scope", "CreatedAt", "LastUsedAt", "RevokedAt"],
            Searched = ["Name"],
            Edited = ["Name"],
            Sort = "-id",
            Deletes = true,
            Actions = [new("revoke", "Revoke")],
        },
        new("sessions", "Signed-in browsers", "session", typeof(UserSession))
        {
            Group = People,
            About = "Browsers in which somebody is signed in. Deleting one signs it out.",
            Listed = ["UserId", "Device", "Method", "Address"],
            Masked = ["SecurityStamp"],
            Sort = "-id",
            Deletes = true,
        },
        new("audit", "Audit log", "audit", typeof(AuditEvent))
        {
            Group = People,
            About = "Who changed what, when and from where.",
            Title = ["Action"],
            Listed = ["At", "Action", "Subject", "UserId", "Source", "Address", "Detail"],
            Searched = ["Action", "Subject"],
            Refers = [("UserId", "users")],
            Sort = "-at",
        },
        new("brokers", "Paused brokers", "broker", typeof(BrokerSettings))
        {
            Group = Syncing,
            About = "Brokers that an operator has paused once, and why. A broker is paused in the monitor, with a reason.",
            Title = ["BrokerId"],
            Listed = ["BrokerId", "PausedAt", "PauseReason"],
            // Nothing reads it: the settings switch brokers off.
            Masked = ["Enabled"],
            Searched = ["BrokerId", "PauseReason"],
            Sort = "brokerId",
            Actions = [new("resume", "Resume")],
            Page = "/admin/monitor/brokers",
        },
        new("connections", "Connections", "connection", typeof(BrokerConnection))
        {
            Group = Syncing,
            About = "Logins at brokers.",
            Title = ["Label"],
            Listed = ["Label", "BrokerId", "OwnerId", "PortfolioId", "Sync.State", "Sync.LastSuccessAt", "Sync.NextSyncAt", "Sync.ConsecutiveFailures"],
            Joined = ["Sync.State", "Sync.LastSuccessAt", "Sync.NextSyncAt", "Sync.ConsecutiveFailures", "Sync.Shard", "Sync.LeaseHolder"],
            Searched = ["Label", "BrokerId", "ExternalUserId"],
            Edited = ["Label"],
            Sort = "-id",
            Deletes = true,
            Actions = [new("pause", "Pause"), new("resume", "Resume"), new("sync", "Sync now")],
            Inlines = ["accounts", "credentials"],
            Page = "/admin/monitor/connections/{0}",
        },
        new("credentials", "Credentials", "credential", typeof(BrokerCredential))
        {
            Group = Syncing,
            About = "Sealed keys and sessions of connections. They can be replaced or deleted, and never be seen.",
            Title = ["Field"],
            Listed = ["ConnectionId", "Field", "UpdatedAt"],
            Searched = ["Field"],
            Secret = "New value",
            Sort = "connectionId",
            Deletes = true,
        },
        new("accounts", "Accounts", "account", typeof(BrokerAccount))
        {
            Group = Syncing,
            About = "Ledgers at brokers.",
            Title = ["Name"],
            Listed = ["Name", "ConnectionId", "OwnerId", "ExternalId", "Currency", "ReportedAt", "ReviewSince"],
            Refers = [("OwnerId", "users")],
            Masked = ["ReportFingerprint", "ReviewFingerprint", "TransactionsCursor"],
            Searched = ["Name", "ExternalId"],
            Edited = ["Name", "RemindAfterDays", "CostMethod"],
            Sort = "-id",
            Actions = [new("reread", "Compare the next report anew")],
            Inlines = ["holdings", "cash"],
        },
        new("runs", "Runs", "run", typeof(SyncRun))
        {
            Group = Syncing,
            About = "Syncs and their results.",
            Listed = ["ConnectionId", "Trigger", "State", "QueuedAt", "FinishedAt", "Received", "Inserted", "Updated", "ErrorMessage"],
            Joined = ["Connection.BrokerId", "Connection.OwnerId"],
            Searched = ["ErrorMessage", "ErrorKind", "Worker"],
            Sort = "-id",
            Page = "/admin/monitor/runs/{0}",
        },
        new("snapshots", "Snapshots", "snapshot", typeof(Snapshot))
        {
            Group = Syncing,
            About = "What brokers sent, sealed. Only that it is there can be seen.",
            Listed = ["ConnectionId", "RunId", "TakenAt"],
            Refers = [("RunId", "runs")],
            Sort = "-id",
        },
        new("alerts", "Alerts", "alert", typeof(Alert))
        {
            Group = Syncing,
            About = "What people should know or do.",
            Title = ["Kind"],
            Listed = ["OwnerId", "Kind", "Message", "ConnectionId", "CreatedAt", "ResolvedAt", "DismissedAt"],
            Searched = ["Message", "Kind"],
            Sort = "-id",
            Deletes = true,
            Actions = [new("dismiss", "Put aside")],
        },
        new("portfolios", "Portfolios", "portfolio", typeof(Portfolios.Portfolio))
        {
            Group = Portfolio,
            About = "What accounts count for.",
            Title = ["Name"],
            Listed = ["Name", "OwnerId", "BaseCurrency", "CreatedAt"],
            Searched = ["Name"],
            Edited = ["Name", "BaseCurrency"],
            Created = ["OwnerId", "Name", "BaseCurrency"],
            Sort = "-id",
            Deletes = true,
            Inlines = ["shares"],
        },
        new("shares", "Sharing", "share", typeof(PortfolioShare))
        {
            Group = Portfolio,
            About = "Whom portfolios are shared with.",
            Listed = ["PortfolioId", "UserId", "Role", "CreatedAt"],
            Edited = ["Role"],
            Created = ["PortfolioId", "UserId", "Role"],
            Sort = "portfolioId",
            Deletes = true,
        },
        new("holdings", "Holdings", "holding", typeof(Holding))
        {
            Group = Portfolio,
            About = "What accounts hold now. The next report of the broker is compared with what stands here, whoever wrote it.",
            Title = ["Symbol"],
            Listed = ["AccountId", "InstrumentId", "Symbol", "Quantity", "AveragePrice", "CostBasis", "LastPrice", "PricedAt", "Since"],
            Joined = ["Account.ConnectionId", "Account.OwnerId", "Instrument.Isin"],
            Searched = ["Symbol"],
            Edited = ["Quantity", "AveragePrice", "CostBasis"],
            Sort = "-id",
            Deletes = true,
        },
        new("holding-history", "Holding history", "holdingPeriod", typeof(HoldingPeriod))
        {
            Group = Portfolio,
            About = "What accounts held earlier. History is never rewritten.",
            Listed = ["AccountId", "InstrumentId", "Quantity", "CostBasis", "From", "To"],
            Sort = "-id",
        },
        new("cash", "Cash", "cashBalance", typeof(CashBalance))
        {
            Group = Portfolio,
            About = "Cash of accounts now. The next report of the broker is compared with what stands here, whoever wrote it.",
            Listed = ["AccountId", "Segment", "Currency", "Amount", "AsOf"],
            Searched = ["Segment"],
            Edited = ["Amount"],
            Sort = "-id",
            Deletes = true,
        },
        new("cash-history", "Cash history", "cashBalancePeriod", typeof(CashBalancePeriod))
        {
            Group = Portfolio,
            About = "Cash of accounts earlier. History is never rewritten.",
            Listed = ["AccountId", "Segment", "Currency", "Amount", "From", "To"],
            Sort = "-id",
        },
        new("transactions", "Transactions", "transaction", typeof(Transaction))
        {
            Group = Portfolio,
            About = "What changed units or cash. What a broker told is not rewritten, except a kind that it left open.",
            Title = ["Kind"],
            Listed = ["AccountId", "TradedAt", "Kind", "Symbol", "Quantity", "Price", "Amount", "Currency", "Source"],
            Refers = [("RunId", "runs"), ("InferredSinceRunId", "runs"), ("SupersededBy", "transactions")],
            Searched = ["Symbol", "Note", "OwnNote", "ExternalId"],
            Edited = ["Kind", "OwnNote"],
            Sort = "-id",
        },
        new("instruments", "Instruments", "instrument", typeof(Instrument))
        {
            Group = Market,
            About = "What can be held.",
            Title = ["Symbol", "Name"],
            Listed = ["Symbol", "Name", "Isin", "Mic", "AssetClass", "Currency"],
            Searched = ["Symbol", "Name", "Isin"],
            Edited = ["Symbol", "Name", "Isin", "Mic", "AssetClass", "Currency"],
            Created = ["Symbol", "Name", "Isin", "Mic", "AssetClass", "Currency"],
            Sort = "-id",
            Deletes = true,
            Inlines = ["aliases", "prices"],
        },
        new("aliases", "Aliases", "alias", typeof(InstrumentAlias))
        {
            Group = Market,
            About = "How brokers call instruments.",
            Listed = ["BrokerId", "Key", "InstrumentId"],
            Searched = ["Key"],
            Edited = ["InstrumentId"],
            Created = ["BrokerId", "Key", "InstrumentId"],
            Sort = "brokerId",
            Deletes = true,
        },
        new("prices", "Prices", "price", typeof(Price))
        {
            Group = Market,
            About = "Prices of instruments by day and source.",
            Listed = ["InstrumentId", "Day", "Source", "Value", "Currency", "FetchedAt"],
            Edited = ["Value", "Currency"],
            Created = ["InstrumentId", "Day", "Source", "Value", "Currency"],
            Sort = "instrumentId,-day",
            Deletes = true,
        },
        new("fx-rates", "Exchange rates", "fxRate", typeof(FxRate))
        {
            Group = Market,
            About = "What one euro cost, by day and source.",
            Listed = ["Currency", "Day", "Source", "PerEuro", "FetchedAt"],
            Searched = ["Currency"],
            Edited = ["PerEuro"],
            Created = ["Currency", "Day", "Source", "PerEuro"],
            Sort = "currency,-day",
            Deletes = true,
        },
    ];
}
