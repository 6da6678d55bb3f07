using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Transactions;

/// <summary>How sure an inference is, as the <c>confidence</c> of its transaction.</summary>
public static class Confidence
{
    /// <summary>Units, cost and price agree.</summary>
    public const decimal High = 0.9m;

    /// <summary>The units are sure; a price is an estimate, or there was nothing to check it by.</summary>
    public const decimal Medium = 0.6m;

    /// <summary>Only the sum is sure: other events may have led to it.</summary>
    public const decimal Low = 0.3m;

    /// <summary>One step less sure.</summary>
    public static decimal Lower(decimal confidence) => confidence > Medium ? Medium : Low;
}

/// <summary>Something that would turn one state of a lot into the next.</summary>
internal sealed record InferredChange(TransactionKind Kind, decimal? Quantity, decimal? Price, decimal Confidence, string Note)
{
    // A day's purchases are not this far from the prices at both its ends, save by transfer or netting.
    private const decimal PriceSlack = 0.2m;

    // Units that cost less than this part of the others' cost were free, but for rounding.
    private const decimal FreeBelow = 0.2m;

    public UnitRatio? Ratio { get; init; }

    /// <summary>What leads from <paramref name="was"/> to <paramref name="now"/>, both of one lot, in the order in which it counts.</summary>
    /// <param name="was">The lot before; empty when it was not held.</param>
    /// <param name="now">The lot after; empty when it is not held any more.</param>
    /// <param name="brokerCost">How the broker reckons its average price.</param>
    public static IEnumerable<InferredChange> Between(SnapshotLot was, SnapshotLot now, CostMethod brokerCost)
    {
        if (was.Quantity == now.Quantity)
        {
            return SameUnits(was, now);
        }

        if (was.Quantity < 0 || now.Quantity < 0)
        {
            return Derivative(was, now);
        }

        return SplitOrBonus(was, now) is { } action ? [action] : now.Quantity > was.Quantity ? More(was, now) : Fewer(was, now, brokerCost);
    }

    /// <summary>Two costs that differ by no more than the rounding of an average price.</summary>
    public static bool SameCost(decimal? one, decimal? other, SnapshotLot of) =>
        one is { } a && other is { } b
        && Math.Abs(a - b) <= Math.Max(0.01m, Math.Min(0.005m * Math.Abs(of.Quantity * of.Multiplier), 0.001m * Math.Abs(a)));

    private static IEnumerable<InferredChange> SameUnits(SnapshotLot was, SnapshotLot now)
    {
        if (now.CostBasis is not null && now.Quantity > 0 && !SameCost(was.CostBasis, now.CostBasis, now))
        {
            yield return Correction(
                now,
                was.CostBasis is null ? Transactions.Confidence.High : Transactions.Confidence.Medium,
                was.CostBasis is null ? "The broker now tells the cost." : "The broker changed the average cost; the units are the same.");
        }
    }

    private static InferredChange? SplitOrBonus(SnapshotLot was, SnapshotLot now)
    {
        var sameCost = SameCost(was.CostBasis, now.CostBasis, now);
        if (was.Quantity == 0 || now.Quantity == 0 || !(sameCost || (was.CostBasis is null && now.CostBasis is null)))
        {
            return null;
        }

        var added = now.Quantity - was.Quantity;
        if (UnitRatio.Find(was.Quantity, now.Quantity) is not { } ratio)
        {
            // A small purchase of a large holding hides in the rounding of its average; its price gives it away.
            var isFree = (now.CostBasis - was.CostBasis) / (added * now.Multiplier) < FreeBelow * was.UnitCost;
            return sameCost && added > 0 && isFree
                ? new(TransactionKind.Bonus, added, null, Transactions.Confidence.Low, "More units at the same total cost: free units, in no usual ratio.")
                : null;
        }

        bool? priceFits = was.LastPrice is > 0 && now.LastPrice is > 0
            ? now.LastPrice.Value / was.LastPrice.Value * ratio.Factor is > 0.75m and < 1.34m
            : null;
        if (!sameCost && priceFits != true)
        {
            return null;
        }

        var confidence = (sameCost, priceFits) switch
        {
            (true, true) => Transactions.Confidence.High,
            (true, null) or (false, true) => Transactions.Confidence.Medium,
            _ => Transactions.Confidence.Low,
        };
        var evidence = priceFits switch
        {
            true => "the price moved the other way",
            false => "the price did not move with it, as when units are credited after the ex-date",
            null => "there is no price to check it by",
        };

        // In India a split changes the ISIN; more units under the same one are a bonus issue.
        return ratio.Factor > 1 && now.Isin?.StartsWith("IN", StringComparison.Ordinal) == true
            ? new(TransactionKind.Bonus, added, null, confidence, $"Units {ratio} at the same total cost and ISIN; {evidence}. It may also be a split.")
            : new(TransactionKind.Split, now.Quantity, null, confidence, $"Units {ratio} at the same total cost; {evidence}.") { Ratio = ratio };
    }

