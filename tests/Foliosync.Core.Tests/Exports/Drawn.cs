using System.Globalization;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Instruments;
using Foliosync.Core.Transactions;
using FsCheck;
using FsCheck.Fluent;

namespace Foliosync.Core.Tests.Exports;

/// <summary>Transactions of one account, in the order of their time. Prints what a person needs to see of a failed case.</summary>
internal sealed record Drawn(IReadOnlyList<Transaction> Transactions)
{
    // No "@" among them: what looks like an e-mail address is blotted out when it is read.
    private static readonly string[] Symbols = ["a", "b", "=", "+", "-", "'", "\"", "\n", ",", ";", "|", "\\", "{", "}", "#", "é", "🎉", " "];

    public static readonly Instrument Infy = Named("INFY", AssetClass.Equity, "INE009A01021", "XNSE", "Infosys");
    public static readonly Instrument Future = Named("NIFTY26AUGFUT", AssetClass.Future);
    public static readonly Instrument Formula = Named("=M&M", AssetClass.Etf, name: "-1+\"1\"");
    public static readonly Instrument Ford = Named("F", AssetClass.Equity, mic: "XNYS", name: "'=Ford");

    private static readonly string[] Texts =
    [
        "=HYPERLINK(\"http://x\")", "'=1", "''+1", "-5", "@SUM(A1)", "＝1", "'", "two\nlines", "two\r\nlines", "a \"quote\", and; | more", "C:\\temp\\",
        "ünïcødé 🎉", "# no tag {} 1,5",
    ];

    /// <summary>Every kind with what it needs, as brokers and people tell it.</summary>
    public static Gen<Drawn> Whole() => Of(Whole);

    /// <summary>Anything that the table can hold: what a kind needs may be missing, and money may have gone the other way.</summary>
    public static Gen<Drawn> Any() => Of(Any);

    public override string ToString() => string.Join("\n", Transactions.Select(t => string.Create(
        CultureInfo.InvariantCulture,
        $"{t.TradedAt:O} {t.Kind} {t.Symbol} {t.Quantity} at {t.Price} amount {t.Amount} fees {t.Fees} taxes {t.Taxes} {t.Currency} {t.ExternalId} {t.Note}")));

    private static Gen<Drawn> Of(Func<int, Gen<Transaction>> draw) =>
        from count in Gen.Choose(1, 12)
        from transactions in Gen.CollectToList(Enumerable.Range(1, count), draw)
        select new Drawn([.. transactions]);

    private static Gen<Transaction> Any(int place) =>
        from kind in Gen.Elements(Enum.GetValues<TransactionKind>())
        from instrument in Gen.Elements(null, Infy, Future, Formula, Ford)
        from quantity in Gen.OneOf(Gen.Constant<decimal?>(null), Gen.Constant<decimal?>(0m), Units().Select(u => (decimal?)u))
        from price in Price().OrUnknown()
        from amount in Signed().OrUnknown()
        from row in Rest(place)
        select Filled(row, kind, instrument, quantity, price, amount);

    private static Gen<Transaction> Whole(int place) =>
        from kind in Gen.Elements(Enum.GetValues<TransactionKind>())
        from instrument in Gen.Elements(Infy, Future, Formula, Ford)
        from named in Gen.Elements(true, false)
        from quantity in Units()
        from price in Price()
        from tells in Gen.Choose(0, 2)
        from amount in Signed()
        from row in Rest(place)
        select kind switch
        {
            TransactionKind.Buy or TransactionKind.Sell => Filled(
                row,
                kind,
                instrument,
                quantity,
                tells == 0 ? null : price,
                tells == 1 && instrument != Future ? null : Math.Abs(amount) * (kind == TransactionKind.Buy ? -1 : 1)),
            TransactionKind.TransferIn => Filled(row, kind, instrument, quantity, tells == 0 ? null : price, null),
            TransactionKind.TransferOut or TransactionKind.Split or TransactionKind.Bonus => Filled(row, kind, instrument, quantity, null, null),
            TransactionKind.Dividend or TransactionKind.Deposit => Filled(row, kind, named ? instrument : null, null, null, Math.Abs(amount)),
            TransactionKind.Fee or TransactionKind.Tax or TransactionKind.Withdrawal => Filled(row, kind, named ? instrument : null, null, null, -Math.Abs(amount)),
            _ => Filled(row, kind, named ? instrument : null, null, null, amount),
        };

    private static Gen<Transaction> Rest(int place) =>
        from microseconds in Gen.Choose(0, 999_999)
        from wholeDay in Gen.Elements(true, false)
        from fees in Price().OrUnknown()
        from taxes in Price().OrUnknown()
        from currency in Gen.Elements("INR", "INR", "USD")
        from settled in Gen.Elements(default(DateOnly?), new DateOnly(2026, 8, 5))
        from note in Gen.OneOf(Gen.Constant<string?>(null), Gen.Elements<string?>(Texts), Gen.Elements(Symbols).ArrayOf(6).Select(s => (string?)string.Concat(s)))
        from prefix in Gen.Elements("file:", "zerodha:", "=", "'=", "")
        from source in Gen.Elements(Enum.GetValues<TransactionSource>())
        select new Transaction
        {
            Id = Guid.NewGuid(),
            ExternalId = $"{prefix}{place}",
            Currency = currency,
            Fees = fees,
            Taxes = taxes,
            SettledOn = settled,
            Note = note,
            Source = source,
            Confidence = source == TransactionSource.Inferred ? 0.8m : null,

            // Midnight in India, and so only a day, or an instant as precise as databases keep it.
            TradedAt = new DateTimeOffset(2026, 7, 31, 18, 30, 0, TimeSpan.Zero).AddDays(place).AddMicroseconds(wholeDay ? 0 : 1 + microseconds),
        };

    private static Transaction Filled(Transaction row, TransactionKind kind, Instrument? instrument, decimal? quantity, decimal? price, decimal? amount)
    {
        row.Kind = kind;
        row.Instrument = instrument;
        row.InstrumentId = instrument?.Id;
        row.Symbol = instrument?.Symbol;
        row.Exchange = instrument == Infy ? "NSE" : null;
        row.Quantity = quantity;
        row.Price = price;
        row.Amount = amount;
        return row;
    }

    private static Gen<decimal> Units() =>
        from units in Gen.Choose(1, 1_000_000)
        from scale in Gen.Elements(1m, 1m, 0.001m, 0.000000001m)
        select units * scale;

    private static Gen<decimal> Price() => from cents in Gen.Choose(0, 9_000_000) from scale in Gen.Elements(0.01m, 0.0001m) select cents * scale;

    private static Gen<decimal> Signed() => Gen.Choose(-90_000_000, 90_000_000).Select(cents => cents * 0.01m);

    private static Instrument Named(string symbol, AssetClass kind, string? isin = null, string? mic = null, string? name = null) => new()
    {
        Id = Guid.NewGuid(),
        Symbol = symbol,
        AssetClass = kind,
        Isin = isin,
        Mic = mic,
        Name = name,
        Currency = "INR",
    };
}

/// <summary>Words for generators.</summary>
internal static class Unknowns
{
    public static Gen<decimal?> OrUnknown(this Gen<decimal> known) => Gen.OneOf(Gen.Constant<decimal?>(null), known.Select(k => (decimal?)k));
}
