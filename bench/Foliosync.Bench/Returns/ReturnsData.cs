using System.Data.Common;
using System.Globalization;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Instruments;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Foliosync.Core.Transactions;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Foliosync.Bench.Returns;

/// <summary>How large a portfolio is.</summary>
/// <param name="Instruments">Instruments held.</param>
/// <param name="Transactions">Transactions, half of them trades.</param>
/// <param name="Days">Days until today.</param>
internal sealed record ReturnsSize(int Instruments, int Transactions, int Days);

/// <summary>
/// Stores a portfolio: savings plans in two accounts, one in rupees with cash and one in dollars, each instrument bought again and again and
/// sometimes sold, priced on workdays. Reports tell holdings and cash by change, as syncs do.
/// </summary>
internal sealed class ReturnsData
{
    private readonly Random _random = new(1);
    private readonly List<object> _rows = [];
    private readonly List<Price> _prices = [];

    private ReturnsData(ReturnsSize size, DateOnly today)
    {
        Size = size;
        Today = today;
        First = today.AddDays(1 - size.Days);
    }

    public ReturnsSize Size { get; }

    public DateOnly Today { get; }

    public DateOnly First { get; }

    public Guid PortfolioId { get; } = Guid.NewGuid();

    public List<Guid> ConnectionIds { get; } = [];

    public List<Guid> AccountIds { get; } = [];

    public List<Guid> InstrumentIds { get; } = [];

    /// <summary>Stores it for a person who is there.</summary>
    public static async Task<ReturnsData> StoreAsync(Database database, string email, ReturnsSize size, CancellationToken cancellationToken)
    {
        var data = new ReturnsData(size, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));
        await using var db = database.Open(OwnerScope.Everyone);
        var owner = await db.Users.Where(u => u.Email == email).Select(u => u.Id).SingleAsync(cancellationToken);
        data.Make(owner);
        foreach (var some in data._rows.Chunk(2_000))
        {
            db.AddRange(some);
            await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
        }

