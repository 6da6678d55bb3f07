using System.Runtime.CompilerServices;
using System.Text;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Instruments;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Exports;

/// <summary>A ledger for Beancount, version 2 and 3. Accounts are opened and commodities declared where they are first needed.</summary>
internal sealed class BeancountWriter
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly BeancountNames _names;
    private readonly ExportWarnings _warnings;
    private readonly HashSet<string> _opened = new(StringComparer.Ordinal);
    private readonly HashSet<Guid> _declared = [];
    private readonly StringBuilder _text = new();

    private BeancountWriter(BeancountNames names, ExportWarnings warnings) => (_names, _warnings) = (names, warnings);

    public static async Task WriteAsync(ExportedLedger ledger, Stream output, ExportWarnings warnings, CancellationToken cancellationToken)
    {
        var names = new BeancountNames(await CurrenciesAsync(ledger, cancellationToken));
        await using var file = new StreamWriter(output, Utf8, bufferSize: 16 * 1024, leaveOpen: true);
        await new BeancountWriter(names, warnings).WriteAsync(ledger, file, cancellationToken);
    }

    // The only thing that has to be known before the first line: a commodity must not have the name of a currency.
    private static async Task<HashSet<string>> CurrenciesAsync(ExportedLedger ledger, CancellationToken cancellationToken)
    {
        var currencies = new HashSet<string>(StringComparer.Ordinal) { ledger.BaseCurrency };
        foreach (var account in ledger.Accounts)
        {
            currencies.UnionWith(account.Holdings.Select(h => h.Instrument!.Currency));
            await foreach (var transaction in account.Transactions.WithCancellation(cancellationToken))
            {
                currencies.Add(transaction.Currency);
            }
        }

        return currencies;
    }

    private async Task WriteAsync(ExportedLedger ledger, StreamWriter file, CancellationToken cancellationToken)
    {
        _text.Append("; Exported by Foliosync. Lots are bought and sold first in, first out; fees are not part of their cost.\n");
        _text.Append("option \"title\" ").Append(Quoted(ledger.Name)).Append('\n');
        _text.Append("option \"operating_currency\" ").Append(Quoted(ledger.BaseCurrency)).Append('\n');
        foreach (var account in ledger.Accounts)
        {
            var book = new BeancountBook(account, _names, _warnings);
            _text.Append("\n; ").Append(ExportText.Line(account.Name)).Append('\n');
            await foreach (var transaction in InOrderAsync(account.Transactions, cancellationToken))
            {
                Append(account, book, transaction);
                await file.WriteAsync(_text, cancellationToken);
                _text.Clear();
            }

            AppendHoldings(account, book);
            await file.WriteAsync(_text, cancellationToken);
            _text.Clear();
        }
    }

    /// <summary>At the same instant, as for brokers that tell only the day, what adds units goes before what takes them.</summary>
    private static async IAsyncEnumerable<Transaction> InOrderAsync(
        IAsyncEnumerable<Transaction> transactions, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sameInstant = new List<Transaction>();
        await foreach (var transaction in transactions.WithCancellation(cancellationToken))
        {
            if (sameInstant.Count > 0 && sameInstant[0].TradedAt != transaction.TradedAt)
            {
                foreach (var earlier in Sorted())
                {
                    yield return earlier;
                }

                sameInstant.Clear();
            }

            sameInstant.Add(transaction);
        }

        foreach (var last in Sorted())
        {
            yield return last;
        }

        IEnumerable<Transaction> Sorted() =>
            sameInstant.OrderBy(t => LedgerEntry.RankOf(t.Kind)).ThenBy(t => t.ExternalId, StringComparer.Ordinal);
    }

    private void Append(ExportedAccount account, BeancountBook book, Transaction t)
    {
        var day = account.DayOf(t);
        if (t.Instrument is { } instrument)
        {
            Declare(instrument, day);
        }

        var entry = book.Book(t);
        var narration = t.Instrument is null ? ExportText.Of(t.Kind) : $"{ExportText.Of(t.Kind)} {_names.CommodityOf(t.Instrument)}";
        if (entry.Postings.Count == 0)
        {
            Open(book.Cash, day);
            Line(day, $"note {book.Cash} {Quoted($"{narration} {ExportText.Of(t.Quantity)} {ExportText.Line(t.Note)}")}");
        }
        else
        {
            foreach (var posting in entry.Postings)
            {
                Open(posting.Account, day);
            }

            var flag = t.Kind is TransactionKind.Unclassified ? '!' : '*';
            Line(day, $"{flag} {Quoted(narration)}{(t.Source is TransactionSource.Inferred ? " #inferred" : "")}");
        }

        Meta("id", t.ExternalId);
        Meta("source", ExportText.Of(t.Source));
        Meta("memo", t.Note);
        if (t.Confidence is { } confidence)
        {
            _text.Append("  confidence: ").Append(ExportText.Of(confidence)).Append('\n');
        }

        entry.AppendTo(_text);
    }

    /// <summary>What the broker said last: prices, and where its units differ from those above.</summary>
    private void AppendHoldings(ExportedAccount account, BeancountBook book)
    {
        if (account.ReportedAt is not { } reportedAt)
        {
            return;
        }

        var reportDay = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(reportedAt, account.Zone).DateTime);
        var units = book.Units;
        foreach (var held in account.Holdings.GroupBy(h => h.InstrumentId))
        {
            var holding = held.First();
            var instrument = holding.Instrument!;
            Declare(instrument, reportDay);
            if (holding.LastPrice is { } price)
            {
                Line(
                    DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(holding.PricedAt ?? reportedAt, account.Zone).DateTime),
                    $"price {_names.CommodityOf(instrument)} {ExportText.Of(price)} {instrument.Currency}");
            }

            Compare(_names.CommodityOf(instrument), held.Sum(h => h.Quantity), units[held.Key].Sum());
        }

        var gone = units.Where(u => account.Holdings.All(h => h.InstrumentId != u.Key)).ToDictionary(u => u.Key, u => u.Sum());
        foreach (var (id, quantity) in gone)
        {
            Compare(_names.CommodityOf(id), 0m, quantity);
        }
    }

    private void Compare(string commodity, decimal held, decimal booked)
    {
        if (held != booked)
        {
            _text.Append("; ").Append(commodity).Append(": the broker holds ").Append(ExportText.Of(held))
                .Append(", the transactions here make ").Append(ExportText.Of(booked)).Append(".\n");
            _warnings.Add("The transactions make other units than the broker holds; comments at the end of the account tell which");
        }
    }

    private void Declare(Instrument instrument, DateOnly day)
    {
        if (_declared.Add(instrument.Id))
        {
            Line(day, $"commodity {_names.CommodityOf(instrument)}");
            Meta("name", instrument.Name ?? instrument.Symbol);
            Meta("isin", instrument.Isin);
            Meta("exchange", instrument.Mic);
        }
    }

    private void Open(string account, DateOnly day)
    {
        if (_opened.Add(account))
        {
            Line(day, $"open {account}");
        }
    }

    private void Line(DateOnly day, string text) => _text.Append(ExportText.Of(day)).Append(' ').Append(text).Append('\n');

    private void Meta(string key, string? value)
    {
        if (ExportText.Line(value) is { } known)
        {
            _text.Append("  ").Append(key).Append(": ").Append(Quoted(known)).Append('\n');
        }
    }

    private static string Quoted(string text) =>
        $"\"{(ExportText.Line(text) ?? "").Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
