package artifactcorpus

import "ecrmirror/testkit/artifactclients"

// Files in the clients' home.
const (
	sbomFile       = "sbom.json"
	predicateFile  = "predicate.json"
	noServicesFile = "signing-config.json" // no service is asked
	noRootFile     = "no-root.json"        // nobody is trusted
)

// What is attached and attested.
const (
	sbom      = `{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"image"}`
	predicate = `{"buildDefinition":{"buildType":"https://example.com/build/v1"},` +
		`"runDetails":{"builder":{"id":"https://example.com/builder"}}}`
	provenance = "slsaprovenance1" // cosign's name for the type of the predicate
)

func writeFiles(clients *artifactclients.Clients) error {
	for name, content := range map[string]string{
		sbomFile: sbom, predicateFile: predicate,
		noServicesFile: `{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json"}`,
		noRootFile:     `{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}`,
	} {
		if err := clients.Write(name, []byte(content)); err != nil {
			return err
		}
	}
	return nil
}
