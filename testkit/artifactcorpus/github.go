package artifactcorpus

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net/url"

	"ecrmirror/testkit/artifactclients"
)

// What the certificate of a workflow says.
const (
	issuer   = "https://token.actions.githubusercontent.com"
	project  = "https://github.com/example/app"
	workflow = project + "/.github/workflows/release.yml@refs/tags/v1.2.3"
)

// Names of keys, and of files in the clients' home.
const (
	authority       = "authority"
	workflowKey     = "workflow"
	certificateFile = "workflow.crt"
	rootFile        = "trusted-root.json"
	bundleFile      = "bundle.json"
)

// github attaches an attestation as GitHub's action attest-build-provenance does: a bundle with the certificate of a
// workflow, in a manifest of its form (sigstore-js, packages/oci). The certificate is of an authority of these tests,
// and lives long, for neither a log nor a time-stamping authority says when it was used.
func (m *maker) github() {
	m.workflow()
	m.run(artifactclients.Cosign, "attest", "--yes", "--key", workflowKey+".key", "--certificate", certificateFile,
		"--type", provenance, "--predicate", predicateFile, "--signing-config", noServicesFile, "--no-upload",
		"--bundle", bundleFile, m.at(m.image.Root))
	m.attach(m.image.Root, bundle, bundleFile+":"+bundle, "--annotation", "dev.sigstore.bundle.content=dsse-envelope",
		"--annotation", "dev.sigstore.bundle.predicateType=https://slsa.dev/provenance/v1")
	m.check("payload", artifactclients.Cosign, "verify-attestation", "--type", provenance, "--trusted-root", rootFile,
		"--certificate-identity", workflow, "--certificate-oidc-issuer", issuer, "--insecure-ignore-tlog",
		"--insecure-ignore-sct", at(m.image.Root))
}

// workflow writes a workflow's key and certificate, and the root by which it is trusted.
func (m *maker) workflow() {
	if m.err != nil {
		return
	}
	if m.err = m.clients.Import(m.ctx, workflowKey); m.err != nil {
		return
	}
	root, leaf, err := certificates()
	if err == nil {
		err = m.clients.Write("authority.crt", root)
	}
	if err == nil {
		err = m.clients.Write(certificateFile, leaf)
	}
	m.err = err
	m.run(artifactclients.Cosign, "trusted-root", "create",
		"--fulcio", "url=https://fulcio.example.com,certificate-chain=authority.crt", "--out", rootFile)
}

// certificates returns those of the authority and of the workflow, in PEM.
func certificates() (root, leaf []byte, err error) {
	key, err := artifactclients.Key(authority)
	if err != nil {
		return nil, nil, err
	}
	ca, root, err := artifactclients.Certificate(authority, &x509.Certificate{
		Subject: pkix.Name{CommonName: "authority", Organization: []string{"tests"}}, IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, SubjectKeyId: []byte{1},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
	}, nil, nil)
	if err != nil {
		return nil, nil, err
	}
	identity, err := url.Parse(workflow)
	if err != nil {
		return nil, nil, err
	}
	extensions, err := claims()
	if err != nil {
		return nil, nil, err
	}
	_, leaf, err = artifactclients.Certificate(workflowKey, &x509.Certificate{
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
		URIs: []*url.URL{identity}, ExtraExtensions: extensions,
	}, ca, key)
	return root, leaf, err
}

// claims are what Fulcio writes into a workflow's certificate (sigstore/fulcio, oid-info.md).
func claims() ([]pkix.Extension, error) {
	var list []pkix.Extension
	for _, claim := range []struct {
		number int
		value  string
	}{
		{8, issuer},              // Issuer
		{9, workflow},            // Build Signer URI
		{12, project},            // Source Repository URI
		{14, "refs/tags/v1.2.3"}, // Source Repository Ref
		{20, "push"},             // Build Trigger
	} {
		value, err := asn1.MarshalWithParams(claim.value, "utf8")
		if err != nil {
			return nil, err
		}
		id := asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, claim.number}
		list = append(list, pkix.Extension{Id: id, Value: value})
	}
	return list, nil
}
