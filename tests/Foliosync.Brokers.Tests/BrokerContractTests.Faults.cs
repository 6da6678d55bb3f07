using System.Net;
using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Tests.Contract;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests;

public abstract partial class BrokerContractTests
{
    /// <summary>The faults that every broker records, and what each must become.</summary>
    public static TheoryData<string, BrokerErrorKind> RecordedFaults => new()
    {
        { "auth-expired", BrokerErrorKind.AuthExpired },
        { "rate-limited", BrokerErrorKind.RateLimited },
        { "server-error", BrokerErrorKind.Transient },
        { "not-json", BrokerErrorKind.Transient },
        { "field-missing", BrokerErrorKind.InvalidData },
        { "not-permitted", BrokerErrorKind.Unsupported },
    };

    [Theory]
    [MemberData(nameof(RecordedFaults))]
    public async Task A_recorded_fault_gives_its_kind(string fault, BrokerErrorKind kind)
    {
        if (!UsesNetwork)
        {
            NotApplicableOffline();
            return;
        }

        Faults(fault).ShouldNotBeEmpty($"Record fault.{fault}.http.");
        foreach (var recording in Faults(fault))
        {
            var met = 0;
            foreach (var reading in ImplementedReadings())
            {
                var border = new RecordedBorder([recording, .. OrdinaryDay()]);
                var failure = await FailureOfAsync(reading, border);
                if (!border.Played(recording))
                {
                    failure.ShouldBeNull($"{reading} does not meet the fault.");
                    continue;
                }

                met++;
                var known = failure.ShouldBeOfType<BrokerException>($"{reading} with {recording.FileName}");
                known.Kind.ShouldBe(kind, $"{reading} with {recording.FileName}");
                known.Message.ShouldEndWith(".");
                if (kind is BrokerErrorKind.InvalidData)
                {
                    known.Detail.ShouldNotBeNullOrWhiteSpace($"{reading} with {recording.FileName} must name route and field.");
                }

                if (kind is BrokerErrorKind.RateLimited)
                {
                    known.RetryAfter.ShouldBe(WaitOf(recording), $"{reading} with {recording.FileName}");
                }
            }

            met.ShouldBePositive($"Nothing asks for what {recording.FileName} answers.");
        }
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.Gone)]
    public async Task A_route_that_is_gone_is_invalid_data_that_names_it_and_never_an_empty_report(HttpStatusCode status)
    {
        if (!UsesNetwork)
        {
            NotApplicableOffline();
            return;
        }

        foreach (var recording in OrdinaryDay())
        {
            var gone = recording with { FileName = "gone." + recording.FileName, Status = status, Body = [] };
            foreach (var reading in ImplementedReadings())
            {
                var border = new RecordedBorder([gone, .. OrdinaryDay()]);
                var failure = await FailureOfAsync(reading, border);
                if (border.Played(gone))
                {
                    var known = failure.ShouldBeOfType<BrokerException>($"{reading} without {recording.Request}");
                    known.Kind.ShouldBe(BrokerErrorKind.InvalidData, $"{reading} without {recording.Request}");
                    known.Detail.ShouldNotBeNullOrWhiteSpace($"{reading} must name the route {recording.Request}.");
                }
            }
        }
    }

    [Fact]
    public void Every_field_of_the_recordings_is_among_those_that_the_manifest_knows()
    {
        foreach (var known in Broker.Manifest.KnownAnswers)
        {
            var answers = OrdinaryDay().Where(r => known.IsAt(r.Request.Split(' ')[1].Split('?')[0])).ToList();
            answers.ShouldNotBeEmpty($"{known.Route} is known and was not recorded.");
            foreach (var answer in answers)
            {
                known.FindUnknown(answer.Body).ShouldBeEmpty(answer.FileName);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public async Task A_broken_connection_and_a_time_out_are_transient(string reading)
    {
        if (Find(reading) is null)
        {
            NotApplicable(reading);
            return;
        }

        if (!UsesNetwork)
        {
            NotApplicableOffline();
            return;
        }

        HttpMessageHandler[] borders =
        [
            new ScriptedBorder((_, _) => throw new HttpRequestException("No route to the host.")),
            new ScriptedBorder((_, _) => throw new TaskCanceledException("It took too long.", new TimeoutException())),
            new ScriptedBorder((_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new BrokenBody() })),
        ];
        foreach (var border in borders)
        {
            (await FailureOfAsync(reading, border)).ShouldBeOfType<BrokerException>().Kind.ShouldBe(BrokerErrorKind.Transient);
        }
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public async Task A_refusal_of_the_engine_passes_through(string reading)
    {
        if (Find(reading) is null)
        {
            NotApplicable(reading);
            return;
        }

        if (!UsesNetwork)
        {
            NotApplicableOffline();
            return;
        }

        var refusal = BrokerException.InvalidData("The answer is too large.");

        (await FailureOfAsync(reading, new ScriptedBorder((_, _) => throw refusal))).ShouldBeSameAs(refusal);
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public async Task Cancellation_before_the_call_is_honoured(string reading)
    {
        if (Find(reading) is null)
        {
            NotApplicable(reading);
            return;
        }

        (await FailureOfAsync(reading, new RecordedBorder(OrdinaryDay()), new CancellationToken(canceled: true)))
            .ShouldBeAssignableTo<OperationCanceledException>();
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public async Task Cancellation_during_the_call_is_honoured(string reading)
    {
        if (Find(reading) is null)
        {
            NotApplicable(reading);
            return;
        }

        if (!UsesNetwork)
        {
            NotApplicableOffline();
            return;
        }

        using var source = new CancellationTokenSource();
        var border = new ScriptedBorder(async (_, token) =>
        {
            await source.CancelAsync();
            token.ThrowIfCancellationRequested();
            throw new InvalidOperationException("The token was not passed on.");
        });

        (await FailureOfAsync(reading, border, source.Token)).ShouldBeAssignableTo<OperationCanceledException>();
    }

    [Fact]
    public async Task Only_listed_hosts_are_called_and_no_secret_travels_in_an_address()
    {
        if (!UsesNetwork)
        {
            NotApplicableOffline();
            return;
        }

        foreach (var reading in ImplementedReadings())
        {
            var border = new RecordedBorder(OrdinaryDay());
            (await FailureOfAsync(reading, border)).ShouldBeNull();

            border.Sent.ShouldNotBeEmpty();
            border.Sent.ShouldAllBe(request => Broker.Manifest.Hosts.Contains(request.Address.Host));
            border.Sent.ShouldAllBe(request => !request.Address.OriginalString.Contains(Planted));
        }
    }

    [Fact]
    public async Task No_secret_is_in_any_exception_report_or_warning()
    {
        var texts = new List<string>();
        var sent = new List<SentRequest>();
        foreach (var reading in ImplementedReadings())
        {
            texts.Add(await Find(reading)!(RecordedSession(), await AccountAsync(), CancellationToken.None));
            foreach (var fault in Recordings(name => name.StartsWith("fault.", StringComparison.Ordinal)))
            {
                var border = new RecordedBorder([fault, .. OrdinaryDay()]);
                texts.Add(Print(await FailureOfAsync(reading, border)));
                sent.AddRange(border.Sent);
            }
        }

        texts.ShouldAllBe(text => !text.Contains(Planted));
        if (UsesNetwork)
        {
            // The proof is worth something only if a secret was at hand, and the broker's own words tried to give it away.
            sent.ShouldContain(request => request.Headers.Contains(Planted) || request.Body.Contains(Planted));
            Faults("").ShouldContain(fault => System.Text.Encoding.UTF8.GetString(fault.Body).Contains(Planted));
        }
    }

    private static string Print(Exception? failure) => failure is BrokerException known
        ? $"{known} {known.Message} {known.Detail} {known.BrokerCode}"
        : $"{failure}";

    private static TimeSpan WaitOf(Recording recording)
    {
        using var response = recording.Play();
        var header = response.Headers.RetryAfter.ShouldNotBeNull("The recording must say how long to wait.");
        return header.Delta ?? (header.Date - Now).ShouldNotBeNull();
    }
}
