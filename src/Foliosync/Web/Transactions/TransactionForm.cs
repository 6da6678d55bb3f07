using System.Globalization;
using Foliosync.Brokers.Contract;
using Foliosync.Core;
using Foliosync.Core.Ledgers;
using Foliosync.Web.Holdings;

namespace Foliosync.Web.Transactions;

/// <summary>A transaction as texts of a form: what was typed is kept until it can be read.</summary>
public sealed class TransactionForm
{
    public string? Account { get; set; }

    public string? Kind { get; set; }

    public string? Instrument { get; set; }

    public string? NewAs { get; set; }

    public string? Day { get; set; }

    public string? Time { get; set; }

    public string? Quantity { get; set; }

    public string? Price { get; set; }

    public string? Amount { get; set; }

    public string? Fees { get; set; }

    public string? Taxes { get; set; }

    public string? Currency { get; set; }

    public string? Note { get; set; }

    /// <summary>The names of the fields, as they are told by refusals too.</summary>
    public static string[] Fields { get; } = ["account", "kind", "instrument", "newAs", "day", "time", "quantity", "price", "amount", "fees", "taxes", "currency", "note"];

    /// <summary>The texts of a stored transaction.</summary>
    public static TransactionForm Of(TransactionRow row) => new()
    {
        Account = row.AccountId.ToString(),
        Kind = HoldingsQuery.NameOf(row.Kind),
        Instrument = row.InstrumentId is null ? null : row.Symbol,
        Day = Formats.Iso(row.Day),
        Time = row.Time?.ToString("HH:mm", CultureInfo.InvariantCulture),
        Quantity = Text(row.Quantity),
        Price = Text(row.Price),
        // The kind says where it went.
        Amount = Text(row.Kind is TransactionKind.Interest or TransactionKind.Adjustment ? row.Amount : row.Amount is { } amount ? Math.Abs(amount) : null),
        Fees = Text(row.Fees),
        Taxes = Text(row.Taxes),
        Currency = row.Currency,
        Note = row.Note,
    };

    /// <summary>Reads the texts of a form that was sent.</summary>
    public static TransactionForm Of(IFormCollection form) => new()
    {
        Account = form["account"],
        Kind = form["kind"],
        Instrument = form["instrument"],
        NewAs = form["newAs"],
        Day = form["day"],
        Time = form["time"],
        Quantity = form["quantity"],
        Price = form["price"],
        Amount = form["amount"],
        Fees = form["fees"],
        Taxes = form["taxes"],
        Currency = form["currency"],
        Note = form["note"],
    };

    /// <summary>What the texts say.</summary>
    /// <exception cref="InputException">One of them cannot be read; its field says which.</exception>
    public ManualEntry ToEntry() => new()
    {
        AccountId = Guid.TryParse(Account, out var account) ? account : throw new InputException("Choose an account.", "account"),
        Kind = Enum.TryParse<TransactionKind>(Kind, ignoreCase: true, out var kind) && Enum.IsDefined(kind) ? kind : throw new InputException("Choose a kind.", "kind"),
        Instrument = string.IsNullOrWhiteSpace(Instrument) ? null : Instrument,
        NewAs = Enum.TryParse<AssetClass>(NewAs, ignoreCase: true, out var newAs) && Enum.IsDefined(newAs) ? newAs : null,
        Day = AddressValues.Day(Day) ?? throw new InputException("Give the day in the form 2026-01-31.", "day"),
        Time = string.IsNullOrWhiteSpace(Time) ? null : TimeOnly.TryParse(Time, CultureInfo.InvariantCulture, out var time) ? time : throw new InputException("Give the time in the form 09:30.", "time"),
        Quantity = Number(Quantity, "quantity"),
        Price = Number(Price, "price"),
        Amount = Number(Amount, "amount"),
        Fees = Number(Fees, "fees"),
        Taxes = Number(Taxes, "taxes"),
        Currency = string.IsNullOrWhiteSpace(Currency) ? null : Currency.Trim(),
        Note = Note,
    };

    // Commas that group digits are passed over; which of two places is meant by "1,5" is not guessed.
    private static decimal? Number(string? text, string field)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var plain = text.Trim().Replace("−", "-", StringComparison.Ordinal);
        var comma = plain.LastIndexOf(',');
        var isGrouped = comma < 0 || (plain.Length - comma - 1 >= 3 && (plain.Length == comma + 4 || plain[comma + 4] == '.'));
        return isGrouped && decimal.TryParse(plain.Replace(",", string.Empty, StringComparison.Ordinal), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InputException("That is not a number. Write it like 1234.56.", field);
    }

    private static string? Text(decimal? value) => value?.ToString("0.############################", CultureInfo.InvariantCulture);
}