        await data.StorePricesAsync(database, cancellationToken);
        // What is measured afterwards is not to carry them along.
        data._rows.Clear();
        data._prices.Clear();
        data._prices.TrimExcess();
        return data;
    }

    private void Make(Guid owner)
    {
        _rows.Add(new Portfolio { Id = PortfolioId, OwnerId = owner, Name = $"Large {PortfolioId:N}", BaseCurrency = "INR", CreatedAt = At(First) });
        foreach (var currency in new[] { "INR", "USD" })
        {
            var connection = new BrokerConnection { Id = Guid.NewGuid(), OwnerId = owner, PortfolioId = PortfolioId, BrokerId = "zerodha", Label = currency };
            // Nobody logs in here, so nothing is synced.
            connection.Sync = new SyncState { ConnectionId = connection.Id, BrokerId = "zerodha", State = ConnectionState.NeedsLogin };
            _rows.Add(connection);
            ConnectionIds.Add(connection.Id);
            AccountIds.Add(Guid.NewGuid());
            _rows.Add(new BrokerAccount
            {
                Id = AccountIds[^1],
                OwnerId = owner,
                ConnectionId = connection.Id,
                PortfolioId = PortfolioId,
                ExternalId = currency,
                Name = currency,
                Currency = currency,
                ReportedAt = At(Today),
            });
        }

        var (euro, rupees) = (1.3m, 85m);
        for (var day = First; day <= Today; day = day.AddDays(1))
        {
            (euro, rupees) = (Step(euro, 0.004), Step(rupees, 0.004));
            if (IsWorkday(day))
            {
                _rows.Add(new Core.Prices.FxRate { Currency = "USD", Day = day, Source = "ecb", PerEuro = euro });
                _rows.Add(new Core.Prices.FxRate { Currency = "INR", Day = day, Source = "ecb", PerEuro = rupees });
            }
        }

        for (var i = 0; i < Size.Instruments; i++)
        {
            MakeInstrument(i);
        }

        // Every purchase is paid for by a deposit of its amount, so that only sales leave cash: it is told once.
        _rows.Add(new CashBalance { Id = Guid.NewGuid(), AccountId = AccountIds[0], Segment = string.Empty, Currency = "INR", Amount = 10_000, AsOf = At(First) });
    }

    private void MakeInstrument(int number)
    {
        var (account, currency) = (AccountIds[number % 2], number % 2 == 0 ? "INR" : "USD");
        var id = Guid.NewGuid();
        InstrumentIds.Add(id);
        _rows.Add(new Instrument { Id = id, Symbol = $"S{number}", AssetClass = (AssetClass)(number % 3), Currency = currency });
        var closes = new decimal[Size.Days];
        var price = 100m;
        for (var day = 0; day < Size.Days; day++)
        {
            closes[day] = price = Step(price, 0.02);
            if (IsWorkday(First.AddDays(day)))
            {
                _prices.Add(new Price { InstrumentId = id, Day = First.AddDays(day), Source = "zerodha", Value = price, Currency = currency, At = At(First.AddDays(day)) });
            }
        }

        var trades = Math.Max(1, Size.Transactions / 2 / Size.Instruments);
        var (held, since) = (0m, 0);
        for (var trade = 0; trade < trades; trade++)
        {
            var day = (int)(((long)trade * Size.Days / trades) + (number % Math.Max(1, Size.Days / trades)));
            var sells = held > 20 && _random.Next(5) == 0;
            var units = sells ? _random.Next(1, 10) : _random.Next(1, 2_000) / 100m;
            if (held != 0 && day > since)
            {
                _rows.Add(new HoldingPeriod
                {
                    Id = Guid.NewGuid(),
                    AccountId = account,
                    InstrumentId = id,
                    Lot = string.Empty,
                    Quantity = held,
                    From = At(First.AddDays(since)),
                    To = At(First.AddDays(day)),
                });
            }

            (held, since) = (held + (sells ? -units : units), day);
            var amount = decimal.Round(units * closes[day], 2);
            Add(account, day, sells ? TransactionKind.Sell : TransactionKind.Buy, id, units, closes[day], sells ? amount : -amount, currency, $"{number}-{trade}");
            Add(account, day, sells ? TransactionKind.Withdrawal : TransactionKind.Deposit, null, null, null, sells ? 1 - amount : amount + 1, currency, $"{number}-{trade}-m");
        }

        _rows.Add(new Holding
        {
            Id = Guid.NewGuid(),
            AccountId = account,
            InstrumentId = id,
            Lot = string.Empty,
            Symbol = $"S{number}",
            Quantity = held,
            LastPrice = price,
            Since = At(First.AddDays(since)),
        });
    }

    private void Add(
        Guid account, int day, TransactionKind kind, Guid? instrument, decimal? units, decimal? price, decimal amount, string currency, string id) =>
        _rows.Add(new Transaction
        {
            Id = Guid.CreateVersion7(At(First.AddDays(day))),
            AccountId = account,
            InstrumentId = instrument,
            ExternalId = id,
            Kind = kind,
            Quantity = units,
            Price = price,
            Amount = amount,
            Fees = instrument is null ? 0 : 1,
            Taxes = 0,
            Currency = currency,
            TradedAt = At(First.AddDays(day)),
            Source = TransactionSource.Statement,
        });

    // Three quarters of a million rows for twelve years.
    private async Task StorePricesAsync(Database database, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        if (connection is NpgsqlConnection postgres)
        {
            await using var writer = await postgres.BeginBinaryImportAsync(
                "copy prices (instrument_id, day, source, value, currency, at) from stdin (format binary)", cancellationToken);
            foreach (var price in _prices)
            {
                await writer.StartRowAsync(cancellationToken);
                await writer.WriteAsync(price.InstrumentId, cancellationToken);
                await writer.WriteAsync(price.Day, cancellationToken);
                await writer.WriteAsync(price.Source, cancellationToken);
                await writer.WriteAsync(price.Value, cancellationToken);
                await writer.WriteAsync(price.Currency, cancellationToken);
                await writer.WriteAsync(price.At, cancellationToken);
            }

            await writer.CompleteAsync(cancellationToken);
            return;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var insert = connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = "insert into prices (instrument_id, day, source, value, currency, at) values (@id, @day, @source, @value, @currency, @at)";
        var parameters = new[] { "id", "day", "source", "value", "currency", "at" }.Select(name => Parameter(insert, name)).ToArray();
        foreach (var price in _prices)
        {
            parameters[0].Value = price.InstrumentId.ToString("D").ToUpperInvariant();
            parameters[1].Value = price.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            parameters[2].Value = price.Source;
            parameters[3].Value = price.Value.ToString(CultureInfo.InvariantCulture);
            parameters[4].Value = price.Currency;
            parameters[5].Value = price.At.ToUnixTimeMilliseconds() * 1_000;
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static DbParameter Parameter(DbCommand command, string name)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = "@" + name;
        command.Parameters.Add(parameter);
        return parameter;
    }

    private decimal Step(decimal value, double most) => decimal.Round(value * (1 + (decimal)((_random.NextDouble() - 0.49) * most)), 4);

    // Noon is the same day wherever the account's broker is.
    private static DateTimeOffset At(DateOnly day) => new(day, new TimeOnly(12, 0), TimeSpan.Zero);

    private static bool IsWorkday(DateOnly day) => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday);
}