    private static IEnumerable<InferredChange> More(SnapshotLot was, SnapshotLot now)
    {
        var units = now.Quantity - was.Quantity;
        var isNew = was.Quantity == 0;
        if (now.CostBasis - was.CostBasis is { } paid && paid > 0)
        {
            var price = paid / (units * now.Multiplier);
            yield return Fits(price, was, now) switch
            {
                true => new(TransactionKind.Buy, units, price, Transactions.Confidence.High, "Price from the change of cost."),
                null => new(TransactionKind.Buy, units, price, Transactions.Confidence.Medium, "Price from the change of cost; no price to check it by."),
                false when isNew => new(
                    TransactionKind.TransferIn, units, price, Transactions.Confidence.Low,
                    "New at a cost far from the price: units that came from another account, or an allotment."),
                false => new(
                    TransactionKind.Buy, units, price, Transactions.Confidence.Low,
                    "Price from the change of cost, far from the last price: several trades in between, seen as one."),
            };
            yield break;
        }

        if (was.CostBasis is not null && now.CostBasis is not null)
        {
            yield return new(
                TransactionKind.Buy, units, now.LastPrice, Transactions.Confidence.Low,
                "More units at a lower total cost: purchases and sales in between, seen as one purchase at the last price.");
        }
        else
        {
            yield return new(
                isNew ? TransactionKind.TransferIn : TransactionKind.Buy, units, null, Transactions.Confidence.Low,
                "The broker does not tell the cost, so the price is unknown.");
        }

        if (now.CostBasis is not null)
        {
            yield return Correction(now, Transactions.Confidence.Low, "The total cost as the broker tells it.");
        }
    }

    private static IEnumerable<InferredChange> Fewer(SnapshotLot was, SnapshotLot now, CostMethod brokerCost)
    {
        var price = now.LastPrice ?? was.LastPrice;
        var left = was.CostBasis * (now.Quantity / was.Quantity);
        var netted = now.Quantity > 0 && now.CostBasis is not null && !SameCost(left, now.CostBasis, now)
            && (brokerCost == CostMethod.AverageCost || was.CostBasis is null);
        yield return new(
            TransactionKind.Sell, was.Quantity - now.Quantity, price,
            price is null || netted ? Transactions.Confidence.Low : Transactions.Confidence.Medium,
            price is null ? "The price is unknown." : "At the last price; the real one is not known.");
        if (netted)
        {
            yield return Correction(
                now, Transactions.Confidence.Low, "The cost that is left does not fit a sale alone: purchases in between, or an average of another kind.");
        }
    }

    /// <summary>Positions that may be short. What closes goes at the last price, what opens at the price that the cost tells.</summary>
    private static IEnumerable<InferredChange> Derivative(SnapshotLot was, SnapshotLot now)
    {
        var sameSide = was.Quantity >= 0 == now.Quantity >= 0 || was.Quantity == 0 || now.Quantity == 0;
        var closed = !sameSide ? Math.Abs(was.Quantity) : Math.Max(0m, Math.Abs(was.Quantity) - Math.Abs(now.Quantity));
        var opened = !sameSide ? Math.Abs(now.Quantity) : Math.Max(0m, Math.Abs(now.Quantity) - Math.Abs(was.Quantity));
        var kind = now.Quantity > was.Quantity ? TransactionKind.Buy : TransactionKind.Sell;
        if (closed > 0)
        {
            yield return new(
                kind, closed, now.LastPrice ?? was.LastPrice, Transactions.Confidence.Medium, "Closed at the last price; the real one is not known.");
        }

        if (opened > 0)
        {
            var cost = closed > 0 ? now.CostBasis : now.CostBasis - was.CostBasis;
            var price = cost / ((closed > 0 ? now.Quantity : now.Quantity - was.Quantity) * now.Multiplier);
            yield return new(
                kind, opened, price is > 0 ? price : null, Transactions.Confidence.Medium,
                price is > 0 ? "Price from the change of cost." : "The price is unknown.");
        }
    }

    private static InferredChange Correction(SnapshotLot now, decimal confidence, string note) =>
        new(TransactionKind.Adjustment, null, now.UnitCost, confidence, note);

    private static bool? Fits(decimal price, SnapshotLot was, SnapshotLot now)
    {
        var one = was.LastPrice ?? now.LastPrice;
        var other = now.LastPrice ?? was.LastPrice;
        return one is null || other is null
            ? null
            : price >= Math.Min(one.Value, other.Value) * (1 - PriceSlack) && price <= Math.Max(one.Value, other.Value) * (1 + PriceSlack);
    }
}
