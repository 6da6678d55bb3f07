using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Sync.Reported;

namespace Foliosync.Core.Tests.Sync;

public sealed class ReportFingerprintTests
{
    private static readonly ReportedLot Infosys = Lot("INFY", 10) with { PricedAt = Day(1) };

    private static readonly AccountReport Report = Complete(1, Infosys, Lot("TCS", 5)) with
    {
        Cash = [new ReportedCash("equity", "INR", 1_000m), new ReportedCash("commodity", "INR", 5m)],
        Transactions = [Buy("t1", 1), Buy("t2", 1)],
        TransactionsCursor = "c1",
    };

    public static TheoryData<string, AccountReport> OtherReports => new()
    {
        { "reads", Report with { Reads = ReadKinds.Holdings } },
        { "completeness", Report with { CompleteReads = ReadKinds.Holdings } },
        { "a lot less", Report with { Lots = [Infosys] } },
        { "a lot more", Report with { Lots = [.. Report.Lots, Lot("ITC", 1)] } },
        { "instrument", With(Infosys with { InstrumentId = Instrument("ITC") }) },
        { "lot", With(Infosys with { Lot = "margin" }) },
        { "reads of a lot", With(Infosys with { Reads = ReadKinds.Positions }) },
        { "symbol", With(Infosys with { Symbol = "INFY-BE" }) },
        { "exchange", With(Infosys with { Exchange = "BSE" }) },
        { "no exchange", With(Infosys with { Exchange = null }) },
        { "quantity", With(Infosys with { Quantity = 11 }) },
        { "unsettled", With(Infosys with { UnsettledQuantity = 1 }) },
        { "pledged", With(Infosys with { PledgedQuantity = 1 }) },
        { "unsettled and pledged changed places", With(Infosys with { UnsettledQuantity = 0, PledgedQuantity = 10 }) },
        { "average price", With(Infosys with { AveragePrice = 101m }) },
        { "average price unknown", With(Infosys with { AveragePrice = null }) },
        { "cost", With(Infosys with { CostBasis = 1_001m }) },
        { "cost unknown", With(Infosys with { CostBasis = null }) },
        { "price", With(Infosys with { LastPrice = 121m }) },
        { "price unknown", With(Infosys with { LastPrice = null }) },
        { "price zero", With(Infosys with { LastPrice = 0m }) },
        { "time of the price", With(Infosys with { PricedAt = Day(2) }) },
        { "time of the price unknown", With(Infosys with { PricedAt = null }) },
        { "multiplier", With(Infosys with { Multiplier = 2m }) },
        { "amount of cash", Report with { Cash = [new ReportedCash("equity", "INR", 1_001m), Report.Cash![1]] } },
        { "segment of cash", Report with { Cash = [new ReportedCash("other", "INR", 1_000m), Report.Cash![1]] } },
        { "currency of cash", Report with { Cash = [new ReportedCash("equity", "USD", 1_000m), Report.Cash![1]] } },
        { "a balance less", Report with { Cash = [Report.Cash![0]] } },
        { "a transaction more", Report with { Transactions = [.. Report.Transactions, Buy("t3", 2)] } },
        { "another transaction", Report with { Transactions = [Buy("t1", 1), Buy("t9", 1)] } },
        { "place of the next read", Report with { TransactionsCursor = "c2" } },
    };

    [Theory, MemberData(nameof(OtherReports))]
    public void Whatever_a_report_says_counts(string difference, AccountReport other)
    {
        ReportFingerprint.Of(other).ShouldNotBe(ReportFingerprint.Of(Report), difference);
    }

    [Fact]
    public void No_two_of_the_different_reports_have_the_same_fingerprint()
    {
        var fingerprints = OtherReports.Select(r => Convert.ToHexString(ReportFingerprint.Of(r.Data.Item2))).ToList();

        // "pledged changed places" and "pledged" differ too: nothing is added up.
        fingerprints.Distinct().Count().ShouldBe(fingerprints.Count);
    }

    [Fact]
    public void The_time_of_the_report_does_not_count()
    {
        ReportFingerprint.Of(Report with { AsOf = Day(9) }).ShouldBe(ReportFingerprint.Of(Report));
    }

    [Fact]
    public void The_order_of_rows_does_not_count()
    {
        var turned = Report with
        {
            Lots = [.. Report.Lots.Reverse()],
            Cash = [.. Report.Cash!.Reverse()],
            Transactions = [.. Report.Transactions.Reverse()],
        };

        ReportFingerprint.Of(turned).ShouldBe(ReportFingerprint.Of(Report));
    }

    [Fact]
    public void It_is_sixteen_bytes_and_the_same_on_every_thread()
    {
        var here = ReportFingerprint.Of(Report);
        byte[]? there = null;
        var thread = new Thread(() => there = ReportFingerprint.Of(Report));
        thread.Start();
        thread.Join();

        here.Length.ShouldBe(16);
        there.ShouldBe(here);
    }

    private static AccountReport With(ReportedLot infosys) => Report with { Lots = [infosys, Report.Lots[1]] };
}
