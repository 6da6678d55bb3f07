namespace Foliosync.Screenshots;

/// <summary>A page to take a picture of.</summary>
/// <param name="Name">Name of the picture.</param>
/// <param name="Path">Its address; or that of a page with a link to it.</param>
internal sealed record Shot(string Name, string Path)
{
    /// <summary>A link of the page that leads to the one that is meant, as a CSS selector; null when the page itself is.</summary>
    public string? Follow { get; init; }

    /// <summary>What has to be done to come to the page, and what takes it back; null when the address is enough.</summary>
    public IWalk? Walk { get; init; }

    /// <summary>What a live page shows when it is ready, as a CSS selector: it is never still, for the server goes on telling it; null for others.</summary>
    public string? Live { get; init; }

    /// <summary>True for pages that are seen before anybody has signed in.</summary>
    public bool SignedOut { get; init; }

    /// <summary>True for pages of an instance that is new, in the order in which a person comes to them.</summary>
    public bool FirstRun { get; init; }

    /// <summary>All pages. A new page goes in here.</summary>
    public static IReadOnlyList<Shot> All { get; } =
    [
        new("welcome", "/welcome") { FirstRun = true },
        new("start", "/welcome") { FirstRun = true, Walk = new FirstAdmin() },
        new("app", "/settings/security") { FirstRun = true, Walk = new AppSetUp() },
        new("recovery-codes", "/settings/security/app") { FirstRun = true, Walk = new AppTurnedOn() },
        new("code", "/sign-in") { FirstRun = true, Walk = new AskedForCode() },
        new("sign-in", "/sign-in") { SignedOut = true },
        new("forgotten", "/sign-in/forgotten") { SignedOut = true },
        new("new-password", "/sign-in/reset?user=-&token=-") { SignedOut = true },
        new("status", "/status") { SignedOut = true },
        new("not-found", "/nothing/here") { SignedOut = true },
        new("relogin-refused", "/relogin/one-that-was-used-already") { SignedOut = true },
        new("callback-refused", "/connect/zerodha/callback?status=success&request_token=none") { SignedOut = true },
        new("api", "/api") { SignedOut = true, Live = ".opblock-tag-section" },
        new("overview", "/"),
        new("holdings", "/holdings"),
        new("holdings-by-kind", "/holdings?group=class"),
        new("instrument", "/holdings?q=e") { Follow = "a.cell-main[href^='/instruments/']" },
        new("transactions", "/transactions"),
        new("transaction", "/transactions?kind=buy") { Follow = "a.cell-main[href^='/transactions/']" },
        new("transaction-new", "/transactions/new"),
        new("transaction-removed", "/transactions/new") { Walk = new RemovedTransaction() },
        new("performance", "/performance?period=max"),
        new("performance-parts", "/performance?period=max&parts=yes#parts"),
        new("reconciliation", "/reconciliation"),
        new("connections", "/connections"),
        new("connection", "/connections") { Follow = "a[href^='/connections/']:not([href$='/new'])" },
        new("brokers", "/connections/new"),
        new("connection-new", "/connections/new?broker=zerodha"),
        new("broker-login", "/connections") { Walk = new BrokerLogin() },
        new("run", "/connections") { Walk = new NewestRun() },
        new("import", "/import"),
        new("alerts", "/alerts"),
        new("settings", "/settings"),
        new("notifications", "/settings/notifications"),
        new("channel", "/settings/notifications") { Walk = new NewChannel() },
        new("sharing", "/settings/sharing"),
        new("security", "/settings/security"),
        new("tokens", "/settings/tokens"),
        new("data", "/settings/data"),
        new("admin", "/admin"),
        new("admin-list", "/admin/holdings?quantity.greater=5&sort=-quantity"),
        new("admin-filter", "/admin/transactions?add=tradedAt"),
        new("admin-row", "/admin/instruments") { Follow = "a.row-open" },
        new("admin-connection", "/admin/connections") { Follow = "a.row-open" },
        new("admin-form", "/admin/instruments") { Walk = new AdminRow("edit") },
        new("admin-delete", "/admin/connections") { Walk = new AdminRow("delete") },
        new("admin-merge", "/admin/instruments") { Walk = new AdminRow("merge") },
        new("admin-bulk", "/admin/instruments") { Walk = new BulkDeletion() },
        new("admin-audit", "/admin/instruments") { Walk = new AuditedChange() },
        new("monitor", "/admin/monitor?hours=168") { Live = "#workers-title" },
        new("monitor-charts", "/admin/monitor?hours=168#charts") { Live = "#charts .run-chart" },
        new("monitor-runs", "/admin/monitor/runs?q=state%3Afailed%20started%3A%3C2d%20-connection%3Adown"),
        new("monitor-question", "/admin/monitor/runs?q=state%3Afialed"),
        new("monitor-run", "/admin/monitor/runs?q=state%3Asucceeded") { Follow = "tbody a.cell-main[href^='/admin/monitor/runs/']", Live = "#steps-title" },
        new("monitor-run-failed", "/admin/monitor/runs?q=state%3Afailed") { Follow = "tbody a.cell-main[href^='/admin/monitor/runs/']", Live = "#error" },
        new("monitor-schedules", "/admin/monitor/schedules"),
        new("monitor-connection", "/admin/monitor/schedules") { Follow = "section[aria-labelledby=next-title] a" },
        new("monitor-brokers", "/admin/monitor/brokers"),
        new("monitor-paused", "/admin/monitor/brokers") { Walk = new PausedBroker() },
        // Last, for it leaves syncs behind.
        new("review", "/connections") { Walk = new SurprisingReport() },
    ];
}
