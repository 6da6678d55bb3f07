using Foliosync.Core.Prices;
using Foliosync.Tests.Api;

namespace Foliosync.Tests.Web;

/// <summary>Exchange rates of the Demo broker's time, so that its dollars and rupees can be added up.</summary>
internal static class DemoRates
{
    public static async Task AddAsync(ApiHost host)
    {
        await using var db = host.Open();
        var last = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        for (var day = new DateOnly(2024, 10, 1); day <= last; day = day.AddDays(1))
        {
            db.FxRates.Add(new FxRate { Currency = "USD", Day = day, Source = "ecb", PerEuro = 1.1m });
            db.FxRates.Add(new FxRate { Currency = "INR", Day = day, Source = "ecb", PerEuro = 93.5m });
        }

        await db.SaveChangesAsync();
    }
}
