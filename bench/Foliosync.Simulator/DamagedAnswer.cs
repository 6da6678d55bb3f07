using System.Text;
using System.Text.Json.Nodes;

namespace Foliosync.Simulator;

/// <summary>Answers that are almost right.</summary>
internal static class DamagedAnswer
{
    private const int JunkBytes = 10 * 1024 * 1024;

    private static readonly Lazy<byte[]> LazyJunk = new(MakeJunk);

    // What nobody can do without.
    private static readonly Dictionary<string, string> Fields = new(StringComparer.Ordinal)
    {
        ["/user/profile"] = "user_id",
        ["/user/margins"] = "net",
        ["/portfolio/holdings"] = "quantity",
        ["/portfolio/positions"] = "net",
        ["/mf/holdings"] = "quantity",
        ["/mf/orders"] = "order_id",
        ["/trades"] = "trade_id",
    };

    /// <summary>10 MB that a reader has to take in whole to see that they are no answer: the beginning of one, and a text without end.</summary>
    public static byte[] Junk => LazyJunk.Value;

    /// <summary>True when <see cref="WithoutField"/> knows the answer of that path.</summary>
    public static bool HasFieldToLose(string path) => Fields.ContainsKey(path);

    /// <summary>The same answer, everywhere without the one field that it cannot be without.</summary>
    public static byte[] WithoutField(byte[] good, string path)
    {
        var answer = JsonNode.Parse(good)!;
        Remove(answer["data"], Fields[path]);
        return Encoding.UTF8.GetBytes(answer.ToJsonString());
    }

    private static void Remove(JsonNode? node, string field)
    {
        switch (node)
        {
            case JsonArray rows:
                foreach (var row in rows)
                    Remove(row, field);
                break;
            case JsonObject row:
                row.Remove(field);
                foreach (var (_, value) in row)
                    Remove(value, field);
                break;
        }
    }

    private static byte[] MakeJunk()
    {
        var junk = new byte[JunkBytes];
        junk.AsSpan().Fill((byte)'x');
        """{"status":"success","data":["""u8.CopyTo(junk);
        junk[28] = (byte)'"';
        return junk;
    }
}
