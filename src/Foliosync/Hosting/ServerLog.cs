namespace Foliosync.Hosting;

/// <summary>What a server writes while it runs: one line an event, in UTC, without queries and headers, which may hold secrets.</summary>
internal static class ServerLog
{
    /// <summary>Only what is wrong, on stderr: for a server that belongs to a verb with a result of its own.</summary>
    public static void ConfigureQuiet(ILoggingBuilder logging)
    {
        Configure(logging, json: false, LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        logging.AddConsole(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    /// <summary>Writes to stdout: lines for people, or one JSON object a line with the ids of the run it was written for.</summary>
    /// <param name="logging">The log.</param>
    /// <param name="json">True for JSON.</param>
    /// <param name="level">What is written at least, of our own lines.</param>
    public static void Configure(ILoggingBuilder logging, bool json, LogLevel level = LogLevel.Information)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(level);
        // At Information these log addresses with their query: the answer of a broker's login among them.
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
        // A page at each start, about what is the same every time.
        logging.AddFilter("Quartz", LogLevel.Warning);
        if (json)
        {
            logging.AddJsonConsole(options =>
            {
                options.IncludeScopes = true;
                options.UseUtcTimestamp = true;
                options.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            });
        }
        else
        {
            logging.AddSimpleConsole(options =>
            {
                options.SingleLine = true;
                options.UseUtcTimestamp = true;
                options.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss'Z' ";
            });
        }
    }
}
