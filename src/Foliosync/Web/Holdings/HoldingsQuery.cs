using System.Globalization;
using Foliosync.Brokers.Contract;
using Microsoft.AspNetCore.WebUtilities;

namespace Foliosync.Web.Holdings;

/// <summary>How the rows of holdings are put together.</summary>
public enum HoldingsGrouping
{
    None,
    Instrument,
    Class,
    Account,
    Broker,
    Currency,
}

/// <summary>What the rows are in order of.</summary>
public enum HoldingsSort
{
    Value,
    Name,
    Quantity,
    Price,
    Cost,
    Gain,
    GainRate,
    DayChange,
    Account,
    Age,
}

/// <summary>What is to be seen at once.</summary>
public enum HoldingsFlag
{
    None,
    CostUnknown,
    PriceOld,
    Margin,
    Pledged,
}

/// <summary>What a person asks of the table of holdings; it is the query of the page's address.</summary>
public sealed record HoldingsQuery
{
    /// <summary>Rows of a page.</summary>
    public const int PageRows = 100;

    public string? Search { get; init; }

    public Guid? Portfolio { get; init; }

    public Guid? Account { get; init; }

    public AssetClass? Class { get; init; }

    public string? Currency { get; init; }

    public HoldingsFlag Flag { get; init; }

    public HoldingsGrouping Grouping { get; init; }

    public HoldingsSort Sort { get; init; }

    /// <summary>The other way round than usual: numbers usually begin with the largest, names with A.</summary>
    public bool Reversed { get; init; }

    /// <summary>The first is 1.</summary>
    public int Page { get; init; } = 1;

    /// <summary>True when anything narrows the table.</summary>
    public bool IsFiltered => Search is not null || Portfolio is not null || Account is not null || Class is not null || Currency is not null || Flag != HoldingsFlag.None;

    /// <summary>Reads the query of an address. What makes no sense counts as not given.</summary>
    public static HoldingsQuery Of(IQueryCollection query) => new()
    {
        Search = AddressValues.Text(query["q"]),
        Portfolio = AddressValues.Id(query["portfolio"]),
        Account = AddressValues.Id(query["account"]),
        Class = AddressValues.Word<AssetClass>(query["class"]),
        Currency = AddressValues.Text(query["currency"])?.ToUpperInvariant(),
        Flag = AddressValues.Word<HoldingsFlag>(query["only"]) ?? HoldingsFlag.None,
        Grouping = AddressValues.Word<HoldingsGrouping>(query["group"]) ?? HoldingsGrouping.None,
        Sort = AddressValues.Word<HoldingsSort>(query["sort"]) ?? HoldingsSort.Value,
        Reversed = query["dir"] == "reversed",
        Page = int.TryParse(query["page"], NumberStyles.None, CultureInfo.InvariantCulture, out var page) && page is > 0 and < 100_000 ? page : 1,
    };

    /// <summary>The address that asks this.</summary>
    public string ToAddress(string path) => QueryHelpers.AddQueryString(path, Values());

    private Dictionary<string, string?> Values()
    {
        var values = new Dictionary<string, string?>();
        Add("q", Search);
        Add("portfolio", Portfolio?.ToString());
        Add("account", Account?.ToString());
        Add("class", Class is { } kind ? NameOf(kind) : null);
        Add("currency", Currency);
        Add("only", Flag == HoldingsFlag.None ? null : NameOf(Flag));
        Add("group", Grouping == HoldingsGrouping.None ? null : NameOf(Grouping));
        Add("sort", Sort == HoldingsSort.Value ? null : NameOf(Sort));
        Add("dir", Reversed ? "reversed" : null);
        Add("page", Page == 1 ? null : Page.ToString(CultureInfo.InvariantCulture));
        return values;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                values.Add(name, value);
            }
        }
    }

    /// <summary>The name of a value in an address.</summary>
    public static string NameOf<TEnum>(TEnum value)
        where TEnum : struct, Enum => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
