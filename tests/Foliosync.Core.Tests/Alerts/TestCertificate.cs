using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Foliosync.Core.Tests.Alerts;

/// <summary>A certificate for this machine that nobody trusts by itself.</summary>
internal static class TestCertificate
{
    public static X509Certificate2 Value { get; } = Make();

    /// <summary>Trusts this one certificate.</summary>
    public static RemoteCertificateValidationCallback Trusted { get; } = (_, certificate, _, _) =>
        certificate is not null && certificate.GetCertHashString() == Value.GetCertHashString();

    private static X509Certificate2 Make()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), DateTimeOffset.FromUnixTimeSeconds(4_000_000_000));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
