using Foliosync.Core.Monitoring;
using Foliosync.Core.Sync;
using Foliosync.Web.Connections;
using Microsoft.Extensions.Localization;

namespace Foliosync.Web.Monitor;

/// <summary>Plain words of the monitor.</summary>
internal static class MonitorWords
{
    /// <summary>How a broker is: tone of a badge, and a few words.</summary>
    public static (string Tone, string Text) Of(BrokerStatus broker, Formats formats, IStringLocalizer<Texts> t) => broker switch
    {
        { PausedAt: not null } => ("warn", t["Paused"]),
        { Enabled: false } => ("quiet", t["Switched off"]),
        { HeldUntil: { } until, HeldBecause: HoldReason.RateLimited } => ("warn", t["Asked for a pause until {0}", formats.Moment(until)]),
        { HeldUntil: { } until } => ("bad", t["Left alone until {0}", formats.Moment(until)]),
        { CircuitOpenedAt: not null } => ("warn", t["Being tried"]),
        _ => ("good", t["Open"]),
    };

    /// <summary>A span of seconds for people.</summary>
    public static string Late(long seconds, Formats formats, IStringLocalizer<Texts> t) =>
        seconds == 0 ? t["on time"] : ConnectionWords.Took(TimeSpan.FromSeconds(seconds), formats, t);

    /// <summary>A part as percent; a dash when nothing is known.</summary>
    public static string Rate(decimal? rate, Formats formats) => rate is { } known ? formats.Percent(known, signed: false) : "–";

    /// <summary>A worker's name, short enough for a table: machine and process.</summary>
    public static string ShortName(string worker) => worker.LastIndexOf('/') is > 0 and var end ? worker[..end] : worker;
}
