using Foliosync.Brokers.Contract;
using Foliosync.Core.Performance;
using Foliosync.Core.Prices;

namespace Foliosync.Core.Tests.Performance;

/// <summary>Writes a portfolio down in few words. Days are counted from a Monday, day 0.</summary>
internal sealed class Script(string baseCurrency = "EUR")
{
    private static readonly DateOnly Monday = new(2026, 1, 5);

    private readonly List<ValuedAccount> _accounts = [];
    private readonly List<ValuedInstrument> _instruments = [];
    private readonly List<UnitsPeriod> _units = [];
    private readonly List<CashPeriod> _cash = [];
    private readonly List<LedgerEntry> _entries = [];
    private readonly List<FxRate> _rates = [];

    public PriceTable Prices { get; } = new();

    public FxTable Rates => new(_rates);

    public IReadOnlyList<LedgerEntry> Entries => _entries;

    public static DateOnly Day(int day) => Monday.AddDays(day);

    /// <summary>From the close of one day to the close of another.</summary>
    public static Period Between(int start, int end) => new(Day(start), Day(end));

    public Guid Account(string currency = "EUR", bool cash = true, int? reportedFrom = null)
    {
        _accounts.Add(new ValuedAccount(Guid.NewGuid(), currency, cash, reportedFrom is { } day ? Day(day) : null));
        return _accounts[^1].Id;
    }

    public Guid Instrument(string currency = "EUR", AssetClass kind = AssetClass.Equity)
    {
        _instruments.Add(new ValuedInstrument(Guid.NewGuid(), kind, currency));
        return _instruments[^1].Id;
    }

    public ValuedInstrument Valued(Guid instrument) => _instruments.Single(i => i.Id == instrument);

    public Script Held(Guid account, Guid instrument, decimal units, int from, int? to = null)
    {
        _units.Add(new UnitsPeriod(account, instrument, units, Day(from), to is { } day ? Day(day) : null));
        return this;
    }

    public Script Cash(Guid account, decimal amount, int from, int? to = null, string currency = "EUR")
    {
        _cash.Add(new CashPeriod(account, currency, amount, Day(from), to is { } day ? Day(day) : null));
        return this;
    }

    /// <summary>Prices of one day after another.</summary>
    public Script Priced(Guid instrument, int from, params decimal[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            Prices.Add(instrument, Day(from + i), values[i], Valued(instrument).Currency, PriceRank.Broker);
        }

        return this;
    }

    /// <summary>Units of a currency for one euro, one day after another.</summary>
    public Script Rated(string currency, int from, params decimal[] perEuro)
    {
        for (var i = 0; i < perEuro.Length; i++)
        {
            _rates.Add(new FxRate { Currency = currency, Day = Day(from + i), Source = "ecb", PerEuro = perEuro[i] });
        }

        return this;
    }

    public Script Deposit(Guid account, int day, decimal amount, string currency = "EUR") =>
        Entry(account, day, TransactionKind.Deposit, null, null, amount, currency: currency);

    public Script Withdraw(Guid account, int day, decimal amount, string currency = "EUR") =>
        Entry(account, day, TransactionKind.Withdrawal, null, null, -amount, currency: currency);

    public Script Buy(Guid account, int day, Guid instrument, decimal units, decimal price, decimal? fees = 0, decimal? taxes = 0) =>
        Entry(account, day, TransactionKind.Buy, instrument, units, -units * price, fees, taxes, Valued(instrument).Currency);

    public Script Sell(Guid account, int day, Guid instrument, decimal units, decimal price, decimal? fees = 0, decimal? taxes = 0) =>
        Entry(account, day, TransactionKind.Sell, instrument, units, units * price, fees, taxes, Valued(instrument).Currency);

    public Script Dividend(Guid account, int day, Guid instrument, decimal amount, decimal taxes = 0, string currency = "EUR") =>
        Entry(account, day, TransactionKind.Dividend, instrument, null, amount, 0, taxes, currency);

    public Script Entry(
        Guid account, int day, TransactionKind kind, Guid? instrument, decimal? units, decimal? amount, decimal? fees = 0, decimal? taxes = 0,
        string currency = "EUR")
    {
        _entries.Add(new LedgerEntry
        {
            AccountId = account,
            Day = Day(day),
            Kind = kind,
            InstrumentId = instrument,
            Units = units,
            Amount = amount,
            Fees = fees,
            Taxes = taxes,
            Currency = currency,
        });
        return this;
    }

    public Valuation Until(int last, string? inBase = null) => Valuation.Of(new ValuationInput
    {
        BaseCurrency = inBase ?? baseCurrency,
        Last = Day(last),
        Accounts = _accounts,
        Instruments = _instruments,
        Units = _units,
        Cash = _cash,
        Entries = _entries,
        Prices = Prices,
        Rates = Rates,
    });
}
