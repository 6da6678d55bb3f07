using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Tests.Performance;

/// <summary>A small portfolio from a seed: accounts with and without cash, three currencies, and whatever can happen in a month.</summary>
internal sealed class RandomPortfolio
{
    public const int Days = 25;

    private static readonly string[] Currencies = ["EUR", "USD", "INR"];

    private readonly Random _random;
    private readonly Dictionary<Guid, decimal> _units = [];

    public RandomPortfolio(int seed)
    {
        _random = new Random(seed);
        Script.Rated("USD", 0, Walk(1.2m, 4)).Rated("INR", 0, Walk(100, 2)).Rated("GBP", 0, Walk(0.85m, 5));
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            AddAccount();
        }
    }

    public Script Script { get; } = new();

    public List<Guid> Accounts { get; } = [];

    private void AddAccount()
    {
        var currency = Pick(Currencies);
        var cash = _random.Next(2) == 0;
        var account = Script.Account(currency, cash);
        Accounts.Add(account);
        _units.Clear();
        if (cash)
        {
            Script.Deposit(account, 0, _random.Next(5_000, 100_000), currency);
        }

        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            var instrument = Script.Instrument(Pick(Currencies), Pick([AssetClass.Equity, AssetClass.MutualFund]));
            var prices = Walk(_random.Next(1, 200), 2);
            Script.Priced(instrument, 0, prices);
            for (var trades = _random.Next(1, 6); trades > 0; trades--)
            {
                Trade(account, instrument, _random.Next(Days), prices);
            }
        }
    }

    private void Trade(Guid account, Guid instrument, int day, decimal[] prices)
    {
        var units = _random.Next(1, 1_000) / 100m;
        var held = _units.GetValueOrDefault(instrument);
        var price = Math.Round(prices[day] * (decimal)(0.95 + (_random.NextDouble() / 10)), 4);
        switch (_random.Next(6))
        {
            case 0 when held > 0:
                // Sold on the last day, so that nothing is sold before it was bought.
                Script.Sell(account, Days - 1, instrument, held, prices[^1], fees: _random.Next(5), taxes: _random.Next(3));
                _units[instrument] = 0;
                break;
            case 1:
                Script.Dividend(account, day, instrument, _random.Next(1, 50), currency: Pick(Currencies));
                break;
            case 2:
                Script.Entry(account, day, TransactionKind.TransferIn, instrument, units, null);
                _units[instrument] = held + units;
                break;
            case 3:
                Script.Entry(account, day, TransactionKind.Fee, null, null, -_random.Next(1, 10), currency: Pick(Currencies));
                break;
            default:
                Script.Buy(account, day, instrument, units, price, fees: _random.Next(5));
                _units[instrument] = held + units;
                break;
        }
    }

    private decimal[] Walk(decimal start, int percent)
    {
        var values = new decimal[Days];
        for (var i = 0; i < Days; i++)
        {
            values[i] = start = Math.Round(start * (1 + ((decimal)(_random.NextDouble() - 0.5) * 2 * percent / 100)), 4);
        }

        return values;
    }

    private T Pick<T>(T[] values) => values[_random.Next(values.Length)];
}
