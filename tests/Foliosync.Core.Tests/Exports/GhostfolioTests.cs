using System.Text.Json;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Exports;
using Foliosync.Core.Instruments;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Transactions;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Exports;

public sealed class GhostfolioTests
{
    private static readonly string[] Types = ["BUY", "SELL", "DIVIDEND", "INTEREST", "FEE"];

    private static readonly Dictionary<string, string[]> Fields = new()
    {
        ["accounts"] = ["id", "name", "currency", "balance", "platformId"],
        ["activities"] = ["accountId", "type", "dataSource", "symbol", "currency", "date", "quantity", "unitPrice", "fee", "comment"],
        ["assetProfiles"] = ["symbol", "dataSource", "currency", "name", "isin", "assetClass", "assetSubClass"],
    };

    [Fact]
    public void Only_what_ghostfolio_takes_is_written_and_what_it_cannot_say_is_warned_of() => Cases.ForAll(
        Drawn.Any(),
        drawn =>
        {
            var written = Written.Of(ExportFormat.Ghostfolio, drawn.Transactions);

            using var json = JsonDocument.Parse(written.File);
            json.RootElement.EnumerateObject().Select(p => p.Name).ShouldBe(Fields.Keys, ignoreOrder: true);
            foreach (var list in json.RootElement.EnumerateObject())
            {
                list.Value.EnumerateArray().SelectMany(row => row.EnumerateObject()).Select(p => p.Name).Except(Fields[list.Name]).ShouldBeEmpty();
            }

            var profiles = json.RootElement.GetProperty("assetProfiles").EnumerateArray().Select(p => p.GetProperty("symbol").GetString()).ToList();
            var activities = json.RootElement.GetProperty("activities").EnumerateArray().ToList();
            foreach (var activity in activities)
            {
                Types.ShouldContain(activity.GetProperty("type").GetString());
                string[] numbers = ["quantity", "unitPrice", "fee"];
                numbers.ShouldAllBe(n => activity.GetProperty(n).GetDecimal() >= 0m);
                var symbol = activity.GetProperty("symbol").GetString();
                (activity.GetProperty("dataSource").GetString() == "YAHOO" || profiles.Contains(symbol)).ShouldBeTrue(symbol);
            }

            if (activities.Count < drawn.Transactions.Count)
            {
                written.Warnings.ShouldContain(w => w.Contains("left out", StringComparison.Ordinal));
            }
        });

    [Fact]
    public void Activities_are_read_back_as_the_transactions_they_were()
    {
        var written = Written.Of(
            ExportFormat.Ghostfolio,
            Row(TransactionKind.Buy, Drawn.Infy, 10m, 1500.5m, -15005m, fees: 12.5m),
            Row(TransactionKind.Dividend, Drawn.Infy, null, null, 220m, fees: 0m),
            Row(TransactionKind.Fee, null, null, null, -59m),
            Row(TransactionKind.Interest, null, null, null, 3m));

        var (_, transactions, warnings) = written.Read("ghostfolio");

        warnings.ShouldBeEmpty();
        written.Warnings.ShouldBeEmpty();
        transactions.Select(t => (t.Kind, t.Instrument?.Symbol, t.Instrument?.Mic, t.Quantity, t.Price, t.Amount)).ShouldBe(
        [
            (TransactionKind.Buy, "INFY", "XNSE", 10m, 1500.5m, -15005m),
            (TransactionKind.Dividend, "INFY", "XNSE", null, null, 220m),
            (TransactionKind.Fee, null, null, null, null, -59m),
            (TransactionKind.Interest, "GF_INTEREST_INR", null, null, null, 3m),
        ]);
        transactions.ShouldAllBe(t => t.TradedAt == new DateTimeOffset(2026, 8, 1, 0, 0, 0, TimeSpan.Zero), "The trading day in India is the day in Ghostfolio.");
    }

    [Fact]
    public void What_no_source_of_prices_knows_has_a_profile_and_a_balance_is_that_of_the_accounts_currency()
    {
        var fund = new Instrument { Id = Guid.NewGuid(), Symbol = "INF789F01XA0", Isin = "INF789F01XA0", Name = "UTI Nifty 50", AssetClass = AssetClass.MutualFund, Currency = "INR" };
        var account = Written.Holding(
            Written.Account("Zerodha", [Row(TransactionKind.Buy, fund, 10m, 190m, -1900m)]),
            [],
            new CashBalance { Segment = "equity", Currency = "INR", Amount = 100m },
            new CashBalance { Segment = "commodity", Currency = "INR", Amount = 20.5m },
            new CashBalance { Segment = "", Currency = "USD", Amount = 7m });

        var written = Written.Of(ExportFormat.Ghostfolio, account);

        using var json = JsonDocument.Parse(written.File);
        var profile = json.RootElement.GetProperty("assetProfiles").EnumerateArray().ShouldHaveSingleItem();
        profile.GetProperty("symbol").GetString().ShouldBe(fund.Id.ToString());
        profile.GetProperty("name").GetString().ShouldBe("UTI Nifty 50");
        json.RootElement.GetProperty("accounts")[0].GetProperty("balance").GetDecimal().ShouldBe(120.5m);
        written.Warnings.ShouldBe(
        [
            "Balances in other currencies than the account's are left out: an account of Ghostfolio has one (1 row).",
            "Fees that are not known are written as 0: Ghostfolio wants a number (1 row).",
        ]);
    }

    private static Transaction Row(TransactionKind kind, Instrument? instrument, decimal? quantity, decimal? price, decimal? amount, decimal? fees = null) => new()
    {
        Id = Guid.NewGuid(),
        ExternalId = $"{kind}",
        Kind = kind,
        Instrument = instrument,
        InstrumentId = instrument?.Id,
        Symbol = instrument?.Symbol,
        Quantity = quantity,
        Price = price,
        Amount = amount,
        Fees = fees,
        Currency = "INR",
        TradedAt = new DateTimeOffset(2026, 7, 31, 18, 30, 0, TimeSpan.Zero),
    };
}
