using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Demo;

/// <summary>Something that happens in an account again and again.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Day">Day of the month; a weekend moves it to the Monday after.</param>
/// <param name="FirstMonth">Months after the account was opened.</param>
/// <param name="EveryMonths">Then again after so many months; 0 for once.</param>
/// <param name="Size">
/// Money to spend for a buy, part of the units for a sell, money for each unit for a dividend or interest, else the amount.
/// </param>
/// <param name="Instrument">What is traded; null for pure cash.</param>
internal sealed record DemoRule(
    TransactionKind Kind, int Day, int FirstMonth, int EveryMonths, decimal Size, DemoInstrument? Instrument = null)
{
    /// <summary>Whether it happens in this month after the opening.</summary>
    public bool IsDue(int month) =>
        month == FirstMonth || (month > FirstMonth && EveryMonths > 0 && (month - FirstMonth) % EveryMonths == 0);
}

/// <summary>How one account is run, month after month.</summary>
internal sealed record DemoPlan
{
    private const int Once = 0;

    public required string AccountId { get; init; }

    public required string Name { get; init; }

    public required string Currency { get; init; }

    /// <summary>Time of day, UTC, at which the account trades. The same calendar day in India.</summary>
    public required TimeOnly TradesAt { get; init; }

    /// <summary>Brokerage as a part of the traded amount; funds are free.</summary>
    public required decimal FeeRate { get; init; }

    /// <summary>Tax on trades as a part of the traded amount; funds are free.</summary>
    public required decimal TradeTaxRate { get; init; }

    /// <summary>Tax withheld from dividends.</summary>
    public required decimal DividendTaxRate { get; init; }

    public required IReadOnlyList<DemoRule> Rules { get; init; }

    /// <summary>The accounts of every demo login.</summary>
    public static IReadOnlyList<DemoPlan> All { get; } = [India(), America()];

    private static DemoPlan India() => new()
    {
        AccountId = "DEMO-IN",
        Name = "Demo India",
        Currency = "INR",
        TradesAt = new TimeOnly(4, 45),
        FeeRate = 0.0003m,
        TradeTaxRate = 0.001m,
        DividendTaxRate = 0.1m,
        Rules =
        [
            Deposit(1, 0, Once, 500_000m),
            Deposit(1, 1, 1, 80_000m),
            Buy(DemoCatalog.Infosys, 3, 0, 4, 60_000m),
            Buy(DemoCatalog.Reliance, 3, 0, 5, 70_000m),
            Buy(DemoCatalog.HdfcBank, 4, 0, 3, 50_000m),
            Buy(DemoCatalog.GovernmentBond2033, 4, 0, 12, 100_000m),
            Buy(DemoCatalog.Tcs, 4, 1, 6, 45_000m),
            Buy(DemoCatalog.Itc, 5, 1, 6, 30_000m),
            Buy(DemoCatalog.StateBank, 5, 2, 5, 40_000m),
            Buy(DemoCatalog.BhartiAirtel, 5, 3, 6, 45_000m),
            Buy(DemoCatalog.NiftyBees, 6, 0, 2, 15_000m),
            Buy(DemoCatalog.GoldBees, 6, 1, 3, 12_000m),
            Buy(DemoCatalog.ParagParikhFlexiCap, 10, 0, 1, 10_000m),
            Buy(DemoCatalog.UtiNifty50, 10, 0, 1, 7_500m),
            Buy(DemoCatalog.SbiSmallCap, 10, 2, 1, 5_000m),
            Sell(DemoCatalog.Tcs, 17, 9, 9, 0.5m),
            Sell(DemoCatalog.StateBank, 18, 11, 12, 0.25m),
            Sell(DemoCatalog.SbiSmallCap, 18, 14, 12, 0.2m),
            Dividend(DemoCatalog.Infosys, 20, 1, 6, 22m),
            Dividend(DemoCatalog.Tcs, 20, 3, 3, 11m),
            Dividend(DemoCatalog.Itc, 21, 4, 6, 7.25m),
            Dividend(DemoCatalog.HdfcBank, 21, 9, 12, 11m),
            Interest(DemoCatalog.GovernmentBond2033, 14, 4, 6, 3.59m),
            Fee(22, 2, 3, 88.5m),
            new(TransactionKind.Withdrawal, 24, 13, 12, 25_000m),
        ],
    };

    private static DemoPlan America() => new()
    {
        AccountId = "DEMO-US",
        Name = "Demo United States",
        Currency = "USD",
        TradesAt = new TimeOnly(15, 0),
        FeeRate = 0.0015m,
        TradeTaxRate = 0m,
        DividendTaxRate = 0.25m,
        Rules =
        [
            Deposit(2, 0, Once, 4_000m),
            Deposit(2, 1, 1, 450m),
            Buy(DemoCatalog.VanguardSp500, 4, 0, 1, 175m),
            Buy(DemoCatalog.Apple, 4, 0, 3, 400m),
            Buy(DemoCatalog.Microsoft, 5, 0, 4, 350m),
            Buy(DemoCatalog.Nvidia, 5, 1, 4, 250m),
            Buy(DemoCatalog.CocaCola, 6, 1, 6, 200m),
            Buy(DemoCatalog.BerkshireHathaway, 6, 2, 6, 300m),
            Buy(DemoCatalog.VanguardTotalBond, 7, 2, 3, 150m),
            Sell(DemoCatalog.Nvidia, 16, 10, 8, 0.4m),
            Sell(DemoCatalog.CocaCola, 16, 20, 24, 1m),
            Dividend(DemoCatalog.Apple, 14, 1, 3, 0.26m),
            Dividend(DemoCatalog.Microsoft, 12, 2, 3, 0.83m),
            Dividend(DemoCatalog.CocaCola, 15, 2, 3, 0.51m),
            Dividend(DemoCatalog.VanguardSp500, 22, 2, 3, 1.74m),
            Dividend(DemoCatalog.VanguardTotalBond, 8, 3, 1, 0.23m),
            Fee(22, 11, 12, 5m),
        ],
    };

    private static DemoRule Deposit(int day, int first, int every, decimal amount) =>
        new(TransactionKind.Deposit, day, first, every, amount);

    private static DemoRule Buy(DemoInstrument instrument, int day, int first, int every, decimal budget) =>
        new(TransactionKind.Buy, day, first, every, budget, instrument);

    private static DemoRule Sell(DemoInstrument instrument, int day, int first, int every, decimal part) =>
        new(TransactionKind.Sell, day, first, every, part, instrument);

    private static DemoRule Dividend(DemoInstrument instrument, int day, int first, int every, decimal eachUnit) =>
        new(TransactionKind.Dividend, day, first, every, eachUnit, instrument);

    private static DemoRule Interest(DemoInstrument instrument, int day, int first, int every, decimal eachUnit) =>
        new(TransactionKind.Interest, day, first, every, eachUnit, instrument);

    private static DemoRule Fee(int day, int first, int every, decimal amount) =>
        new(TransactionKind.Fee, day, first, every, amount);
}
