using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Sync;

public sealed class ReportedLotTests
{
    [Fact]
    public void Rows_of_two_exchanges_add_up_to_one_lot()
    {
        // 10 x 100 + 30 x 200 = 7,000; 7,000 / 40 = 175
        var lot = Lot(Row(10, 100m, 120m)).Plus(Lot(Row(30, 200m, 121m) with { UnsettledQuantity = 5, PledgedQuantity = 7 }));

        (lot.Quantity, lot.UnsettledQuantity, lot.PledgedQuantity).ShouldBe((40m, 5m, 7m));
        (lot.CostBasis, lot.AveragePrice).ShouldBe((7_000m, 175m));
    }

    [Fact]
    public void A_cost_that_the_broker_tells_is_not_computed_from_a_rounded_average()
    {
        // 2.7 x 215.19 would be 581.013.
        Lot(Row(2.7m, 215.19m) with { CostBasis = 581.02m }).CostBasis.ShouldBe(581.02m);
    }

    [Fact]
    public void A_row_of_holdings_and_one_of_positions_are_one_lot_of_both()
    {
        var lot = Lot(Row(10, 100m)).Plus(Lot(Row(2, 90m), ReadKinds.Positions));

        (lot.Reads, lot.Quantity).ShouldBe((ReadKinds.Holdings | ReadKinds.Positions, 12m));
    }

    [Theory]
    [InlineData(null, 100)]
    [InlineData(100, null)]
    [InlineData(null, null)]
    public void A_cost_that_is_unknown_for_some_units_stays_unknown(int? first, int? second)
    {
        var lot = Lot(Row(10, first)).Plus(Lot(Row(30, second)));

        (lot.Quantity, lot.CostBasis, lot.AveragePrice).ShouldBe((40m, null, null));
    }

    [Fact]
    public void Unknown_cost_stays_unknown_when_a_third_row_knows_its_own()
    {
        var lot = Lot(Row(10, null)).Plus(Lot(Row(30, 5m))).Plus(Lot(Row(1, 5m)));

        lot.CostBasis.ShouldBeNull();
    }

    [Fact]
    public void Free_units_cost_nothing_which_is_not_unknown()
    {
        Lot(Row(10, 0m)).Plus(Lot(Row(10, 100m))).CostBasis.ShouldBe(1_000m);
    }

    [Fact]
    public void Long_and_short_units_that_cancel_out_have_no_average_price()
    {
        var lot = Lot(Row(75, 100m)).Plus(Lot(Row(-75, 110m)));

        (lot.Quantity, lot.CostBasis, lot.AveragePrice).ShouldBe((0m, -750m, null));
    }

    [Fact]
    public void The_cost_of_derivatives_counts_the_multiplier_and_the_average_price_does_not()
    {
        var row = Row(2, 10m) with { Multiplier = 25m };

        var lot = Lot(row).Plus(Lot(row with { AveragePrice = 20m }));

        (lot.CostBasis, lot.AveragePrice).ShouldBe((1_500m, 15m)); // 2 x 25 x 10 + 2 x 25 x 20
    }

    [Fact]
    public void The_newer_price_counts_in_either_order()
    {
        var older = Lot(Row(1, 1m, 10m) with { PricedAt = Reported.Day(1) });
        var newer = Lot(Row(1, 1m, 11m) with { PricedAt = Reported.Day(2) });

        older.Plus(newer).LastPrice.ShouldBe(11m);
        newer.Plus(older).LastPrice.ShouldBe(11m);
    }

    [Fact]
    public void A_row_without_price_does_not_hide_the_price_of_another()
    {
        Lot(Row(1, 1m, null)).Plus(Lot(Row(1, 1m, 11m))).LastPrice.ShouldBe(11m);
        Lot(Row(1, 1m, 11m)).Plus(Lot(Row(1, 1m, null))).LastPrice.ShouldBe(11m);
    }

    [Fact]
    public void Own_units_margin_funded_units_and_folios_are_lots_of_their_own()
    {
        ReportedLot.LotOf(Row(1, 1m)).ShouldBe(string.Empty);
        ReportedLot.LotOf(Row(1, 1m) with { Folio = string.Empty }).ShouldBe(string.Empty);
        ReportedLot.LotOf(Row(1, 1m) with { Folio = "123/45" }).ShouldBe("folio:123/45");
        ReportedLot.LotOf(Row(1, 1m) with { MarginFunded = true }).ShouldBe("margin");
    }

    private static ReportedLot Lot(ReportedHolding row, ReadKinds read = ReadKinds.Holdings) =>
        ReportedLot.From(row, Reported.Instrument(row.Instrument.Symbol), read);

    private static ReportedHolding Row(decimal quantity, decimal? average, decimal? price = 120m) => new()
    {
        Instrument = new ReportedInstrument
        {
            Symbol = "INFY",
            Exchange = "NSE",
            BrokerKey = "NSE:INFY",
            AssetClass = AssetClass.Equity,
            Currency = "INR",
        },
        Quantity = quantity,
        AveragePrice = average,
        LastPrice = price,
    };
}
