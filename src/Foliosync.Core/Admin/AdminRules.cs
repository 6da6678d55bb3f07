using System.Net.Mail;
using System.Security.Cryptography;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Valuations;
using RowValues = System.Collections.Generic.Dictionary<string, object?>;

namespace Foliosync.Core.Admin;

/// <summary>What the rest of the program relies on and the model does not say: what a row may not be, and what else changes with it.</summary>
internal static class AdminRules
{
    private static readonly string[] Currencies = ["currency", "baseCurrency"];

    /// <summary>Refuses what must not be stored.</summary>
    /// <exception cref="InputException">The first value that cannot be; the message says what can.</exception>
    /// <exception cref="RefusedException">The row is not to be changed so.</exception>
    public static void Check(AdminTable table, RowValues? before, RowValues after, bool isUndo)
    {
        foreach (var column in table.Columns.Where(c => c is { Kind: AdminKind.Text, IsNullable: false } && (c.IsEdited || c.IsCreated) && after.ContainsKey(c.Name)))
        {
            Require(!string.IsNullOrWhiteSpace(after[column.Name] as string), column.Name, "Fill this in.");
        }

        foreach (var name in Currencies.Where(after.ContainsKey))
        {
            Require(after[name] is string { Length: 3 } code && code.All(char.IsAsciiLetterUpper), name, "A currency is three capital letters by ISO 4217, for example INR or USD.");
        }

        switch (table.Name)
        {
            case "users":
                Require(after["email"] is string email && email.Length <= 256 && MailAddress.TryCreate(email, out var address) && address.Address == email, "email", "This is not an e-mail address. Write it like name@example.org.");
                break;
            case "accounts":
                Require(after["remindAfterDays"] is null or (int and >= 0 and <= 3660), "remindAfterDays", "Give a number of days from 1 to 3660, or 0 for no reminder.");
                break;
            case "instruments":
                Require(after["isin"] is not string isin || IsIsin(isin), "isin", "An ISIN is two capital letters, nine letters or digits and a digit, for example INE009A01021.");
                Require(after["mic"] is not string mic || (mic.Length == 4 && mic.All(char.IsAsciiLetterUpper)), "mic", "A market is four capital letters by ISO 10383, for example XNSE.");
                break;
            case "prices":
                Require(after["value"] is decimal and >= 0, "value", "A price is not negative.");
                break;
            case "fx-rates":
                Require(after["currency"] is not "EUR", "currency", "A euro costs one euro; rates are for other currencies.");
                Require(after["perEuro"] is decimal and > 0, "perEuro", "A rate is greater than 0.");
                break;
            case "transactions" when !isUndo && before is not null && !Equals(before["kind"], after["kind"]) && !Equals(before["kind"], TransactionKind.Unclassified):
                throw new RefusedException("What a broker told is not rewritten: only a transaction that is not classified can be given a kind.");
        }
    }

    /// <summary>Changes what goes with a row that was made, changed (both given) or deleted.</summary>
    public static async Task FollowAsync(AdminWrite write, AdminTable table, RowValues? before, RowValues? after, CancellationToken cancellationToken)
    {
        var row = after ?? before!;
        switch (table.Name)
        {
            case "users":
                await FollowUserAsync(write, before, after, cancellationToken);
                break;
            case "shares" when after is not null:
                await write.RunAsync(
                    s => s.Query(
                        "select 1 from portfolios where id = @portfolio and owner_id = @user",
                        ids: null,
                        _ => throw new InputException("This is the owner. Choose somebody else.", "userId"),
                        ("portfolio", after["portfolioId"]!),
                        ("user", after["userId"]!)),
                    cancellationToken);
                break;
            case "holdings" or "cash":
                var account = (Guid)row["accountId"]!;
                // The next report is compared row by row, even if it says the same as the last.
                await write.RunAsync(s => s.Change("update accounts set report_fingerprint = null where id = @id", ids: null, ("id", account)), cancellationToken);
                write.Touch([ValuationTouch.OfLedger(account, (DateTimeOffset)row[table.Name == "cash" ? "asOf" : "since"]!)]);
                break;
            case "transactions":
                write.Touch([ValuationTouch.OfLedger((Guid)row["accountId"]!, (DateTimeOffset)row["tradedAt"]!)]);
                break;
            case "prices":
                await TouchAsync(
                    write,
                    "select account_id from holdings where instrument_id = @instrument union select account_id from transactions where instrument_id = @instrument",
                    (DateOnly)row["day"]!,
                    cancellationToken,
                    ("instrument", row["instrumentId"]!));
                break;
            case "fx-rates":
                await TouchAsync(write, "select id from accounts", (DateOnly)row["day"]!, cancellationToken);
                break;
            case "credentials" when row["field"] is BrokerCredential.SessionField:
                await write.RunAsync(s => s.Change("update connections set session_expires_at = null where id = @id", ids: null, ("id", row["connectionId"]!)), cancellationToken);
                break;
        }
    }

    /// <summary>Deletes what must be gone before a row can go.</summary>
    public static Task ClearAsync(AdminWrite write, AdminTable table, RowValues row, CancellationToken cancellationToken) => table.Name != "users"
        ? Task.CompletedTask
        // Portfolios let go of nothing that still counts for them.
        : write.RunAsync(
            s =>
            {
                s.Change("delete from connections where owner_id = @id", ids: null, ("id", row["id"]!));
                s.Change("delete from portfolios where owner_id = @id", ids: null, ("id", row["id"]!));
            },
            cancellationToken);

    private static async Task FollowUserAsync(AdminWrite write, RowValues? before, RowValues? after, CancellationToken cancellationToken)
    {
        if (after is not null)
        {
            var address = (string)after["email"]!;
            await write.RunAsync(
                s =>
                {
                    s.Change(
                        "update users set user_name = @address, normalized_email = @upper, normalized_user_name = @upper where id = @id",
                        ids: null,
                        ("address", address),
                        ("upper", address.Normalize().ToUpperInvariant()),
                        ("id", after["id"]!));
                    if (after["disabled"] is true && before?["disabled"] is false)
                    {
                        // Ends sessions that are open.
                        s.Change("update users set security_stamp = @stamp where id = @id", ids: null, ("stamp", Convert.ToHexString(RandomNumberGenerator.GetBytes(20))), ("id", after["id"]!));
                    }
                },
                cancellationToken);
        }

        long admins = 0;
        await write.RunAsync(s => s.Query("select count(*) from users where role = 'admin' and not disabled", ids: null, r => admins = r.GetInt64(0)), cancellationToken);
        if (admins == 0 && before is not null)
        {
            throw new RefusedException("This is the only admin. Make somebody else one first, so that this instance is not left alone.");
        }
    }

    private static async Task TouchAsync(AdminWrite write, string accounts, DateOnly day, CancellationToken cancellationToken, params (string, object)[] values)
    {
        var ids = new List<Guid>();
        await write.RunAsync(s => s.Query(accounts, ids: null, r => ids.Add(r.GetGuid(0)), values), cancellationToken);
        write.Touch(ids.Select(id => new ValuationTouch(id, day)));
    }

    private static bool IsIsin(string text) =>
        text.Length == 12 && text[..2].All(char.IsAsciiLetterUpper) && text[2..11].All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c)) && char.IsAsciiDigit(text[11]);

    private static void Require(bool holds, string field, string message)
    {
        if (!holds)
        {
            throw new InputException(message, field);
        }
    }
}
