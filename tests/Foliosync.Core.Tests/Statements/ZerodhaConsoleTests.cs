using System.Globalization;
using System.Text;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Transactions;
using Foliosync.Core.Users;
using Foliosync.Simulator;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Statements;

/// <summary>Files of Zerodha's Console for an account that Kite feeds, too.</summary>
public sealed class ZerodhaConsoleTests
{
    private const string Tradebook = "symbol,isin,trade_date,exchange,segment,series,trade_type,auction,quantity,price,trade_id,order_id,order_execution_time";

    private const string Funds = """
        particulars,posting_date,cost_center,voucher_type,debit,credit,net_balance
        Opening Balance,,,,0,0,0.00
        Funds added using UPI,2025-04-01,NSE-EQ - Z,Bank Receipts,0,50000.00,50000.00
        DP Charges for Sale of INFY on 02/05/2025,2025-05-05,NSE-EQ - Z,Journal Entry,15.93,0,49984.07
        Closing Balance,,,,0,0,49984.07
        """;

    [Theory, EachStore]
    public async Task The_tradebook_of_today_confirms_what_Kite_told_and_brings_the_years_before(Store store)
    {
        await using var kite = await KiteSimulator.StartAsync(new KiteSimulatorOptions { Accounts = 1, Holdings = 20 });
        await using var world = await StatementWorld.OfZerodhaAsync(store, kite);
        var told = await world.CountingAsync();
        told.Count(t => t.ExternalId.StartsWith("NSE:", StringComparison.Ordinal)).ShouldBeGreaterThan(0);
        var before = await world.EverythingAsync();
        var text = new StringBuilder(Tradebook).Append('\n').Append("OLDCO,,2021-04-01,NSE,EQ,EQ,buy,false,10.000000,100.000000,42,1,2021-04-01T09:30:00\n");
        foreach (var trade in told.Where(t => t.ExternalId.StartsWith("NSE:", StringComparison.Ordinal)))
        {
            // The id is exchange, number and day; the file has them in three columns.
            var id = trade.ExternalId.Split(':');
            var at = trade.TradedAt.ToOffset(TimeSpan.FromHours(5.5));
            text.Append(CultureInfo.InvariantCulture,
                $"{trade.Symbol},,{id[2]},NSE,EQ,EQ,{(trade.Kind == TransactionKind.Buy ? "buy" : "sell")},false,{trade.Quantity},{trade.Price},{id[1]},1,{at:yyyy-MM-ddTHH:mm:ss}\n");
        }

        var result = await world.ImportTextAsync(text.ToString());

        result.Format.Id.ShouldBe("zerodha-tradebook");
        (result.NewTransactions, result.ConflictingTransactions).ShouldBe((1, 0));
        var counting = await world.CountingAsync();
        counting.Count(t => t.Source != TransactionSource.Inferred).ShouldBe(told.Count(t => t.Source != TransactionSource.Inferred) + 1);
        counting.Where(t => t.ExternalId.StartsWith("NSE:", StringComparison.Ordinal)).ShouldAllBe(t => t.Source == TransactionSource.Statement);

        // The same sync again, and the same file, change nothing; an undo leaves what Kite told.
        var after = await world.EverythingAsync();
        await world.Sync.SyncAsync();
        var again = await world.ImportTextAsync(text.ToString());
        (again.NewTransactions, again.KnownTransactions).ShouldBe((0, result.NewTransactions + result.KnownTransactions));
        WithoutTime(await world.EverythingAsync()).ShouldBe(WithoutTime(after));
        await world.Undo.UndoAsync(again.RunId!.Value, Actor.CommandLine, default);
        await world.Undo.UndoAsync(result.RunId!.Value, Actor.CommandLine, default);
        WithoutTime(await world.EverythingAsync()).ShouldBe(WithoutTime(before));
    }

    [Theory, EachStore]
    public async Task A_funds_statement_adds_money_and_charges_and_leaves_the_cash_that_Kite_tells(Store store)
    {
        await using var kite = await KiteSimulator.StartAsync(new KiteSimulatorOptions { Accounts = 1, Holdings = 5 });
        await using var world = await StatementWorld.OfZerodhaAsync(store, kite);
        var cash = await CashAsync(world);

        var result = await world.ImportTextAsync(Funds);
        await world.ImportTextAsync(Funds);

        result.Format.Id.ShouldBe("zerodha-ledger");
        (await world.CountingAsync()).Where(t => t.Source == TransactionSource.Statement).Select(t => (t.Kind, t.Amount)).ShouldBe(
            [(TransactionKind.Deposit, 50_000m), (TransactionKind.Fee, -15.93m)]);
        (await CashAsync(world)).ShouldBe(cash);
    }

    [Theory, EachStore]
    public async Task Holdings_downloaded_from_Kite_count_until_the_next_sync(Store store)
    {
        await using var kite = await KiteSimulator.StartAsync(new KiteSimulatorOptions { Accounts = 1, Holdings = 5 });
        await using var world = await StatementWorld.OfZerodhaAsync(store, kite);
        var before = await HeldAsync(world);
        var first = (await world.Sync.HoldingsAsync()).First(h => h.Reads == ReadKinds.Holdings && h.Lot.Length == 0);

        var result = await world.ImportTextAsync(
            "\"Instrument\",\"Qty.\",\"Avg. cost\",\"LTP\",\"Invested\",\"Cur. val\",\"P&L\",\"Net chg.\",\"Day chg.\"\n"
            + string.Create(CultureInfo.InvariantCulture, $"\"{first.Symbol}\",{first.Quantity + 1:0.###},100,110,100,110,10,10,0\n"));

        result.Format.Id.ShouldBe("zerodha-kite-holdings");
        await world.Sync.SyncAsync();
        (await HeldAsync(world)).ShouldBe(before);
    }

    private static Task<List<decimal>> CashAsync(StatementWorld world) =>
        world.Sync.ReadAsync(db => db.CashBalances.OrderBy(c => c.Segment).Select(c => c.Amount).ToListAsync());

    private static async Task<List<(string, string, decimal)>> HeldAsync(StatementWorld world) =>
        [.. (await world.Sync.HoldingsAsync()).Select(h => (h.Symbol, h.Lot, h.Quantity))];

    private static string WithoutTime(string everything) => string.Join('\n', everything.Split('\n').Skip(1).Where(l => !l.Contains(" since ", StringComparison.Ordinal)));
}
